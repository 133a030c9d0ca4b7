// SPDX-License-Identifier: MIT
#ifndef COOKIE_JAR_H
#define COOKIE_JAR_H
#include "data/buffer.h"
#include "web/url.h"
#include <stdint.h>

// The cookies of a run, by RFC 6265 §5.3 and §5.4 as a client that is nothing but HTTP: a domain is
// taken only where the host that sets it belongs to it and it is no public suffix; Secure cookies
// come from and go to https only, and are not replaced from http; "__Host-" and "__Secure-" mean
// what they say. Pure: the wall clock, in seconds since 1970, is an argument.
enum {
    JAR_MOST = 20000,         // cookies; the one least lately used makes room
    JAR_OWNER_MOST = 200,     // of one owner's domains; the same
    JAR_HEADER_MOST = 8 << 10 // bytes of a Cookie header; cookies that do not fit are left out
};

struct domain_list;
struct jar;

// `domains` is borrowed; NULL: no suffix is known to be public, so that cookies are taken for the
// host itself only. Errors: -ENOMEM.
int jar_new(struct jar **out, const struct domain_list *domains);
void jar_free(struct jar *j);

// Takes the value of a Set-Cookie header of a response from `url`. Returns whether it was taken (an
// old one's removal is); what is not allowed is passed over. Errors: -ENOMEM.
int jar_set(struct jar *j, const struct url *url, struct span value, int64_t now);

// Appends what the Cookie header of a request for `url` holds: "a=b; c=d", or nothing.
void jar_cookies(struct jar *j, const struct url *url, int64_t now, struct buffer *out);

unsigned jar_count(const struct jar *j);

// ---- jar_file.c: the format of Netscape, as curl and wget write it

// Takes the cookies of a file. `*wrong` counts lines that were none. Errors: -ENOMEM.
int jar_read(struct jar *j, struct span text, int64_t now, unsigned *wrong);

// Appends all that have not expired, those of the session too, with 0 for their time.
void jar_write(const struct jar *j, int64_t now, struct buffer *out);
#endif

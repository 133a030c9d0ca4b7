// SPDX-License-Identifier: MIT
#ifndef COOKIE_COOKIE_H
#define COOKIE_COOKIE_H
#include "data/span.h"
#include "web/url.h"
#include <stdint.h>

// One cookie, as a server says it in Set-Cookie (RFC 6265 §5.2, with what its successor draft
// "6265bis" adds: prefixes, and bounds). Pure.
enum {
    COOKIE_PAIR_MOST = 4096,      // bytes of name and value
    COOKIE_ATTRIBUTE_MOST = 1024, // of an attribute's value; a longer one is passed over
};

// Cookies do not last longer than this, in seconds: 400 days.
#define COOKIE_AGE_MOST INT64_C(34560000)

// Views of what was parsed.
struct cookie_said {
    struct span name, value;
    struct span domain; // without its first dot; absent: none
    struct span path;   // absent: none, or none that counts
    bool secure, http_only;
    bool has_expiry;
    int64_t expires; // seconds since 1970; in the past: the cookie is to be forgotten
};

// Reads the value of a Set-Cookie header. `now` is in seconds since 1970. Errors: -EINVAL: it is no
// cookie, or too large, and to be passed over as a whole.
int cookie_parse(struct cookie_said *out, struct span text, int64_t now);

// The path that a cookie without one has, for the path of the URL that set it (§5.1.4). A view.
struct span cookie_default_path(struct span url_path);

// Whether a cookie for `domain` goes to `host` (§5.1.3), both in lower case.
bool cookie_domain_matches(struct span host, struct span domain);

// Whether a cookie for `path` goes with a request for `url_path` (§5.1.4).
bool cookie_path_matches(struct span url_path, struct span path);
#endif

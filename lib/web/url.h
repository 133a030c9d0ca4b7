// SPDX-License-Identifier: MIT
#ifndef WEB_URL_H
#define WEB_URL_H
#include "data/buffer.h"
#include "web/address.h"

// URLs by the WHATWG URL standard (https://url.spec.whatwg.org), http and https only.

// The longest input, and the longest href, in bytes.
enum { URL_MAX = 65535 };

enum url_host_kind { URL_DOMAIN, URL_IPV4, URL_IPV6 };

// Why an input is no URL that could be fetched.
enum url_error {
    URL_FINE,
    URL_TOO_LONG,
    URL_RELATIVE,     // no scheme, and no base to complete it
    URL_OTHER_SCHEME, // a scheme, but neither http nor https
    URL_NO_HOST,
    URL_BAD_HOST,    // a character that a host cannot have
    URL_BAD_PERCENT, // the host's percent escapes are not UTF-8
    URL_BAD_IDNA,    // the host has characters that IDNA does not allow there
    URL_BAD_IPV4,
    URL_BAD_IPV6,
    URL_BAD_PORT,
    URL_NO_MEMORY,
};

// A parsed URL: its serialisation and where the parts are in it. Owns `href`.
//
//
// clang-format off
//   https://user:pass@example.com:8080/a/b?c=d#e
//           |   |     |          |    |   |   |  '-- length
//           |   |     |          |    |   |   '----- fragment: at '#', or length
//           |   |     |          |    |   '--------- query: at '?', or fragment
//           |   |     |          |    '------------- path, starts with '/'
//           |   |     |          '------------------ host_end: at ':' of a written port, or path
//           |   |     '----------------------------- host, with the brackets of an IPv6 address
//           |   '----------------------------------- username_end: at ':', or at '@', or host
//           '--------------------------------------- username: 7 or 8
// clang-format on
struct url {
    char *href; // NUL-terminated
    uint16_t length;
    uint16_t username, username_end, host, host_end, path, query, fragment;
    uint16_t port; // the effective one: 80 or 443 when none is written
    bool https;
    uint8_t host_kind;      // enum url_host_kind
    struct address address; // when the host is a literal address
};

// Parses `input`, bytes in UTF-8 (what is not becomes U+FFFD), against `base` when it is relative;
// base may be NULL, and must not be `out`. Never looks at what `out` held before; on success the
// caller ends it with url_fini. One allocation when the input is already normal. `why`, when not
// NULL, says why not. Errors, `out` untouched: -EINVAL, -EPROTONOSUPPORT (another scheme:
// `blocked-scheme`), -E2BIG (over URL_MAX), -ENOMEM.
int url_parse(struct url *out, struct span input, const struct url *base, enum url_error *why);

// A sentence that says what is wrong and what would cure it. Never NULL.
const char *url_error_text(enum url_error why);

// Frees the href. { 0 } and NULL are fine; the url is { 0 } afterwards.
void url_fini(struct url *u);

// A second URL with an href of its own. Errors: -ENOMEM, `out` untouched.
int url_copy(struct url *out, const struct url *u);

// Removes user name, password and fragment in place: what is left is what is sent and recorded.
// Cannot fail.
void url_strip(struct url *u);

// Appends what url_strip would leave, without changing `u`: what is sent as a request and recorded.
void url_request_form(const struct url *u, struct buffer *out);

// Append the user name and the password, percent-decoded, for an Authorization header. Any bytes
// may come out.
void url_username_decoded(const struct url *u, struct buffer *out);
void url_password_decoded(const struct url *u, struct buffer *out);

// Appends the origin (RFC 6454 §6.2): scheme, host and port, without a default port.
void url_origin(const struct url *u, struct buffer *out);

// Whether both have the same scheme, host and effective port.
bool url_same_origin(const struct url *a, const struct url *b);

static inline struct span url_part(const struct url *u, size_t from, size_t to)
{
    return (struct span){ u->href + from, to - from };
}

static inline struct span url_href(const struct url *u)
{
    return url_part(u, 0, u->length);
}

// The host as it goes into names and headers: lower-case punycode, dotted quad, IPv6 in brackets.
static inline struct span url_host(const struct url *u)
{
    return url_part(u, u->host, u->host_end);
}

// The host without the brackets of an IPv6 address.
static inline struct span url_host_bare(const struct url *u)
{
    size_t bracket = u->host_kind == URL_IPV6;
    return url_part(u, u->host + bracket, u->host_end - bracket);
}

// The host and, unless it is the scheme's default, ":port": the Host header.
static inline struct span url_host_port(const struct url *u)
{
    return url_part(u, u->host, u->path);
}

static inline struct span url_path(const struct url *u)
{
    return url_part(u, u->path, u->query);
}

// The query with its '?'; empty when there is none.
static inline struct span url_query(const struct url *u)
{
    return url_part(u, u->query, u->fragment);
}

// The request target: path and query.
static inline struct span url_path_query(const struct url *u)
{
    return url_part(u, u->path, u->fragment);
}

// The fragment with its '#'; empty when there is none.
static inline struct span url_fragment(const struct url *u)
{
    return url_part(u, u->fragment, u->length);
}

// As written in the href, percent-encoded; empty when there is none.
static inline struct span url_username(const struct url *u)
{
    return url_part(u, u->username, u->username_end);
}

static inline struct span url_password(const struct url *u)
{
    bool has = u->host > u->username_end && u->href[u->username_end] == ':';
    return has ? url_part(u, u->username_end + 1u, u->host - 1u) : url_part(u, u->host, u->host);
}

static inline bool url_has_userinfo(const struct url *u)
{
    return u->host > u->username;
}
#endif

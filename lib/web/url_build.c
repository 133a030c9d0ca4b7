// SPDX-License-Identifier: MIT
#include "web/url_build.h"
#include "web/host.h"
#include "web/percent.h"
#include <errno.h>
#include <stdlib.h>

// The basic URL parser (URL standard §4.4) for http and https. Its states collapse, since a special
// scheme that is not "file" leaves few ways through them: authority or relative, then path, query,
// fragment.
struct url_builder {
    struct buffer href;
    size_t username, username_end, host, host_end, path, query, fragment;
    uint16_t port;
    bool https;
    enum url_host_kind host_kind;
    struct address address;
    enum url_error why;
};

static bool url_slash(char c)
{
    return c == '/' || c == '\\';
}

static struct span url_from(struct span s, size_t skip)
{
    return (struct span){ s.p + skip, s.n - skip };
}

static struct span url_until(struct span s, size_t n)
{
    return (struct span){ s.p, n };
}

// The characters at which a part of a URL ends, as bits.
enum { SLASH = 1, QUERY = 2, HASH = 4, COLON = 8 };

static const uint8_t url_stops[256] = {
    ['/'] = SLASH, ['\\'] = SLASH, ['?'] = QUERY, ['#'] = HASH, [':'] = COLON,
};

// How many bytes there are before the first of `stops`.
static size_t url_before(struct span s, uint8_t stops)
{
    size_t n = 0;
    while (n < s.n && !(url_stops[(unsigned char)s.p[n]] & stops))
        n++;
    return n;
}

static struct span url_skip_slashes(struct span s)
{
    while (s.n && url_slash(*s.p))
        s = url_from(s, 1);
    return s;
}

// The length of the scheme at the head of `s`, without its colon; 0 when there is none.
static size_t url_scheme(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], lower = (char)(c | 32);
        if (lower >= 'a' && lower <= 'z')
            continue;
        if (i > 0 && c == ':')
            return i;
        bool other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (i == 0 || !other)
            return 0;
    }
    return 0;
}

static int url_fail(struct url_builder *b, enum url_error why)
{
    b->why = why;
    return -EINVAL;
}

static void url_put_userinfo(struct url_builder *b, struct span userinfo)
{
    size_t colon = url_before(userinfo, COLON), start = b->href.n;
    percent_encode(&b->href, url_until(userinfo, colon), PERCENT_USERINFO);
    b->username_end = b->href.n;
    if (userinfo.n > colon + 1) {
        buffer_add_byte(&b->href, ':');
        percent_encode(&b->href, url_from(userinfo, colon + 1), PERCENT_USERINFO);
    }
    if (b->href.n > start)
        buffer_add_byte(&b->href, '@');
}

// `digits` is what follows the colon, up to the path.
static int url_put_port(struct url_builder *b, struct span digits)
{
    unsigned value = 0, usual = b->https ? 443 : 80;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return url_fail(b, URL_BAD_PORT);
        value = value * 10 + (unsigned)(digits.p[i] - '0');
        if (value > UINT16_MAX)
            return url_fail(b, URL_BAD_PORT);
    }
    b->port = (uint16_t)(digits.n ? value : usual);
    if (b->port != usual) {
        buffer_add_byte(&b->href, ':');
        buffer_add_uint(&b->href, value);
    }
    return 0;
}

// Where the host ends in "host:port": at the first colon outside brackets.
static size_t url_host_length(struct span s)
{
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ':' && !inside)
            return i;
        inside = s.p[i] == '[' || (inside && s.p[i] != ']');
    }
    return s.n;
}

// "//user:pass@host:port". `s` begins after the slashes and moves to the path.
static int url_put_authority(struct url_builder *b, struct span *s)
{
    size_t n = url_before(*s, SLASH | QUERY | HASH);
    struct span authority = url_until(*s, n);
    *s = url_from(*s, n);
    buffer_add_string(&b->href, b->https ? "https://" : "http://");
    b->username = b->username_end = b->href.n;
    const char *at = authority.n ? memrchr(authority.p, '@', authority.n) : NULL;
    if (at) {
        size_t userinfo = (size_t)(at - authority.p);
        url_put_userinfo(b, url_until(authority, userinfo));
        authority = url_from(authority, userinfo + 1);
    }
    b->host = b->href.n;
    size_t host = url_host_length(authority);
    if (host == 0)
        return url_fail(b, URL_NO_HOST);
    int rc = host_parse(&b->href, url_until(authority, host), &b->host_kind, &b->address, &b->why);
    if (rc < 0)
        return rc;
    b->host_end = b->href.n;
    rc = url_put_port(b, url_from(authority, host < authority.n ? host + 1 : host));
    b->path = b->href.n;
    return rc;
}

// Takes everything up to the path from the base.
static void url_inherit(struct url_builder *b, const struct url *base)
{
    buffer_add(&b->href, base->href, base->path);
    b->username = base->username;
    b->username_end = base->username_end;
    b->host = base->host;
    b->host_end = base->host_end;
    b->path = base->path;
    b->port = base->port;
    b->https = base->https;
    b->host_kind = base->host_kind;
    b->address = base->address;
}

// How many dots `segment` is, each written "." or "%2e": 1 or 2; 0 when it is anything else.
static unsigned url_dots(struct span segment)
{
    unsigned dots = 0;
    while (segment.n && dots < 3) {
        bool plain = *segment.p == '.';
        bool escaped = segment.n >= 3 && segment.p[0] == '%' && segment.p[1] == '2' &&
                       (segment.p[2] | 32) == 'e';
        if (!plain && !escaped)
            return 0;
        segment = url_from(segment, plain ? 1 : 3);
        dots++;
    }
    return dots < 3 ? dots : 0;
}

static void url_pop_segment(struct url_builder *b)
{
    const char *path = b->href.p + b->path;
    const char *slash = b->href.n > b->path ? memrchr(path, '/', b->href.n - b->path) : NULL;
    if (slash)
        b->href.n = (size_t)(slash - b->href.p);
}

// Appends the segments of `path`, which starts with the first character of the first of them.
static void url_put_path(struct url_builder *b, struct span path)
{
    for (bool last = false; !last;) {
        size_t n = url_before(path, SLASH);
        struct span segment = url_until(path, n);
        last = n == path.n;
        path = url_from(path, last ? n : n + 1);
        unsigned dots = url_dots(segment);
        if (dots == 2)
            url_pop_segment(b);
        if (dots && !last)
            continue;
        buffer_add_byte(&b->href, '/');
        if (!dots)
            percent_encode(&b->href, segment, PERCENT_PATH);
    }
}

// Appends path, query and fragment as `rest` has them.
static void url_put_rest(struct url_builder *b, struct span rest)
{
    size_t path = url_before(rest, QUERY | HASH);
    url_put_path(b, url_until(rest, path));
    b->query = b->href.n;
    rest = url_from(rest, path);
    size_t query = url_before(rest, HASH);
    if (query) {
        buffer_add_byte(&b->href, '?');
        percent_encode(&b->href, (struct span){ rest.p + 1, query - 1 }, PERCENT_QUERY);
    }
    b->fragment = b->href.n;
    rest = url_from(rest, query);
    if (rest.n) {
        buffer_add_byte(&b->href, '#');
        percent_encode(&b->href, url_from(rest, 1), PERCENT_FRAGMENT);
    }
}

// What starts with '?' or '#', or is empty, keeps the base's path, and maybe its query.
static void url_put_tail(struct url_builder *b, const struct url *base, struct span rest)
{
    bool query = rest.n && *rest.p == '?';
    size_t kept = query ? base->query : base->fragment;
    buffer_add(&b->href, base->href + base->path, kept - base->path);
    b->query = base->query;
    if (query) {
        size_t n = url_before(rest, HASH);
        buffer_add_byte(&b->href, '?');
        percent_encode(&b->href, (struct span){ rest.p + 1, n - 1 }, PERCENT_QUERY);
        rest = url_from(rest, n);
    }
    b->fragment = b->href.n;
    if (rest.n) {
        buffer_add_byte(&b->href, '#');
        percent_encode(&b->href, url_from(rest, 1), PERCENT_FRAGMENT);
    }
}

static int url_absolute(struct url_builder *b, struct span rest)
{
    rest = url_skip_slashes(rest);
    int rc = url_put_authority(b, &rest);
    if (rc < 0)
        return rc;
    url_put_rest(b, rest.n && url_slash(*rest.p) ? url_from(rest, 1) : rest);
    return 0;
}

static int url_relative(struct url_builder *b, struct span rest, const struct url *base)
{
    bool slash = rest.n && url_slash(*rest.p);
    b->https = base->https;
    if (slash && rest.n > 1 && url_slash(rest.p[1]))
        return url_absolute(b, rest);
    url_inherit(b, base);
    if (slash) {
        url_put_rest(b, url_from(rest, 1));
    } else if (rest.n == 0 || *rest.p == '?' || *rest.p == '#') {
        url_put_tail(b, base, rest);
    } else {
        buffer_add(&b->href, base->href + base->path, (size_t)(base->query - base->path));
        url_pop_segment(b);
        url_put_rest(b, rest);
    }
    return 0;
}

static int url_dispatch(struct url_builder *b, struct span input, const struct url *base)
{
    size_t scheme = url_scheme(input);
    if (scheme == 0)
        return base ? url_relative(b, input, base) : url_fail(b, URL_RELATIVE);
    bool http = (scheme == 4 || scheme == 5) && strncasecmp(input.p, "https", scheme) == 0;
    if (!http) {
        b->why = URL_OTHER_SCHEME;
        return -EPROTONOSUPPORT;
    }
    b->https = scheme == 5;
    struct span rest = url_from(input, scheme + 1);
    bool two = rest.n > 1 && rest.p[0] == '/' && rest.p[1] == '/';
    if (base && base->https == b->https && !two)
        return url_relative(b, rest, base);
    return url_absolute(b, rest);
}

static int url_finish(struct url_builder *b, struct url *out)
{
    const char *href = buffer_string(&b->href);
    if (!href)
        return -ENOMEM;
    if (b->href.n > URL_MAX) {
        b->why = URL_TOO_LONG;
        return -E2BIG;
    }
    char *own = malloc(b->href.n + 1);
    if (!own)
        return -ENOMEM;
    memcpy(own, href, b->href.n + 1);
    *out = (struct url){
        .href = own,
        .length = (uint16_t)b->href.n,
        .username = (uint16_t)b->username,
        .username_end = (uint16_t)b->username_end,
        .host = (uint16_t)b->host,
        .host_end = (uint16_t)b->host_end,
        .path = (uint16_t)b->path,
        .query = (uint16_t)b->query,
        .fragment = (uint16_t)b->fragment,
        .port = b->port,
        .https = b->https,
        .host_kind = (uint8_t)b->host_kind,
        .address = b->address,
    };
    return 0;
}

int url_build(struct url *out, struct span input, const struct url *base, enum url_error *why)
{
    struct url_builder b = { .why = URL_NO_MEMORY };
    // What most need, so that the href need not grow on its way.
    buffer_reserve(&b.href, input.n + input.n / 4 + (base ? base->length : 0) + 32);
    int rc = url_dispatch(&b, input, base);
    if (rc == 0)
        rc = url_finish(&b, out);
    *why = rc == -ENOMEM ? URL_NO_MEMORY : b.why;
    buffer_fini(&b.href);
    return rc;
}

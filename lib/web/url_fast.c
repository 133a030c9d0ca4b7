// SPDX-License-Identifier: MIT
#include "web/url_fast.h"
#include <errno.h>
#include <stdlib.h>

// What a byte may be in without being changed. HOST leaves out what is rare, not only what is
// wrong.
enum { HOST = 1, PATH = 2, QUERY = 4, FRAGMENT = 8, DOT = 16, REST = PATH | QUERY | FRAGMENT };

static const uint8_t url_class[256] = {
    ['!'] = REST,
    ['#'] = FRAGMENT,
    ['"'] = 0,
    ['$'] = REST,
    ['%'] = REST | DOT, // "%2e" is a dot
    ['&'] = REST,
    ['\''] = PATH | FRAGMENT,
    ['(' ... ','] = REST,
    ['-'] = REST | HOST,
    ['.'] = REST | HOST | DOT,
    ['/'] = REST,
    ['0' ... '9'] = REST | HOST,
    [':'] = REST,
    [';'] = REST,
    ['='] = REST,
    ['?'] = QUERY | FRAGMENT,
    ['@' ... '['] = REST,
    ['\\'] = QUERY | FRAGMENT,
    [']'] = REST,
    ['^'] = QUERY | FRAGMENT,
    ['_'] = REST | HOST,
    ['`'] = QUERY,
    ['a' ... 'z'] = REST | HOST,
    ['{'] = QUERY | FRAGMENT,
    ['|'] = REST,
    ['}'] = QUERY | FRAGMENT,
    ['~'] = REST,
};

static bool url_in(char c, uint8_t class)
{
    return url_class[(unsigned char)c] & class;
}

static const char *url_skip(const char *p, const char *end, uint8_t class)
{
    while (p < end && url_in(*p, class))
        p++;
    return p;
}

// Whether the segment at `p`, which starts with '.' or '%', might be "." or ".." in some spelling.
static bool url_dotted(const char *p, const char *end)
{
    if (*p == '.')
        return p + 1 == end || !url_in(p[1], HOST) || p[1] == '.';
    return end - p > 2 && p[1] == '2' && (p[2] | 32) == 'e';
}

// The end of the path at `p`; NULL when it has dot segments.
static const char *url_fast_path(const char *p, const char *end)
{
    for (; p < end && url_in(*p, PATH); p++)
        if (url_in(*p, DOT) && p[-1] == '/' && url_dotted(p, end))
            return NULL;
    return p;
}

// Reads ":port" at `p` when it is written as it would be serialised. Returns its end, NULL when
// not.
static const char *url_fast_port(const char *p, const char *end, bool https, uint16_t *port)
{
    unsigned value = 0;
    const char *from = ++p;
    for (; p < end && *p >= '0' && *p <= '9' && p - from < 5; p++)
        value = value * 10 + (unsigned)(*p - '0');
    if (p == from || *from == '0' || value > UINT16_MAX || value == (https ? 443 : 80))
        return NULL;
    *port = (uint16_t)value;
    return p;
}

// The end of the host at `p`; NULL when it needs more than lower-case ASCII rules. A dotted quad
// without frills goes to `address`; other hosts that end in a number take the general way.
static const char *url_fast_host(const char *p, const char *end, struct address *address)
{
    const char *from = p, *last = p; // of the last label
    for (; p < end && url_in(*p, HOST); p++)
        if (*p == '.' && p + 1 < end && url_in(p[1], HOST))
            last = p + 1;
    if (p == from)
        return NULL;
    if (*last < '0' || *last > '9')
        return p;
    return address_parse(address, (struct span){ from, (size_t)(p - from) }) == 0 ? p : NULL;
}

int url_fast(struct url *out, struct span input)
{
    const char *p = input.p, *end = input.p + input.n;
    if (input.n < 9 || input.n >= URL_MAX || memcmp(p, "http", 4) != 0)
        return 0;
    bool https = p[4] == 's';
    p += 4 + https;
    if (memcmp(p, "://", 3) != 0)
        return 0;
    const char *host = p + 3;
    struct address address = { 0 };
    const char *host_end = p = url_fast_host(host, end, &address);
    uint16_t port = https ? 443 : 80;
    if (p && p < end && *p == ':')
        p = url_fast_port(p, end, https, &port);
    if (!p || (p < end && *p != '/' && *p != '?' && *p != '#'))
        return 0;
    const char *path = p;
    bool bare = p == end || *p != '/';
    const char *query = bare ? p : url_fast_path(p, end);
    if (!query)
        return 0;
    const char *fragment = query < end && *query == '?' ? url_skip(query, end, QUERY) : query;
    if (fragment < end && (*fragment != '#' || url_skip(fragment + 1, end, FRAGMENT) != end))
        return 0;
    char *href = malloc(input.n + bare + 1);
    if (!href)
        return -ENOMEM;
    size_t before = (size_t)(path - input.p);
    memcpy(href, input.p, before);
    href[before] = '/';
    memcpy(href + before + bare, path, input.n - before);
    href[input.n + bare] = '\0';
    uint16_t at = (uint16_t)(host - input.p);
    *out = (struct url){
        .href = href,
        .length = (uint16_t)(input.n + bare),
        .username = at,
        .username_end = at,
        .host = at,
        .host_end = (uint16_t)(host_end - input.p),
        .path = (uint16_t)before,
        .query = (uint16_t)(query - input.p + bare),
        .fragment = (uint16_t)(fragment - input.p + bare),
        .port = port,
        .https = https,
        .host_kind = address.family ? URL_IPV4 : URL_DOMAIN,
        .address = address,
    };
    return 1;
}

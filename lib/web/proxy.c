// SPDX-License-Identifier: MIT
#include "web/proxy.h"
#include "web/host.h"
#include "web/percent.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

// A scheme as people write it, as it is asked for, and the port of one that names none (curl's).
static const struct proxy_scheme {
    const char *given, *used;
    uint16_t port;
} proxy_schemes[] = {
    { "http", "http", 1080 },       { "https", "https", 443 },      { "socks", "socks4a", 1080 },
    { "socks4", "socks4a", 1080 },  { "socks4a", "socks4a", 1080 }, { "socks5", "socks5h", 1080 },
    { "socks5h", "socks5h", 1080 },
};

// The parts of a text.
struct proxy_parts {
    const struct proxy_scheme *scheme;
    struct span credentials, host; // the host with its brackets
    uint16_t port;
};

static struct span proxy_cut(struct span s, size_t from)
{
    return (struct span){ s.p + from, s.n - from };
}

static bool proxy_same(struct span a, struct span b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static const struct proxy_scheme *proxy_scheme_of(struct span text, struct span *rest)
{
    const char *p = text.n ? memmem(text.p, text.n, "://", 3) : NULL;
    *rest = text;
    if (!p)
        return &proxy_schemes[0];
    struct span name = { text.p, (size_t)(p - text.p) };
    *rest = proxy_cut(text, name.n + 3);
    for (size_t i = 0; i < sizeof proxy_schemes / sizeof *proxy_schemes; i++)
        if (proxy_same(name, span_of(proxy_schemes[i].given)))
            return &proxy_schemes[i];
    return NULL;
}

// Reads ":PORT", or nothing, which leaves `*port` as it is.
static bool proxy_port(struct span text, uint16_t *port)
{
    unsigned v = 0;
    if (text.n == 0)
        return true;
    if (text.p[0] != ':' || text.n < 2 || text.n > 6)
        return false;
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        v = v * 10 + (unsigned)(text.p[i] - '0');
    }
    *port = (uint16_t)v;
    return v > 0 && v <= UINT16_MAX;
}

// Divides the text. Returns what is wrong with it, NULL when nothing is.
static const char *proxy_divide(struct proxy_parts *out, struct span text)
{
    struct span rest;
    out->scheme = proxy_scheme_of(text, &rest);
    if (!out->scheme)
        return "its scheme is no proxy's: write http, https, socks4a or socks5h";
    const char *at = rest.n ? memrchr(rest.p, '@', rest.n) : NULL;
    out->credentials = (struct span){ at ? rest.p : NULL, at ? (size_t)(at - rest.p) : 0 };
    if (at)
        rest = proxy_cut(rest, out->credentials.n + 1);
    if (rest.n && rest.p[rest.n - 1] == '/')
        rest.n--;
    const char *end = rest.n && rest.p[0] == '[' ? memchr(rest.p, ']', rest.n) : NULL;
    if (!end)
        end = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
    else
        end++;
    out->host = (struct span){ rest.p, end ? (size_t)(end - rest.p) : rest.n };
    out->port = out->scheme->port;
    if (!proxy_port(proxy_cut(rest, out->host.n), &out->port))
        return "its port is no number from 1 to 65535: write [SCHEME://][USER:PASSWORD@]HOST:PORT";
    return NULL;
}

// Keeps "user:password" as it was given: libcurl decodes it. Control characters are refused, for
// they would end up in the middle of a message.
static int proxy_credentials(char **out, struct span given, const char **why)
{
    struct buffer b = { 0 };
    int r = 0;
    *out = NULL;
    if (!given.p || given.n == 0)
        return 0;
    percent_decode(&b, given);
    for (size_t i = 0; i < b.n; i++)
        if ((unsigned char)b.p[i] < ' ' || b.p[i] == 127)
            r = -EINVAL;
    *why = "its user name or password has a control character: leave it out";
    bool failed = b.failed;
    buffer_clear(&b);
    b.failed = failed;
    buffer_add(&b, given.p, given.n);
    if (!memchr(given.p, ':', given.n))
        buffer_add_byte(&b, ':');
    if (r == 0 && !buffer_string(&b))
        r = -ENOMEM;
    if (r == 0)
        *out = b.p;
    else
        buffer_fini(&b);
    return r;
}

int proxy_parse(struct proxy_place *out, struct span text, const char **why)
{
    struct proxy_parts parts;
    struct proxy_place p = { 0 };
    struct buffer url = { 0 };
    enum url_host_kind kind;
    enum url_error error = URL_FINE;
    *why = proxy_divide(&parts, text);
    if (*why)
        return -EINVAL;
    buffer_add_format(&url, "%s://", parts.scheme->used);
    size_t from = url.n;
    int r = host_parse(&url, parts.host, &kind, &p.address, &error);
    if (r < 0) {
        *why = "it has no host: write [SCHEME://][USER:PASSWORD@]HOST[:PORT]";
        goto fail;
    }
    size_t bracket = kind == URL_IPV6, to = url.n;
    if (kind == URL_DOMAIN)
        p.address = (struct address){ 0 };
    buffer_add_format(&url, ":%u", parts.port);
    r = proxy_credentials(&p.credentials, parts.credentials, why);
    if (r == 0 && !buffer_string(&url))
        r = -ENOMEM;
    if (r < 0)
        goto fail;
    p.url = url.p;
    p.host = (struct span){ url.p + from + bracket, to - from - 2 * bracket };
    p.port = parts.port;
    *out = p;
    return 0;
fail:
    free(p.credentials);
    buffer_fini(&url);
    return r;
}

void proxy_place_fini(struct proxy_place *p)
{
    free(p->url);
    free(p->credentials);
    *p = (struct proxy_place){ 0 };
}

bool proxy_is_http(const struct proxy_place *p)
{
    return strncmp(p->url, "http", 4) == 0;
}

// What `entry` names, without port, brackets and the dots around it. More than one colon is an
// IPv6 address.
static struct span proxy_entry_host(struct span entry)
{
    const char *end = entry.p[0] == '[' ? memchr(entry.p, ']', entry.n) : NULL;
    if (end)
        return (struct span){ entry.p + 1, (size_t)(end - entry.p - 1) };
    const char *colon = memchr(entry.p, ':', entry.n);
    if (colon && colon == memrchr(entry.p, ':', entry.n))
        entry.n = (size_t)(colon - entry.p);
    if (entry.n && entry.p[0] == '.')
        entry = proxy_cut(entry, 1);
    if (entry.n && entry.p[entry.n - 1] == '.')
        entry.n--;
    return entry;
}

static bool proxy_entry_is(struct span entry, struct span host, const struct address *literal)
{
    struct address a;
    if (span_is(entry, "*"))
        return true;
    entry = proxy_entry_host(entry);
    if (literal)
        return address_parse(&a, entry) == 0 && address_equal(&a, literal);
    if (entry.n == 0 || entry.n > host.n)
        return false;
    size_t before = host.n - entry.n;
    return proxy_same(proxy_cut(host, before), entry) && (before == 0 || host.p[before - 1] == '.');
}

bool proxy_list_has(struct span list, struct span host)
{
    struct address address;
    if (host.n > 1 && host.p[0] == '[')
        host = (struct span){ host.p + 1, host.n - 2 };
    bool literal = address_parse(&address, host) == 0;
    if (host.n && host.p[host.n - 1] == '.')
        host.n--;
    size_t at = 0;
    while (at < list.n) {
        size_t end = at;
        while (end < list.n && !strchr(", \t", list.p[end]))
            end++;
        if (end > at &&
            proxy_entry_is((struct span){ list.p + at, end - at }, host, literal ? &address : NULL))
            return true;
        at = end + 1;
    }
    return false;
}

const struct proxy_place *proxy_choose(const struct proxy_rules *rules, bool https,
                                       struct span host)
{
    const struct proxy_place *p = https ? rules->https : rules->http;
    return p && !proxy_list_has(rules->except, host) ? p : NULL;
}

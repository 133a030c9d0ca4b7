// SPDX-License-Identifier: MIT
#include "store/surt.h"
#include <stdlib.h>
#include <strings.h>

static char surt_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void surt_lower_all(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = surt_lower(p[i]);
}

// ---- percent-encoding

static int surt_digit(char c)
{
    c = surt_lower(c);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Decodes in place, once. Returns the length.
static size_t surt_unescape(char *p, size_t n)
{
    char *to = p;
    for (size_t i = 0; i < n; i++) {
        int a = p[i] == '%' && i + 2 < n ? surt_digit(p[i + 1]) : -1;
        int b = a >= 0 ? surt_digit(p[i + 2]) : -1;
        if (b >= 0)
            i += 2;
        *to++ = b >= 0 ? (char)((unsigned)a << 4 | (unsigned)b) : p[i];
    }
    return (size_t)(to - p);
}

// Appends with everything encoded that is no visible ASCII, # and % among it.
static void surt_escape(struct buffer *out, struct span s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c > ' ' && c < 0x7f && c != '#' && c != '%') {
            buffer_add_byte(out, (char)c);
            continue;
        }
        const char coded[3] = { '%', digits[c >> 4], digits[c & 15] };
        buffer_add(out, coded, sizeof coded);
    }
}

// Appends what is left when encoding is undone until nothing changes, encoded once.
static void surt_minimal(struct buffer *out, struct span s)
{
    struct buffer plain = { 0 };
    size_t before;
    buffer_add(&plain, s.p, s.n);
    do {
        before = plain.n;
        plain.n = surt_unescape(plain.p, plain.n);
    } while (plain.n != before);
    surt_escape(out, buffer_span(&plain));
    out->failed |= plain.failed;
    buffer_fini(&plain);
}

// ---- the host

static struct span surt_without_www(struct span host)
{
    size_t i = 3;
    if (host.n < 4 || strncasecmp(host.p, "www", 3) != 0)
        return host;
    while (i < host.n && host.p[i] >= '0' && host.p[i] <= '9')
        i++;
    if (i == host.n || host.p[i] != '.' || i + 1 == host.n)
        return host;
    return (struct span){ host.p + i + 1, host.n - i - 1 };
}

// Labels from the back; addresses of version 6 have none.
static void surt_host(struct buffer *out, struct span host)
{
    while (host.n && *host.p != '[') {
        const char *dot = memrchr(host.p, '.', host.n);
        size_t at = dot ? (size_t)(dot - host.p) + 1 : 0;
        surt_escape(out, (struct span){ host.p + at, host.n - at });
        if (!dot)
            return;
        buffer_add_byte(out, ',');
        host.n = at - 1;
    }
    surt_escape(out, host);
}

// "host:port"; the default port of the scheme is left out.
static void surt_authority(struct buffer *out, struct span a, bool https)
{
    const char *at = a.n ? memrchr(a.p, '@', a.n) : NULL, *colon;
    if (at)
        a = (struct span){ at + 1, (size_t)(a.p + a.n - at - 1) };
    colon = a.n ? memrchr(a.p, ':', a.n) : NULL;
    if (colon && memchr(colon, ']', (size_t)(a.p + a.n - colon)))
        colon = NULL;
    struct span port = { NULL, 0 };
    if (colon) {
        port = (struct span){ colon, (size_t)(a.p + a.n - colon) };
        a.n = (size_t)(colon - a.p);
    }
    surt_host(out, surt_without_www(a));
    if (port.n > 1 && !span_is(port, https ? ":443" : ":80"))
        surt_escape(out, port);
    buffer_add_byte(out, ')');
}

// ---- the path

// Whether `n` letters or digits begin at `p`.
static bool surt_is_id(const char *p, const char *end, size_t n)
{
    if ((size_t)(end - p) < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = surt_lower(p[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

// The length of a directory "(id)/" or "(S(id)F(id))/" of ASP.NET that `p` begins with, where each
// id has 24 letters or digits; 0: it does not.
static size_t surt_session_directory(const char *p, const char *end)
{
    const char *at = p + 1;
    if (p == end || *p != '(')
        return 0;
    if (surt_is_id(at, end, 24)) {
        at += 24;
    } else {
        const char *begun = at;
        while (end - at > 2 && surt_lower(*at) >= 'a' && surt_lower(*at) <= 'z' && at[1] == '(' &&
               surt_is_id(at + 2, end, 24) && at + 26 < end && at[26] == ')')
            at += 27;
        if (at == begun)
            return 0;
    }
    return end - at >= 2 && at[0] == ')' && at[1] == '/' ? (size_t)(at + 2 - p) : 0;
}

static bool surt_is_aspx(struct span rest)
{
    for (size_t i = 0; i + 5 <= rest.n; i++)
        if (strncasecmp(rest.p + i, ".aspx", 5) == 0)
            return i > 0;
    return false;
}

// Slashes in a row are one; directories that are sessions are left out; so is the last slash.
static void surt_path(struct buffer *out, struct span path)
{
    struct buffer plain = { 0 };
    surt_minimal(&plain, path);
    const char *p = plain.p ? plain.p : "", *end = p + plain.n;
    size_t begun = out->n;
    buffer_add_byte(out, '/');
    while (p < end) {
        size_t session =
            out->p && out->n && out->p[out->n - 1] == '/' ? surt_session_directory(p, end) : 0;
        struct span rest = { p + session, (size_t)(end - p) - session };
        if (session && surt_is_aspx(rest))
            p += session;
        else if (*p == '/' && !out->failed && out->p[out->n - 1] == '/')
            p++;
        else
            buffer_add_byte(out, *p++);
    }
    if (!out->failed && out->n > begun + 1 && out->p[out->n - 1] == '/')
        out->n--;
    if (!out->failed)
        surt_lower_all(out->p + begun, out->n - begun);
    out->failed |= plain.failed;
    buffer_fini(&plain);
}

// ---- what is asked for

// Ids of sessions, by name; those with a length of 0 go up to the next &.
static const struct surt_session {
    const char *name; // up to the =
    size_t letters;   // of the id
    const char *then; // another one behind it
} surt_sessions[] = {
    { "jsessionid=", 32, NULL }, { "phpsessid=", 32, NULL },  { "sid=", 32, NULL },
    { "aspsessionid", 0, NULL }, { "cfid=", 0, "&cftoken=" },
};

static const char *surt_word(const char *p, const char *end)
{
    while (p < end && *p != '&')
        p++;
    return p;
}

// Where the session that `p` begins with ends; NULL: it begins with none.
static const char *surt_session_end(const struct surt_session *s, const char *p, const char *end)
{
    size_t n = strlen(s->name);
    if ((size_t)(end - p) < n || strncasecmp(p, s->name, n) != 0)
        return NULL;
    p += n;
    if (s->letters)
        return surt_is_id(p, end, s->letters) ? p + s->letters : NULL;
    if (!s->then) // ASPSESSIONID, eight letters, =, 24 letters
        return surt_is_id(p, end, 8) && end - p > 9 && p[8] == '=' && surt_is_id(p + 9, end, 24)
                   ? p + 33
                   : NULL;
    const char *word = surt_word(p, end);
    size_t then = strlen(s->then);
    if (word == p || (size_t)(end - word) < then || strncasecmp(word, s->then, then) != 0)
        return NULL;
    const char *last = surt_word(word + then, end);
    return last > word + then ? last : NULL;
}

// Takes the last of these sessions out, with the & behind it; it must be followed by that or by
// nothing.
static size_t surt_strip(const struct surt_session *s, char *p, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        const char *end = surt_session_end(s, p + i, p + n);
        if (!end || (end < p + n && *end != '&'))
            continue;
        if (end < p + n)
            end++;
        memmove(p + i, end, (size_t)(p + n - end));
        return n - (size_t)(end - (p + i));
    }
    return n;
}

// Names first, then values; a name without a = goes before the same with one.
static int surt_compare(const void *a, const void *b)
{
    struct span x = *(const struct span *)a, y = *(const struct span *)b;
    const char *ex = memchr(x.p, '=', x.n), *ey = memchr(y.p, '=', y.n);
    size_t nx = ex ? (size_t)(ex - x.p) : x.n, ny = ey ? (size_t)(ey - y.p) : y.n;
    int by = memcmp(x.p, y.p, nx < ny ? nx : ny);
    if (by == 0 && nx != ny)
        return nx < ny ? -1 : 1;
    if (by)
        return by;
    by = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return by ? by : x.n < y.n ? -1 : x.n > y.n;
}

static int surt_add_sorted(struct buffer *out, struct span query)
{
    size_t n = 1;
    for (size_t i = 0; i < query.n; i++)
        n += query.p[i] == '&';
    struct span *part = calloc(n, sizeof *part);
    if (!part)
        return -1;
    const char *p = query.p, *end = p + query.n;
    for (size_t i = 0; i < n; i++) {
        const char *e = surt_word(p, end);
        part[i] = (struct span){ p, (size_t)(e - p) };
        p = e + 1;
    }
    qsort(part, n, sizeof *part, surt_compare);
    for (size_t i = 0; i < n; i++) {
        buffer_add(out, i ? "&" : "?", 1);
        buffer_add(out, part[i].p, part[i].n);
    }
    free(part);
    return 0;
}

static void surt_query(struct buffer *out, struct span query)
{
    struct buffer plain = { 0 };
    surt_minimal(&plain, query);
    for (size_t i = 0; i < sizeof surt_sessions / sizeof *surt_sessions && plain.n; i++)
        plain.n = surt_strip(&surt_sessions[i], plain.p, plain.n);
    if (plain.n)
        surt_lower_all(plain.p, plain.n);
    if (plain.n && surt_add_sorted(out, buffer_span(&plain)) < 0)
        out->failed = true;
    out->failed |= plain.failed;
    buffer_fini(&plain);
}

// ---- all of it

void surt_write(struct buffer *out, struct span url)
{
    bool https = url.n > 8 && strncasecmp(url.p, "https://", 8) == 0;
    size_t scheme = https ? 8 : 7;
    if (!https && (url.n <= 7 || strncasecmp(url.p, "http://", 7) != 0)) {
        surt_escape(out, url);
        return;
    }
    const char *p = url.p + scheme, *end = url.p + url.n;
    const char *fragment = memchr(p, '#', (size_t)(end - p));
    end = fragment ? fragment : end;
    const char *query = memchr(p, '?', (size_t)(end - p));
    const char *path_end = query ? query : end;
    const char *slash = memchr(p, '/', (size_t)(path_end - p));
    const char *host_end = slash ? slash : path_end;
    size_t begun = out->n;
    surt_authority(out, (struct span){ p, (size_t)(host_end - p) }, https);
    if (!out->failed)
        surt_lower_all(out->p + begun, out->n - begun);
    surt_path(out, (struct span){ host_end, (size_t)(path_end - host_end) });
    if (query)
        surt_query(out, (struct span){ query + 1, (size_t)(end - query - 1) });
}

// SPDX-License-Identifier: MIT
// Cookie files in the format of Netscape: a line a cookie, its fields apart by tabs.
//
//     domain  subdomains  path  secure  expires  name  value
#include "cookie/jar_cookies.h"
#include "web/domain.h"
#include <ctype.h>
#include <errno.h>

enum { FIELDS = 7 };

#define HTTP_ONLY "#HttpOnly_"

static bool jar_split(struct span line, struct span field[FIELDS])
{
    unsigned n = 0;
    for (; n < FIELDS; n++) {
        const char *tab = n < FIELDS - 1 && line.n ? memchr(line.p, '\t', line.n) : NULL;
        field[n] = (struct span){ line.p, tab ? (size_t)(tab - line.p) : line.n };
        if (!tab)
            break;
        line = (struct span){ tab + 1, line.n - field[n].n - 1 };
    }
    // A cookie without a value may lack the last tab.
    if (n == FIELDS - 2)
        field[++n] = (struct span){ "", 0 };
    return n == FIELDS - 1;
}

static bool jar_is_true(struct span s)
{
    return s.n == 4 && strncasecmp(s.p, "true", 4) == 0;
}

static bool jar_number(struct span s, int64_t *out)
{
    int64_t n = 0;
    for (size_t k = 0; k < s.n; k++) {
        if (s.p[k] < '0' || s.p[k] > '9' || n > INT64_MAX / 100)
            return false;
        n = n * 10 + (s.p[k] - '0');
    }
    *out = n;
    return s.n > 0;
}

// What the parser of headers would not take, no file brings in.
static bool jar_is_sound(const struct span field[FIELDS])
{
    if (field[0].n == 0 || field[0].n > 255 || field[2].n == 0 || *field[2].p != '/' ||
        field[2].n > COOKIE_ATTRIBUTE_MOST || field[5].n == 0 ||
        field[5].n + field[6].n > COOKIE_PAIR_MOST)
        return false;
    for (unsigned k = 0; k < FIELDS; k++)
        for (size_t i = 0; i < field[k].n; i++)
            if ((unsigned char)field[k].p[i] < ' ' || field[k].p[i] == 127 || field[k].p[i] == ';')
                return false;
    return true;
}

// Takes one line. Returns 0 when it is none, 1 otherwise. Errors: -ENOMEM.
static int jar_read_line(struct jar *j, struct span line, bool http_only, int64_t now)
{
    struct span field[FIELDS];
    char domain[256];
    int64_t expires;
    if (!jar_split(line, field) || !jar_is_sound(field) || !jar_number(field[4], &expires))
        return 0;
    size_t dot = *field[0].p == '.';
    struct jar_parts p = { .domain = { domain, field[0].n - dot },
                           .name = field[5],
                           .value = field[6],
                           .path = field[2],
                           .expires = expires ? expires : INT64_MAX,
                           .host_only = !jar_is_true(field[1]),
                           .secure = jar_is_true(field[3]),
                           .http_only = http_only };
    for (size_t k = 0; k < p.domain.n; k++)
        domain[k] = (char)tolower((unsigned char)field[0].p[k + dot]);
    if (p.domain.n == 0 || (!p.host_only && j->domains && domain_is_public(j->domains, p.domain)))
        return 0;
    int r = jar_put(j, &p, now);
    return r < 0 ? r : 1;
}

int jar_read(struct jar *j, struct span text, int64_t now, unsigned *wrong)
{
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        struct span line = { text.p, end ? (size_t)(end - text.p) : text.n };
        text.p += line.n + (end != NULL);
        text.n -= line.n + (end != NULL);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        bool http_only =
            line.n >= strlen(HTTP_ONLY) && memcmp(line.p, HTTP_ONLY, strlen(HTTP_ONLY)) == 0;
        if (http_only)
            line = (struct span){ line.p + strlen(HTTP_ONLY), line.n - strlen(HTTP_ONLY) };
        else if (line.n == 0 || *line.p == '#')
            continue;
        int r = jar_read_line(j, line, http_only, now);
        if (r < 0)
            return r;
        *wrong += r == 0;
    }
    return 0;
}

static void jar_write_field(struct buffer *out, struct span s)
{
    buffer_add(out, s.p, s.n);
    buffer_add_byte(out, '\t');
}

static void jar_write_cookie(struct buffer *out, const struct jar_cookie *c)
{
    if (c->http_only)
        buffer_add_string(out, HTTP_ONLY);
    if (!c->host_only)
        buffer_add_byte(out, '.');
    jar_write_field(out, jar_domain(c));
    jar_write_field(out, span_of(c->host_only ? "FALSE" : "TRUE"));
    jar_write_field(out, jar_path(c));
    jar_write_field(out, span_of(c->secure ? "TRUE" : "FALSE"));
    buffer_add_uint(out, c->expires == INT64_MAX ? 0 : (uint64_t)c->expires);
    buffer_add_byte(out, '\t');
    jar_write_field(out, jar_name(c));
    struct span value = jar_value(c);
    buffer_add(out, value.p, value.n);
    buffer_add_byte(out, '\n');
}

void jar_write(const struct jar *j, int64_t now, struct buffer *out)
{
    buffer_add_string(out, "# Netscape HTTP Cookie File\n");
    list_each(node, following, &j->used)
    {
        const struct jar_cookie *c = list_entry(node, struct jar_cookie, used);
        if (c->expires > now)
            jar_write_cookie(out, c);
    }
}

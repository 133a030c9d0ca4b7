// SPDX-License-Identifier: MIT
#include "web/url_canonical.h"
#include "web/percent.h"

static bool url_unreserved(unsigned c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Whether every '%' is followed by two hexadecimal digits.
static bool url_escapes_are_whole(struct span s)
{
    const char *p = s.p, *end = s.p + s.n;
    while ((p = memchr(p, '%', (size_t)(end - p)))) {
        if (end - p < 3 || percent_hex(p[1]) < 0 || percent_hex(p[2]) < 0)
            return false;
        p += 3;
    }
    return true;
}

// Writes the normal form of [from, until) at `to`, which is not behind `from`. Returns where it
// ends.
static char *url_normalise(char *to, const char *from, const char *until)
{
    static const char digits[] = "0123456789ABCDEF";
    while (from < until) {
        if (*from != '%') {
            *to++ = *from++;
            continue;
        }
        unsigned c = (unsigned)(percent_hex(from[1]) << 4 | percent_hex(from[2]));
        from += 3;
        if (url_unreserved(c)) {
            *to++ = (char)c;
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

void url_canonical(struct url *u)
{
    if (url_has_userinfo(u))
        url_strip(u);
    u->length = u->fragment;
    u->href[u->length] = '\0';
    struct span rest = url_path_query(u);
    if (!memchr(rest.p, '%', rest.n) || !url_escapes_are_whole(rest))
        return;
    char *query = u->href + u->query, *end = u->href + u->fragment;
    char *to = url_normalise(u->href + u->path, u->href + u->path, query);
    u->query = (uint16_t)(to - u->href);
    to = url_normalise(to, query, end);
    u->fragment = u->length = (uint16_t)(to - u->href);
    *to = '\0';
}

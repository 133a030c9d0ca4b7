// SPDX-License-Identifier: MIT
#include "html/refresh.h"

static void refresh_skip(struct span *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

static void refresh_skip_space(struct span *s)
{
    while (s->n > 0 && (*s->p == ' ' || (*s->p >= '\t' && *s->p <= '\r' && *s->p != '\v')))
        refresh_skip(s, 1);
}

static bool refresh_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "url" and "=", with white space between. Left as it was when that does not stand there.
static void refresh_skip_url_word(struct span *s)
{
    struct span rest = *s;
    static const char word[] = "url";
    for (size_t k = 0; k < sizeof word - 1; k++) {
        if (rest.n == 0 || (*rest.p | 32) != word[k])
            return;
        refresh_skip(&rest, 1);
    }
    refresh_skip_space(&rest);
    if (rest.n == 0 || *rest.p != '=')
        return;
    refresh_skip(&rest, 1);
    refresh_skip_space(&rest);
    *s = rest;
}

bool refresh_parse(struct span content, struct span *url)
{
    struct span s = content;
    refresh_skip_space(&s);
    if (s.n == 0 || (!refresh_digit(*s.p) && *s.p != '.'))
        return false;
    while (s.n > 0 && (refresh_digit(*s.p) || *s.p == '.'))
        refresh_skip(&s, 1);
    if (s.n == 0 || (*s.p != ';' && *s.p != ',' && *s.p != ' ' && (*s.p < '\t' || *s.p > '\r')))
        return false;
    refresh_skip_space(&s);
    if (s.n > 0 && (*s.p == ';' || *s.p == ','))
        refresh_skip(&s, 1);
    refresh_skip_space(&s);
    if (s.n == 0)
        return false;
    refresh_skip_url_word(&s);
    if (s.n > 0 && (*s.p == '"' || *s.p == '\'')) {
        const char *close = memchr(s.p + 1, *s.p, s.n - 1);
        s.n = close ? (size_t)(close - s.p - 1) : s.n - 1;
        s.p++;
    }
    *url = s;
    return true;
}

// SPDX-License-Identifier: MIT
#include "html/srcset.h"

static bool srcset_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static void srcset_skip(struct span *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

// Descriptors end at a comma outside parentheses, which is taken too.
static void srcset_skip_descriptors(struct span *s)
{
    bool inside = false;
    while (s->n > 0) {
        char c = *s->p;
        srcset_skip(s, 1);
        if (c == ',' && !inside)
            return;
        inside = inside ? c != ')' : c == '(';
    }
}

bool srcset_next(struct span *rest, struct span *url)
{
    size_t n = 0;
    while (rest->n > 0 && (srcset_space(*rest->p) || *rest->p == ','))
        srcset_skip(rest, 1);
    if (rest->n == 0)
        return false;
    while (n < rest->n && !srcset_space(rest->p[n]))
        n++;
    *url = (struct span){ rest->p, n };
    srcset_skip(rest, n);
    if (url->p[n - 1] != ',') {
        srcset_skip_descriptors(rest);
        return true;
    }
    while (url->n > 0 && url->p[url->n - 1] == ',')
        url->n--;
    return true;
}

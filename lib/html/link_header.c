// SPDX-License-Identifier: MIT
#include "html/link_header.h"
#include <strings.h>

static void link_skip(struct span *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

static bool link_space(char c)
{
    return c == ' ' || c == '\t';
}

static void link_skip_space(struct span *s)
{
    while (s->n > 0 && link_space(*s->p))
        link_skip(s, 1);
}

// A quoted string, from behind its first quote to behind its last.
static struct span link_quoted(struct span *s)
{
    const char *from = s->p;
    while (s->n > 0 && *s->p != '"')
        link_skip(s, *s->p == '\\' && s->n > 1 ? 2 : 1);
    struct span value = { from, (size_t)(s->p - from) };
    if (s->n > 0)
        link_skip(s, 1);
    return value;
}

static struct span link_word(struct span *s, const char *stops)
{
    const char *from = s->p;
    while (s->n > 0 && !link_space(*s->p) && !strchr(stops, *s->p))
        link_skip(s, 1);
    return (struct span){ from, (size_t)(s->p - from) };
}

// ";name=value", from behind the semicolon.
static void link_parameter(struct span *s, struct link_header *out)
{
    link_skip_space(s);
    struct span name = link_word(s, "=;,"), value = { "", 0 };
    link_skip_space(s);
    if (s->n > 0 && *s->p == '=') {
        link_skip(s, 1);
        link_skip_space(s);
        if (s->n > 0 && *s->p == '"') {
            link_skip(s, 1);
            value = link_quoted(s);
        } else {
            value = link_word(s, ";,");
        }
    }
    // The first rel counts (§3.3).
    if (!out->rel.p && name.n == 3 && strncasecmp(name.p, "rel", 3) == 0)
        out->rel = value;
}

// What follows the target, up to the comma that ends the link.
static void link_parameters(struct span *s, struct link_header *out)
{
    while (s->n > 0 && *s->p != ',') {
        char c = *s->p;
        link_skip(s, 1);
        if (c == ';')
            link_parameter(s, out);
        else if (c == '"')
            link_quoted(s);
    }
}

bool link_header_next(struct span *rest, struct link_header *out)
{
    for (;;) {
        while (rest->n > 0 && (link_space(*rest->p) || *rest->p == ','))
            link_skip(rest, 1);
        if (rest->n == 0)
            return false;
        *out = (struct link_header){ .target = { NULL, 0 } };
        if (*rest->p == '<') {
            const char *close = memchr(rest->p, '>', rest->n);
            if (!close)
                return false;
            out->target = (struct span){ rest->p + 1, (size_t)(close - rest->p) - 1 };
            link_skip(rest, out->target.n + 2);
        }
        link_parameters(rest, out);
        if (out->target.p)
            return true;
    }
}

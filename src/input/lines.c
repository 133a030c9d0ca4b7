// SPDX-License-Identifier: MIT
#include "input/lines.h"

void lines_fini(struct lines *l)
{
    buffer_fini(&l->partial);
    *l = (struct lines){ 0 };
}

static void reuse(struct lines *l)
{
    if (!l->taken)
        return;
    l->taken = false;
    l->dropped = 0;
    if (l->partial.room > 65536)
        buffer_fini(&l->partial); // one monster must not keep its memory
    else
        buffer_clear(&l->partial);
}

void lines_push(struct lines *l, struct span bytes)
{
    l->rest = bytes;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct span trim(struct span s)
{
    while (s.n > 0 && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n > 0 && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

// Makes `out` of a whole line. Returns false when it is blank or a comment.
static bool deliver(struct lines *l, struct span raw, struct line *out)
{
    l->number++;
    if (!l->begun) {
        l->begun = true;
        if (raw.n >= 3 && memcmp(raw.p, "\xef\xbb\xbf", 3) == 0)
            raw.p += 3, raw.n -= 3;
    }
    struct span text = trim(raw);
    if (text.n == 0 || text.p[0] == '#')
        return false;
    *out = (struct line){ text, l->number, l->dropped };
    return true;
}

static void keep(struct lines *l, struct span part)
{
    size_t room = l->partial.n < LINES_MAX ? LINES_MAX - l->partial.n : 0;
    size_t n = part.n < room ? part.n : room;
    buffer_add(&l->partial, part.p, n);
    l->dropped += part.n - n + (l->partial.failed ? n : 0);
}

bool lines_next(struct lines *l, struct line *out)
{
    while (l->rest.n > 0) {
        reuse(l);
        const char *end = memchr(l->rest.p, '\n', l->rest.n);
        struct span raw = { l->rest.p, end ? (size_t)(end - l->rest.p) : l->rest.n };
        l->rest.p += raw.n + (end != NULL);
        l->rest.n -= raw.n + (end != NULL);
        bool whole_in_place = end && l->partial.n == 0 && raw.n <= LINES_MAX;
        if (!whole_in_place)
            keep(l, raw);
        if (!end)
            return false;
        l->taken = true;
        if (deliver(l, whole_in_place ? raw : buffer_span(&l->partial), out))
            return true;
    }
    return false;
}

bool lines_last(struct lines *l, struct line *out)
{
    reuse(l);
    if (l->partial.n == 0)
        return false;
    l->taken = true;
    return deliver(l, buffer_span(&l->partial), out);
}

// SPDX-License-Identifier: MIT
#include "web/coding.h"
#include "web/coding_stage.h"
#include <errno.h>
#include <stdlib.h>

enum { MOST_AT_ONCE = 1 << 30 }; // zlib counts in 32 bits

// `first` takes what arrives: it undoes the coding that was applied last.
struct coding {
    struct coding_stage *first; // NULL: identity
    unsigned count;
    uint64_t max_out, given;
    int result; // what ended the decoding; 0: nothing has
    int (*out)(void *arg, const char *p, size_t n);
    void *arg;
};

static int coding_identity(struct coding *c, const char *p, size_t n)
{
    uint64_t room = c->max_out - c->given;
    size_t part = n > room ? (size_t)room : n;
    if (part) {
        c->given += part;
        int rc = c->out(c->arg, p, part);
        if (rc)
            return rc;
    }
    return part < n ? -EFBIG : 0;
}

// Between two codings, what comes out of the first cannot sensibly be more than the second is
// allowed to make of it. Without this bound, endless empty members would keep a worker busy and
// give nothing.
static bool coding_too_much(const struct coding_stage *s, size_t n)
{
    uint64_t most = s->owner->max_out;
    uint64_t slack = most / 64 + 65536;
    return most < UINT64_MAX - slack && s->given + n > most + slack;
}

int coding_give(struct coding_stage *s, const char *p, size_t n)
{
    if (n == 0)
        return 0;
    if (!s->next)
        return coding_identity(s->owner, p, n);
    if (coding_too_much(s, n))
        return -EFBIG;
    s->given += n;
    s->next->begun = true;
    return s->next->write(s->next, (struct span){ p, n });
}

bool coding_peek(struct coding_stage *s, struct span *in, unsigned whole,
                 bool (*starts)(const unsigned char *p, unsigned count))
{
    while (!s->garbage && s->peeked_count < whole && in->n) {
        s->peeked[s->peeked_count++] = (unsigned char)*in->p++;
        in->n--;
        s->garbage = !starts(s->peeked, s->peeked_count);
    }
    if (s->garbage || s->peeked_count < whole)
        return false;
    s->between = false;
    s->peeked_count = 0;
    return true;
}

// Puts the stage for `name` before the others, for the coding named last is undone first.
static int coding_push(struct coding *c, struct span name)
{
    struct coding_stage *s = NULL;
    int rc = -EOPNOTSUPP;
    if (name.n == 0 || span_is_any_case(name, "identity") || span_is_any_case(name, "none"))
        return 0;
    if (c->count == CODING_MOST)
        return -EOPNOTSUPP;
    if (span_is_any_case(name, "gzip") || span_is_any_case(name, "x-gzip"))
        rc = coding_zlib_new(&s, true);
    else if (span_is_any_case(name, "deflate"))
        rc = coding_zlib_new(&s, false);
    else if (span_is_any_case(name, "br"))
        rc = coding_brotli_new(&s);
    else if (span_is_any_case(name, "zstd"))
        rc = coding_zstd_new(&s);
    if (rc < 0)
        return rc;
    s->owner = c;
    s->next = c->first;
    c->first = s;
    c->count++;
    return 0;
}

int coding_new(struct coding **out, struct span content_encoding, uint64_t max_out)
{
    struct coding *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->max_out = max_out;
    struct span rest = content_encoding;
    while (rest.n) {
        const char *comma = memchr(rest.p, ',', rest.n);
        size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
        int rc = coding_push(c, span_trim((struct span){ rest.p, n }));
        if (rc < 0) {
            coding_free(c);
            return rc;
        }
        rest = comma ? (struct span){ comma + 1, rest.n - n - 1 } : (struct span){ NULL, 0 };
    }
    *out = c;
    return 0;
}

void coding_free(struct coding *c)
{
    if (!c)
        return;
    for (struct coding_stage *s = c->first, *next; s; s = next) {
        next = s->next;
        s->free(s);
    }
    free(c);
}

int coding_write(struct coding *c, struct span in, int (*out)(void *arg, const char *p, size_t n),
                 void *arg)
{
    c->out = out;
    c->arg = arg;
    while (in.n && !c->result) {
        struct span part = { in.p, in.n > MOST_AT_ONCE ? MOST_AT_ONCE : in.n };
        if (c->first) {
            c->first->begun = true;
            c->result = c->first->write(c->first, part);
        } else {
            c->result = coding_identity(c, part.p, part.n);
        }
        in = (struct span){ in.p + part.n, in.n - part.n };
    }
    return c->result;
}

int coding_finish(struct coding *c)
{
    for (struct coding_stage *s = c->first; s && !c->result; s = s->next)
        if (s->begun && !s->between)
            c->result = -ENODATA;
    return c->result;
}

uint64_t coding_given(const struct coding *c)
{
    return c->given;
}

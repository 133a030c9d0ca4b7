// SPDX-License-Identifier: MIT
#include "store/warc_payload.h"
#include "store/warc_head.h"
#include <errno.h>
#include <strings.h>

// Where in a body with chunks it is. A body that does not begin with the size of a chunk has none.
enum warc_chunks {
    WARC_CHUNKS_NONE,
    WARC_CHUNKS_FIRST,
    WARC_CHUNKS_SIZE,
    WARC_CHUNKS_DATA,
    WARC_CHUNKS_END, // of a chunk: CRLF
    WARC_CHUNKS_OVER // trailers, which are no payload
};

enum { WARC_PAYLOAD_LINE = 256 }; // bytes of a line with a size

void warc_payload_begin(struct warc_payload *w, int (*give)(void *arg, struct span some), void *arg)
{
    buffer_clear(&w->head);
    buffer_clear(&w->line);
    w->headed = w->chunked = false;
    w->chunks = WARC_CHUNKS_NONE;
    w->left = w->given = 0;
    w->give = give;
    w->arg = arg;
}

void warc_payload_fini(struct warc_payload *w)
{
    buffer_fini(&w->head);
    buffer_fini(&w->line);
}

struct span warc_payload_field(const struct warc_payload *w, const char *name)
{
    return w->headed ? warc_head_find(buffer_span(&w->head), name, 0) : (struct span){ NULL, 0 };
}

int warc_payload_status(const struct warc_payload *w)
{
    struct span h = buffer_span(&w->head);
    const char *space =
        w->headed && h.n > 12 && memcmp(h.p, "HTTP/", 5) == 0 ? memchr(h.p, ' ', 12) : NULL;
    if (!space || h.p + h.n - space < 4)
        return 0;
    int status = 0;
    for (int i = 1; i <= 3; i++)
        status = space[i] >= '0' && space[i] <= '9' ? status * 10 + space[i] - '0' : -10000;
    return status > 0 ? status : 0;
}

static int warc_payload_give(struct warc_payload *w, struct span some)
{
    w->given += some.n;
    return some.n ? w->give(w->arg, some) : 0;
}

// ---- chunks

static bool warc_payload_size(struct span line, uint64_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < line.n; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no pointer, no bytes
        char c = (char)(line.p[i] | 0x20);
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (line.p[i] == '\r' || line.p[i] == ';' || line.p[i] == ' ' || line.p[i] == '\t')
            break;
        if (digit < 0 || v >> 56)
            return false;
        v = v << 4 | (unsigned)digit;
    }
    *out = v;
    return i > 0;
}

// Bytes up to and with the line's end; the line goes on with the next piece if that is not there.
static size_t warc_payload_line(struct warc_payload *w, struct span some, bool *whole)
{
    const char *end = memchr(some.p, '\n', some.n);
    size_t n = end ? (size_t)(end - some.p) + 1 : some.n;
    *whole = end;
    buffer_add(&w->line, some.p, n);
    return n;
}

// What was taken for a size is none: it is payload itself, and so is all that follows.
static int warc_payload_unchunk(struct warc_payload *w)
{
    w->chunks = WARC_CHUNKS_NONE;
    int e = warc_payload_give(w, buffer_span(&w->line));
    buffer_clear(&w->line);
    return e;
}

static int warc_payload_sized(struct warc_payload *w)
{
    if (!warc_payload_size(buffer_span(&w->line), &w->left)) {
        if (w->chunks == WARC_CHUNKS_FIRST)
            return warc_payload_unchunk(w);
        w->left = 0;
    }
    buffer_clear(&w->line);
    w->chunks = w->left ? WARC_CHUNKS_DATA : WARC_CHUNKS_OVER;
    return 0;
}

// Takes some of what has chunks. Returns how much, or an error.
static int warc_payload_chunk(struct warc_payload *w, struct span *some)
{
    bool whole = false;
    size_t n = some->n;
    int e = 0;
    switch ((enum warc_chunks)w->chunks) {
    case WARC_CHUNKS_FIRST:
    case WARC_CHUNKS_SIZE:
        n = warc_payload_line(w, *some, &whole);
        if (whole)
            e = warc_payload_sized(w);
        else if (w->line.n > WARC_PAYLOAD_LINE)
            e = warc_payload_unchunk(w);
        break;
    case WARC_CHUNKS_DATA:
        n = n < w->left ? n : (size_t)w->left;
        w->left -= n;
        if (!w->left)
            w->chunks = WARC_CHUNKS_END;
        e = warc_payload_give(w, (struct span){ some->p, n });
        break;
    case WARC_CHUNKS_END:
        n = warc_payload_line(w, *some, &whole);
        buffer_clear(&w->line);
        if (whole)
            w->chunks = WARC_CHUNKS_SIZE;
        break;
    case WARC_CHUNKS_NONE:
        e = warc_payload_give(w, *some);
        break;
    case WARC_CHUNKS_OVER:
        break;
    }
    *some = (struct span){ some->p + n, some->n - n };
    return w->line.failed ? -ENOMEM : e;
}

// ---- the head

// Whether the last of the codings is chunked.
static bool warc_payload_is_chunked(const struct warc_payload *w)
{
    static const char word[] = "chunked";
    struct span v = warc_payload_field(w, "Transfer-Encoding");
    return v.n >= sizeof word - 1 &&
           strncasecmp(v.p + v.n - (sizeof word - 1), word, sizeof word - 1) == 0;
}

static int warc_payload_take_head(struct warc_payload *w, struct span *some)
{
    size_t before = w->head.n;
    struct span taken = *some;
    some->n = 0;
    if (before > WARC_HEAD_MOST)
        return 0; // there is no end to it
    buffer_add(&w->head, taken.p, taken.n);
    if (w->head.failed)
        return -ENOMEM;
    long n =
        warc_head_length(buffer_span(&w->head)); // the blank line may begin in what came before
    if (n <= 0)
        return 0;
    w->head.n = (size_t)n;
    w->headed = true;
    size_t used = (size_t)n - before;
    *some = (struct span){ taken.p + used, taken.n - used };
    w->chunked = warc_payload_is_chunked(w);
    w->chunks = w->chunked ? WARC_CHUNKS_FIRST : WARC_CHUNKS_NONE;
    return 0;
}

int warc_payload_take(struct warc_payload *w, struct span some)
{
    int e = 0;
    if (!w->headed)
        e = warc_payload_take_head(w, &some);
    while (e == 0 && some.n)
        e = warc_payload_chunk(w, &some);
    return e;
}

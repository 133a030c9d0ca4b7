// SPDX-License-Identifier: MIT
#include "serve/answer_coded.h"
#include "serve/pattern.h"
#include "serve/reply.h"
#include "serve/target.h"
#include <errno.h>
#include <zlib.h>
#include <zstd.h>

enum {
    CODED_WHOLE =
        256 *
        1024, // a body up to this is coded first and sent with its length; a larger one is streamed
    CODED_PIECE = 8192,
    CODED_CUT = 5,
    CODED_MEMBERS_MOST = 1000,
    CODED_TAKES = 1 << 20, // bytes of memory, about, that a coder and its output take
    CODED_TURN = 1 << 20,  // bytes of content until the others have their turn
};
#define CODED_MOST (UINT64_C(1) << 40)

// What was asked for, and what has been made of it.
struct coded {
    struct exchange *x;
    uint64_t size;    // of the content
    uint64_t at;      // how far it has been coded
    uint64_t yielded; // when the others had their turn
    uint64_t members;
    bool zeros, cut, whole;
    struct buffer out; // coded bytes, not yet given to the answer
};

// Opens the exchange's answer, or the error that it gets. Returns 1 when there is something to
// code; coded_end must follow then.
static int coded_begin(struct coded *c, struct exchange *x)
{
    struct span segment;
    *c = (struct coded){ .x = x,
                         .zeros = target_flag(x->query, "zeros"),
                         .cut = target_flag(x->query, "cut") };
    c->size = 10240;
    if ((target_segment(&x->path, &segment) && target_size(segment, CODED_MOST, &c->size) < 0) ||
        target_size_value(x->query, "members", 1, CODED_MEMBERS_MOST, &c->members) < 0 ||
        c->members == 0)
        return reply_status(x, 400, "Write a number behind it: the size of the content.\n");
    if (!server_hold(x->server, CODED_TAKES))
        return reply_status(x, 503, NULL);
    c->whole = c->size <= CODED_WHOLE;
    return 1;
}

static void coded_head(struct coded *c, const char *coding)
{
    struct exchange *x = c->x;
    reply_start(x, 200);
    reply_field_text(x, "Content-Encoding", coding);
    reply_field_text(x, "Vary", "Accept-Encoding");
    if (c->whole)
        reply_sized(x, "text/plain", c->out.n);
    else
        reply_streamed(x, "text/plain");
}

// Fills `to` with the next piece of the content, at most up to offset `end`.
static size_t coded_content(struct coded *c, char to[CODED_PIECE], uint64_t end)
{
    size_t n = end - c->at < CODED_PIECE ? (size_t)(end - c->at) : CODED_PIECE;
    if (c->zeros)
        memset(to, 0, n);
    else
        pattern_fill(to, c->at, n);
    c->at += n;
    return n;
}

// Gives what was coded to a streamed answer, but for as much as may be cut off. Returns 0 or what
// sending gave.
static int coded_pass(struct coded *c)
{
    if (!c->whole && c->out.n > CODED_CUT) {
        size_t n = c->out.n - CODED_CUT;
        reply_write(c->x, c->out.p, n);
        buffer_consume(&c->out, n);
    }
    if (c->at - c->yielded < CODED_TURN)
        return c->x->connection->error;
    c->yielded = c->at;
    int r = connection_turn(c->x->connection);
    return r < 0 ? r : c->x->connection->error;
}

// What a HEAD of a streamed answer gets needs no coding.
static bool coded_only_head(const struct coded *c)
{
    return c->x->bodiless && !c->whole;
}

// Ends the answer: of a whole body this is where it is sent.
static int coded_end(struct coded *c, const char *coding, int r)
{
    struct exchange *x = c->x;
    if (c->out.failed)
        r = -ENOMEM;
    if (r == 0) {
        if (c->cut)
            c->out.n -= c->out.n < CODED_CUT ? c->out.n : CODED_CUT;
        if (c->whole)
            coded_head(c, coding);
        reply_write(x, c->out.p, c->out.n);
        r = reply_end(x);
    }
    buffer_fini(&c->out);
    server_release(x->server, CODED_TAKES);
    return r;
}

// Codes one member, up to offset `end` of the content.
static int coded_member(struct coded *c, z_stream *z, uint64_t end)
{
    char piece[CODED_PIECE];
    int done = Z_OK, r = 0;
    while (done != Z_STREAM_END && r == 0) {
        if (z->avail_in == 0 && c->at < end) {
            z->avail_in = (uInt)coded_content(c, piece, end);
            z->next_in = (Bytef *)piece;
        }
        char *to = buffer_reserve(&c->out, CODED_PIECE);
        if (!to)            // nobody goes on with the stream then
            return -ENOMEM; // NOLINT(clang-analyzer-core.StackAddressEscape)
        z->next_out = (Bytef *)to;
        z->avail_out = CODED_PIECE;
        done = deflate(z, c->at == end ? Z_FINISH : Z_NO_FLUSH);
        c->out.n += CODED_PIECE - z->avail_out;
        r = coded_pass(c);
    }
    return r;
}

// `bits` says which format zlib writes.
static int coded_deflate(struct exchange *x, const char *coding, int bits)
{
    struct coded c;
    z_stream z = { 0 };
    int r = coded_begin(&c, x);
    if (r != 1)
        return r;
    if (deflateInit2(&z, 1, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return coded_end(&c, coding, -ENOMEM);
    if (!c.whole)
        coded_head(&c, coding);
    r = 0;
    for (uint64_t i = 0; i < c.members && r == 0 && !coded_only_head(&c); i++) {
        deflateReset(&z);
        r = coded_member(&c, &z, i + 1 == c.members ? c.size : c.size / c.members * (i + 1));
    }
    deflateEnd(&z);
    return coded_end(&c, coding, r);
}

int answer_coded_gzip(struct exchange *x)
{
    return coded_deflate(x, "gzip", 15 + 16);
}

int answer_coded_deflate(struct exchange *x)
{
    return coded_deflate(x, "deflate", target_flag(x->query, "raw") ? -15 : 15);
}

static int coded_frame(struct coded *c, ZSTD_CCtx *z)
{
    char piece[CODED_PIECE];
    size_t left = 1;
    int r = 0;
    ZSTD_inBuffer in = { piece, 0, 0 };
    while ((left > 0 || c->at < c->size) && r == 0) {
        if (in.pos == in.size && c->at < c->size)
            in = (ZSTD_inBuffer){ piece, coded_content(c, piece, c->size), 0 };
        char *to = buffer_reserve(&c->out, CODED_PIECE);
        if (!to)
            return -ENOMEM;
        ZSTD_outBuffer out = { to, CODED_PIECE, 0 };
        left = ZSTD_compressStream2(z, &out, &in, c->at == c->size ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return -ENOMEM;
        c->out.n += out.pos;
        r = coded_pass(c);
    }
    return r;
}

int answer_coded_zstd(struct exchange *x)
{
    struct coded c;
    int r = coded_begin(&c, x);
    if (r != 1)
        return r;
    ZSTD_CCtx *z = ZSTD_createCCtx();
    if (!z)
        return coded_end(&c, "zstd", -ENOMEM);
    ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, 1);
    if (!c.whole)
        coded_head(&c, "zstd");
    r = coded_only_head(&c) ? 0 : coded_frame(&c, z);
    ZSTD_freeCCtx(z);
    return coded_end(&c, "zstd", r);
}

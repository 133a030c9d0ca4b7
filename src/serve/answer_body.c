// SPDX-License-Identifier: MIT
#include "serve/answer_body.h"
#include "serve/reply.h"
#include "serve/routes.h"
#include "serve/target.h"

// The longest body, and the longest wait in milliseconds.
#define ANSWER_BODY_MOST (UINT64_C(1) << 50)
enum { ANSWER_BODY_WAIT = 3600000 };

// The size that is the next segment of the path.
static bool answer_body_size(struct exchange *x, uint64_t most, uint64_t *n)
{
    struct span segment;
    return target_segment(&x->path, &segment) && target_size(segment, most, n) == 0;
}

static const char *answer_body_type(struct exchange *x, char type[128])
{
    struct span value = target_value(x->query, "type");
    if (value.n == 0 || value.n >= 128)
        return "text/plain";
    type[target_decode(value, type)] = '\0';
    return type;
}

int answer_body_bytes(struct exchange *x)
{
    char type[128];
    uint64_t n;
    if (!answer_body_size(x, ANSWER_BODY_MOST, &n))
        return reply_status(x, 400,
                            "Write /bytes/N: a number, with K, M or G behind it if you like.\n");
    reply_start(x, 200);
    reply_sized(x, answer_body_type(x, type), n);
    reply_pattern(x, 0, n);
    return reply_end(x);
}

int answer_body_chunked(struct exchange *x)
{
    char type[128];
    uint64_t n, chunk;
    if (!answer_body_size(x, ANSWER_BODY_MOST, &n) ||
        target_size_value(x->query, "chunk", 8192, 1 << 20, &chunk) < 0)
        return reply_status(x, 400, "Write /chunked/N, a number, and ?chunk= of 1M at most.\n");
    reply_start(x, 200);
    reply_streamed(x, answer_body_type(x, type));
    for (uint64_t at = 0, step = chunk ? chunk : 1; at < n && !x->bodiless && !x->connection->error;
         at += step)
        reply_pattern(x, at, n - at < step ? n - at : step);
    return reply_end(x);
}

int answer_body_delay(struct exchange *x)
{
    uint64_t ms;
    if (!answer_body_size(x, ANSWER_BODY_WAIT, &ms))
        return reply_status(x, 400,
                            "Write /delay/MS or /delay/MS/PATH: milliseconds, an hour at most.\n");
    int r = exchange_pause(x, ms);
    if (r < 0)
        return r;
    return x->path.n > 1 ? ROUTES_AGAIN : reply_body(x, 200, NULL, span_of("waited\n"));
}

int answer_body_drip(struct exchange *x)
{
    uint64_t bytes, ms, piece;
    if (target_size_value(x->query, "bytes", 10, ANSWER_BODY_MOST, &bytes) < 0 ||
        target_size_value(x->query, "ms", 100, ANSWER_BODY_WAIT, &ms) < 0 ||
        target_size_value(x->query, "piece", 1, 1 << 20, &piece) < 0 || piece == 0)
        return reply_status(x, 400, "Write /drip?bytes=N&ms=N&piece=N, all three numbers.\n");
    reply_start(x, 200);
    if (target_flag(x->query, "chunked"))
        reply_streamed(x, "text/plain");
    else
        reply_sized(x, "text/plain", bytes);
    for (uint64_t at = 0; at < bytes && !x->bodiless; at += piece) {
        int r = exchange_pause(x, at ? ms : 0);
        if (r < 0)
            return r;
        reply_pattern(x, at, bytes - at < piece ? bytes - at : piece);
    }
    return reply_end(x);
}

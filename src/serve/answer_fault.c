// SPDX-License-Identifier: MIT
#include "serve/answer_fault.h"
#include "serve/reply.h"
#include "serve/target.h"
#include <errno.h>

enum { FAULT_PROMISED = 1000, FAULT_SENT = 500 };

int answer_fault_reset_now(struct exchange *x)
{
    connection_flush(x->connection);
    connection_reset(x->connection);
    return -ECONNRESET;
}

int answer_fault_reset(struct exchange *x)
{
    static const char part[] = "HTTP/1.1 200 OK\r\nServer: trawl\r\nContent-Le";
    struct span where = { "", 0 };
    target_segment(&x->path, &where);
    if (span_is(where, "head")) {
        connection_write(x->connection, part, sizeof part - 1);
    } else if (span_is(where, "body")) {
        reply_start(x, 200);
        reply_sized(x, "text/plain", FAULT_PROMISED);
        reply_pattern(x, 0, FAULT_SENT);
    } else if (where.n > 0) {
        return reply_status(x, 404, NULL);
    }
    return answer_fault_reset_now(x);
}

int answer_fault_truncate(struct exchange *x)
{
    static const char part[] = "HTTP/1.1 200 OK\r\nServer: trawl\r\nContent-Length: 0\r\n";
    struct span where = { "", 0 };
    target_segment(&x->path, &where);
    if (where.n > 0 && !span_is(where, "head"))
        return reply_status(x, 404, NULL);
    bool chunked = target_flag(x->query, "chunked") && x->head->minor >= 1;
    if (where.n > 0) {
        connection_write(x->connection, part, sizeof part - 1);
        x->status = 200;
    } else {
        reply_start(x, 200);
        if (chunked)
            reply_streamed(x, "text/plain");
        else
            reply_sized(x, "text/plain", FAULT_PROMISED);
        reply_pattern(x, 0, FAULT_SENT);
    }
    x->keep_alive = false; // not announced: the head is out
    return connection_flush(x->connection);
}

// ---- /malformed/KIND

static const struct {
    const char *kind, *bytes;
    size_t n;
} fault_answers[] = {
#define FAULT(kind, bytes)             \
    {                                  \
        kind, bytes, sizeof(bytes) - 1 \
    }
    FAULT("status", "HTTP/1.1 2x0 Well\r\nContent-Length: 3\r\n\r\nok\n"),
    FAULT("length", "HTTP/1.1 200 OK\r\nContent-Length: 3abc\r\n\r\nok\n"),
    FAULT("lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nok\n"),
    FAULT("field", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nno colon here\r\n\r\nok\n"),
    FAULT("chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\nzz\r\n"),
    FAULT("smuggled", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n"),
    FAULT("nul", "HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 3\r\n\r\nok\n"),
    FAULT("none", "This is no HTTP at all.\r\n"),
#undef FAULT
};

int answer_fault_malformed(struct exchange *x)
{
    struct span kind = { "", 0 };
    target_segment(&x->path, &kind);
    for (size_t i = 0; i < sizeof fault_answers / sizeof *fault_answers; i++)
        if (span_is(kind, fault_answers[i].kind)) {
            connection_write(x->connection, fault_answers[i].bytes, fault_answers[i].n);
            x->status = 200;
            x->keep_alive = false;
            return connection_flush(x->connection);
        }
    return reply_status(x, 404, NULL);
}

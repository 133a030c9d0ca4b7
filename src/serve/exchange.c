// SPDX-License-Identifier: MIT
#include "serve/exchange.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "serve/access_log.h"
#include "serve/reply.h"
#include "serve/routes.h"
#include "serve/site.h"
#include "sys/clock.h"
#include <errno.h>
#include <sys/socket.h>

static int exchange_continue(struct exchange *x)
{
    static const char words[] = "HTTP/1.1 100 Continue\r\n\r\n";
    connection_write(x->connection, words, sizeof words - 1);
    return connection_flush(x->connection);
}

// Takes what lies behind the head; nothing of it is kept there, so the room for it never runs out.
static int exchange_take_body(struct exchange *x, size_t from, bool keep)
{
    struct intake *in = x->connection->in;
    size_t at = from;
    while (at < in->end && x->drain.state < DRAIN_DONE) {
        struct span data;
        at += drain_take(&x->drain, in->bytes + at, in->end - at, &data);
        if (!keep || data.n == 0)
            continue;
        if (x->body.n + data.n > EXCHANGE_BODY_MAX)
            return -EFBIG;
        if (!server_hold(x->server, data.n))
            return -ENOBUFS;
        buffer_add(&x->body, data.p, data.n);
        if (x->body.failed) {
            server_release(x->server, data.n);
            return -ENOMEM;
        }
    }
    memmove(in->bytes + from, in->bytes + at, in->end - at);
    in->end -= at - from;
    return x->drain.state == DRAIN_BAD ? -EBADMSG : 0;
}

int exchange_read_body(struct exchange *x, bool keep)
{
    struct connection *c = x->connection;
    size_t from = c->in->start + x->head->size;
    if (x->drain.state == DRAIN_DONE)
        return 0;
    int r = x->head->expects_continue && c->in->end == from ? exchange_continue(x) : 0;
    for (;;) {
        if (r == 0)
            r = exchange_take_body(x, from, keep);
        if (r < 0 || x->drain.state == DRAIN_DONE)
            return r;
        r = connection_flush(c);
        if (r < 0)
            return r;
        long n = connection_receive(c, connection_patience(c));
        if (n <= 0)
            return n < 0 ? (int)n : -ECONNRESET;
    }
}

// Whether the peer has hung up. What it may have sent beyond the request stays where it is.
static bool exchange_is_deserted(const struct connection *c)
{
    char byte;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

int exchange_pause(struct exchange *x, uint64_t ms)
{
    struct connection *c = x->connection;
    // From now, not from when this round of the loop began: a delay is never shorter than asked.
    int64_t until = clock_after(clock_mono(), (int64_t)ms * CLOCK_MS);
    int r = connection_flush(c);
    pool_put(&c->server->outlets, c->out); // thousands may be waiting
    c->out = NULL;
    if (r == 0)
        r = watch_readable(&c->watch, until);
    if (r == 0) // something came: the next request, or the end
        return exchange_is_deserted(c) ? -ECONNRESET : sleep_until(until);
    return r == -ETIMEDOUT ? 0 : r;
}

static void exchange_begin(struct exchange *x, struct connection *c, const struct request_head *h)
{
    *x = (struct exchange){ .connection = c, .server = c->server, .head = h };
    if (c->server->log)
        x->began = clock_wall();
    if (!h)
        return;
    x->path = request_head_span(h, h->path);
    x->query = request_head_span(h, h->query);
    x->keep_alive = h->keep_alive;
    x->bodiless = h->method == METHOD_HEAD;
    drain_init(&x->drain, h->chunked, h->length);
}

// Ends the exchange: its place in the log, its memory, and what the connection does next. `r` is
// what answering gave.
static enum exchange_end exchange_finish(struct exchange *x, int r)
{
    struct connection *c = x->connection;
    if (x->server->log)
        access_log_add(x->server->log, x);
    server_release(x->server, x->body.n);
    buffer_fini(&x->body);
    if (r < 0 || c->error)
        return EXCHANGE_DROP;
    bool unread = !c->drained || !x->head || c->in->end > c->in->start + x->head->size;
    if (!x->keep_alive || !x->head) // whoever has no head is not kept
        return unread || x->drain.state != DRAIN_DONE ? EXCHANGE_LINGER : EXCHANGE_CLOSE;
    c->in->start += x->head->size;
    c->in->seen = 0;
    return EXCHANGE_NEXT;
}

// Reads the body before the answer, and answers what is wrong with it. Returns 1 when there was
// nothing wrong.
static int exchange_receive(struct exchange *x, bool keep)
{
    int r = exchange_read_body(x, keep);
    if (r == 0)
        return 1;
    x->keep_alive = false;
    if (r == -EFBIG || r == -ENOBUFS)
        return reply_status(x, r == -EFBIG ? 413 : 503, NULL);
    return r == -EBADMSG ? reply_status(x, 400, "The body is not framed.\n") : r;
}

enum exchange_end exchange_answer(struct connection *c)
{
    struct exchange x;
    uint32_t host;
    exchange_begin(&x, c, &c->in->head);
    if (site_has(x.server, request_head_span(x.head, x.head->host), &host)) {
        int r = exchange_receive(&x, false);
        return exchange_finish(&x, r == 1 ? site_answer(&x, host) : r);
    }
    const struct route *route = routes_find(&x);
    int r = exchange_receive(&x, route && route->keeps_body);
    return exchange_finish(&x, r == 1 ? routes_answer(&x, route) : r);
}

enum exchange_end exchange_refuse(struct connection *c, int status)
{
    struct exchange x;
    exchange_begin(&x, c, NULL);
    return exchange_finish(&x, reply_status(&x, status, NULL));
}

// SPDX-License-Identifier: MIT
#include "serve/connection.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "serve/exchange.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTION_TURN = 256 * 1024, // bytes until the others have their turn
    CONNECTION_LINGER = 256 * 1024,
};

int64_t connection_patience(const struct connection *c)
{
    return clock_after(loop_now(c->watch.loop), c->server->settings.idle_timeout);
}

void connection_reset(struct connection *c)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// ---- out

static int connection_send(struct connection *c, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            p += sent;
            n -= (size_t)sent;
            c->busy += (size_t)sent;
            c->server->counts.bytes += (uint64_t)sent;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return -errno;
        c->busy = 0;
        int r = watch_writable(&c->watch, connection_patience(c));
        if (r < 0)
            return r;
    }
    return 0;
}

int connection_flush(struct connection *c)
{
    if (c->error || !c->out)
        return c->error;
    c->error = connection_send(c, c->out->bytes, c->out->n);
    c->out->n = 0;
    if (c->busy > CONNECTION_TURN && !c->error)
        c->error = connection_turn(c);
    return c->error;
}

// Not yield_fiber, for that lets those run who are ready, but does not look who has become so.
int connection_turn(struct connection *c)
{
    c->busy = 0;
    return watch_writable(&c->watch, connection_patience(c));
}

char *connection_room(struct connection *c, size_t least)
{
    if (!c->out) {
        c->out = pool_get(&c->server->outlets);
        if (c->out)
            c->out->n = 0;
        else if (!c->error)
            c->error = -ENOMEM;
    }
    if (!c->error && CONNECTION_OUT - c->out->n < least)
        connection_flush(c);
    return c->error ? NULL : c->out->bytes + c->out->n;
}

void connection_write(struct connection *c, const void *p, size_t n)
{
    const char *from = p;
    while (n > 0) {
        char *to = connection_room(c, n < CONNECTION_OUT ? n : CONNECTION_OUT);
        if (!to)
            return;
        size_t room = CONNECTION_OUT - c->out->n, take = n < room ? n : room;
        memcpy(to, from, take);
        c->out->n += take;
        from += take;
        n -= take;
    }
}

// ---- in

long connection_receive(struct connection *c, int64_t deadline)
{
    for (;;) {
        if (c->drained || c->busy > CONNECTION_TURN) {
            c->busy = 0;
            int r = watch_readable(&c->watch, deadline);
            if (r < 0)
                return r;
        }
        if (!c->in) {
            c->in = pool_get(&c->server->intakes);
            if (!c->in)
                return -ENOMEM;
            c->in->start = c->in->end = c->in->seen = 0;
        }
        size_t room = CONNECTION_IN - c->in->end;
        ssize_t n = recv(c->fd, c->in->bytes + c->in->end, room, 0);
        c->drained = n < (ssize_t)room;
        if (n >= 0) {
            c->in->end += (size_t)n;
            c->busy += (size_t)n;
            return n;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
}

// Sends what was gathered and lets go of what is not needed while nothing comes.
static int connection_rest(struct connection *c)
{
    int r = connection_flush(c);
    pool_put(&c->server->outlets, c->out);
    c->out = NULL;
    if (c->in && c->in->start == c->in->end) {
        pool_put(&c->server->intakes, c->in);
        c->in = NULL;
    }
    return r;
}

// Passes over empty lines in front of a request (RFC 9112 §2.2).
static void connection_skip_lines(struct intake *in)
{
    while (in->start < in->end && (in->bytes[in->start] == '\r' || in->bytes[in->start] == '\n'))
        in->start++, in->seen = 0;
}

// Moves what is unread to the front when little room is left behind it.
static void connection_pack(struct intake *in)
{
    if (in->start == 0 || CONNECTION_IN - in->end >= 4096)
        return;
    memmove(in->bytes, in->bytes + in->start, in->end - in->start);
    in->end -= in->start;
    in->start = 0;
}

// What to answer to a head that is longer than a head may be.
static int connection_too_long(const struct intake *in)
{
    return memchr(in->bytes + in->start, '\n', REQUEST_HEAD_LINE_MAX) ? 431 : 414;
}

// Gets the next head into in->head. Parks. Returns 1, or 0 when the peer has ended, or a negative
// errno; `status` is what to answer if it is no good head.
static int connection_read_head(struct connection *c, int *status)
{
    int64_t deadline = 0;
    for (;;) {
        struct intake *in = c->in;
        if (in && in->start < in->end) {
            connection_skip_lines(in);
            const char *p = in->bytes + in->start;
            size_t size = request_head_end(p, in->end - in->start, &in->seen);
            if (size > 0 && size <= REQUEST_HEAD_MAX) {
                *status = request_head_parse(&in->head, p, size);
                return 1;
            }
            if (in->end - in->start > REQUEST_HEAD_MAX) {
                *status = connection_too_long(in);
                return 1;
            }
            connection_pack(in);
        }
        int r = connection_rest(c);
        if (r < 0)
            return r;
        if (deadline == 0 ||
            !c->in) // a head that has begun does not get more time by coming slowly
            deadline = connection_patience(c);
        long n = connection_receive(c, deadline);
        if (n <= 0)
            return (int)n;
    }
}

// Waits until the peer has read our last words: closing while it still sends would reset the
// connection and could take them away from it (RFC 9112 §9.6).
static void connection_linger(struct connection *c)
{
    int64_t deadline = loop_now(c->watch.loop) + CLOCK_S;
    size_t passed = 0;
    if (connection_flush(c) < 0 || shutdown(c->fd, SHUT_WR) < 0)
        return;
    while (passed < CONNECTION_LINGER) {
        if (c->in)
            c->in->start = c->in->end = 0;
        long n = connection_receive(c, deadline);
        if (n <= 0)
            return;
        passed += (size_t)n;
    }
}

static void connection_free(struct connection *c)
{
    struct server *s = c->server;
    watch_fini(&c->watch);
    close(c->fd);
    pool_put(&s->intakes, c->in);
    pool_put(&s->outlets, c->out);
    free(c);
    wake_one(&s->room, 0);
}

int connection_serve(void *arg)
{
    struct connection *c = arg;
    watch_init(&c->watch, c->fd);
    for (;;) {
        int status = 0;
        if (connection_read_head(c, &status) <= 0)
            break;
        c->requests++;
        c->server->counts.requests++;
        enum exchange_end end = status ? exchange_refuse(c, status) : exchange_answer(c);
        if (end == EXCHANGE_CLOSE)
            connection_flush(c);
        if (end == EXCHANGE_LINGER)
            connection_linger(c);
        if (end != EXCHANGE_NEXT)
            break;
    }
    connection_free(c);
    return 0;
}

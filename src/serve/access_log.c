// SPDX-License-Identifier: MIT
#include "serve/access_log.h"
#include "sched/loop.h"
#include "sched/offload.h"
#include "sched/park.h"
#include "store/json.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ACCESS_LOG_ENOUGH = 256 * 1024, // bytes that are written without waiting for more
    ACCESS_LOG_MOST = 4 << 20,      // bytes waiting, from which on requests wait
    ACCESS_LOG_PAUSE_MS = 20,
};

struct access_log {
    struct buffer next;    // lines to come
    struct buffer writing; // those that a thread writes
    struct list writer;    // the fiber, while there is nothing or not enough
    struct list room;      // requests that wait until there is less
    int fd;
    int error; // the first of writing: from then on lines are dropped
};

static int access_log_write(void *arg)
{
    struct access_log *log = arg;
    return files_write_all(log->fd, log->writing.p, log->writing.n);
}

static void access_log_written(struct access_log *log, int r)
{
    buffer_clear(&log->writing);
    if (r < 0 && r != -ECANCELED && !log->error) {
        log->error = r;
        log_warning("the access log cannot be written (%s): no more lines", strerror(-r));
    }
}

static int access_log_fiber(void *arg)
{
    struct access_log *log = arg;
    for (;;) {
        int r = log->next.n ? 0 : park_on(&log->writer, CLOCK_NEVER);
        if (r == 0 && log->next.n < ACCESS_LOG_ENOUGH) // a moment, for more to come
            r = park_on(&log->writer, loop_now(loop_current()) + ACCESS_LOG_PAUSE_MS * CLOCK_MS);
        if (r == -ECANCELED)
            return 0;
        struct buffer swap = log->writing;
        log->writing = log->next;
        log->next = swap;
        r = offload(access_log_write, log);
        if (r == -ECANCELED)
            return 0; // what is in `writing` is written at the close
        access_log_written(log, r);
        wake_all(&log->room, 0);
    }
}

int access_log_open(struct access_log **out, const char *path, struct nursery *n)
{
    struct access_log *log = calloc(1, sizeof *log);
    if (!log)
        return -ENOMEM;
    list_init(&log->writer);
    list_init(&log->room);
    int r = log->fd = files_create(path);
    if (r >= 0)
        r = nursery_spawn(n, "access log", access_log_fiber, log);
    if (r < 0) {
        if (log->fd >= 0)
            close(log->fd);
        free(log);
        return r;
    }
    *out = log;
    return 0;
}

// The address that the peer connected to: with a synthetic web, it tells the host.
static const char *access_log_local(struct connection *c)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = { 0 };
    socklen_t n = sizeof at;
    if (!c->local[0] && getsockname(c->fd, &at.any, &n) == 0)
        inet_ntop(at.any.sa_family,
                  at.any.sa_family == AF_INET ? (void *)&at.v4.sin_addr : (void *)&at.v6.sin6_addr,
                  c->local, sizeof c->local);
    return c->local;
}

static void access_log_line(struct buffer *b, const struct exchange *x)
{
    const struct request_head *h = x->head;
    json_object_open(b);
    json_key(b, "start");
    json_int(b, x->began / CLOCK_US);
    json_key(b, "end");
    json_int(b, clock_wall() / CLOCK_US);
    json_key(b, "connection");
    json_uint(b, x->connection->number);
    json_key(b, "request");
    json_uint(b, x->connection->requests);
    json_key(b, "local");
    json_text(b, span_of(access_log_local(x->connection)));
    if (h) {
        json_key(b, "method");
        json_text(b, request_head_span(h, h->method_text));
        json_key(b, "host");
        json_text(b, request_head_span(h, h->host));
        json_key(b, "path");
        json_text(b, (struct span){ h->bytes + h->path.at,
                                    (size_t)h->query.at + h->query.n - h->path.at });
        json_key(b, "agent");
        json_text(b, request_head_value(h, "User-Agent"));
    }
    json_key(b, "status");
    json_int(b, x->status);
    json_key(b, "bytes");
    json_uint(b, x->sent);
    json_object_close(b);
    json_newline(b);
}

void access_log_add(struct access_log *log, const struct exchange *x)
{
    while (log->next.n > ACCESS_LOG_MOST)
        if (park_on(&log->room, CLOCK_NEVER) < 0)
            break;
    if (log->error)
        return;
    size_t before = log->next.n;
    access_log_line(&log->next, x);
    if (log->next.failed) { // half a line helps nobody
        log->next.n = before;
        log->next.failed = false;
    }
    if (before == 0 || log->next.n >= ACCESS_LOG_ENOUGH)
        wake_all(&log->writer, 0);
}

void access_log_close(struct access_log *log)
{
    if (!log)
        return;
    int r = log->error ? 0 : access_log_write(log);
    buffer_fini(&log->writing);
    log->writing = log->next;
    log->next = (struct buffer){ 0 };
    if (r == 0 && !log->error)
        r = access_log_write(log);
    access_log_written(log, r);
    buffer_fini(&log->writing);
    close(log->fd);
    free(log);
}

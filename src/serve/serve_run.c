// SPDX-License-Identifier: MIT
// A server that is a process: its loop, its signals, its first and last words.
#include "data/buffer.h"
#include "sched/bell.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "serve/listener.h"
#include "serve/serve.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/limits.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>

struct serve_life {
    const struct serve_settings *settings;
    struct list stopped; // the first fiber, until a signal comes
};

static void serve_signalled(struct bell_signal *s)
{
    struct serve_life *life = s->arg;
    wake_all(&life->stopped, 0);
}

// Says where to reach it; who started it may wait for this, and read the ports.
static int serve_announce(const struct server *s, int fd)
{
    struct buffer b = { 0 };
    char text[ENDPOINT_TEXT];
    struct endpoint at = s->listener->at;
    if (s->listener->loopback_only)
        endpoint_of(&at, "127.0.0.1", endpoint_port(&at));
    if (s->dns)
        buffer_add_format(&b, "answering DNS on %s\n", endpoint_text(&s->dns_at, text));
    if (s->tls)
        buffer_add_format(&b, "listening on https port %u\n", serve_tls_port(s));
    buffer_add_format(&b, "listening on http://%s\n", endpoint_text(&at, text));
    int r = b.failed ? -ENOMEM : files_write_all(fd, b.p, b.n);
    buffer_fini(&b);
    if (r < 0)
        log_error("cannot say that we are ready: %s", strerror(-r));
    return r;
}

static void serve_sum_up(const struct server *s)
{
    struct serve_counts n = serve_counts(s);
    if (s->dns)
        log_note("served %llu connections, %llu requests, %llu bytes, %llu DNS queries",
                 (unsigned long long)n.connections, (unsigned long long)n.requests,
                 (unsigned long long)n.bytes, (unsigned long long)n.dns_queries);
    else
        log_note("served %llu connections, %llu requests, %llu bytes",
                 (unsigned long long)n.connections, (unsigned long long)n.requests,
                 (unsigned long long)n.bytes);
}

static int serve_live(void *arg)
{
    struct serve_life *life = arg;
    const struct serve_settings *settings = life->settings;
    struct server *s;
    int r = serve_start(&s, settings);
    if (r < 0)
        return r;
    int64_t end = settings->max_time ? clock_after(loop_now(loop_current()), settings->max_time)
                                     : CLOCK_NEVER;
    r = serve_announce(s, settings->ready_fd);
    if (r == 0)
        park_on(&life->stopped, end);
    if (!settings->quiet)
        serve_sum_up(s);
    serve_stop(s);
    return r;
}

int serve_run(const struct serve_settings *settings)
{
    static const int signals[] = { SIGINT, SIGTERM };
    struct bell_signal watcher[2] = { 0 };
    struct loop *l;
    struct serve_life life = { .settings = settings };
    list_init(&life.stopped);
    limits_raise_descriptors();
    int r = loop_new(&l, &(struct loop_options){ .name = "serve" });
    if (r < 0) {
        log_error("cannot make an event loop: %s", strerror(-r));
        return r;
    }
    for (int i = 0; i < 2 && r == 0; i++) {
        watcher[i] = (struct bell_signal){ .came = serve_signalled, .arg = &life };
        r = bell_signal_begin(&watcher[i], l, signals[i]);
    }
    if (r < 0)
        log_error("cannot watch for signals: %s", strerror(-r));
    else
        r = loop_run(l, serve_live, &life);
    for (int i = 0; i < 2; i++)
        bell_signal_end(&watcher[i]);
    loop_free(l);
    return r;
}

// SPDX-License-Identifier: MIT
#ifndef TESTS_FETCH_CLIENT_H
#define TESTS_FETCH_CLIENT_H
#include "check.h"
#include "fetch/easy.h"
#include "fetch/io.h"
#include "fetch/multi.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "in_loop.h"
#include "patience.h"
#include "sched/green.h"
#include <stdio.h>
#include <string.h>

// What tests of fetching have in common: a sink that keeps the body, a plain request, and a way to
// do the same through multi, through easy and through a green easy.
struct fetch_sink {
    struct sink sink;
    char body[4096];
    size_t n;
};

static const struct address fetch_loopback = { 4, { 127, 0, 0, 1 } };

static inline enum sink_answer fetch_keep_body(struct sink *s, const char *p, size_t n)
{
    struct fetch_sink *f = (struct fetch_sink *)s;
    assert_true(f->n + n < sizeof f->body);
    memcpy(f->body + f->n, p, n);
    f->n += n;
    f->body[f->n] = '\0';
    return SINK_GO;
}

// A request for `url`, whose host and port must stand there, at 127.0.0.1.
static inline struct request fetch_request(const char *url, const char *host, uint16_t port)
{
    return (struct request){ .url = url,
                             .host = host,
                             .port = port,
                             .address = &fetch_loopback,
                             .addresses = 1,
                             .special_ok = true,
                             .connect_timeout = patience(5 * CLOCK_S),
                             .max_time = patience(5 * CLOCK_S) };
}

static inline void fetch_do(struct io *io, const struct request *q, struct fetch_sink *sink,
                            struct response *out)
{
    sink->sink = (struct sink){ .write = fetch_keep_body };
    sink->n = 0;
    sink->body[0] = '\0';
    assert_int_equal(io->fetch(io, q, &sink->sink, out), 0);
}

static void (*fetch_body)(struct io *io);
static const struct fetch_settings *fetch_with;

static inline int fetch_in_multi(void *arg)
{
    (void)arg;
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), fetch_with, 100), 0);
    fetch_body(multi_io(m));
    multi_free(m);
    return 0;
}

static inline int fetch_in_green(void *arg)
{
    (void)arg;
    struct easy *e;
    green_begin();
    assert_int_equal(easy_new_green(&e, fetch_with), 0);
    fetch_body(easy_io(e));
    easy_free(e);
    green_end();
    return 0;
}

// Runs `body` with an io of each kind.
static inline void fetch_each(void (*body)(struct io *io), const struct fetch_settings *settings)
{
    struct easy *e;
    fetch_body = body;
    fetch_with = settings;
    assert_int_equal(easy_new(&e, settings), 0);
    body(easy_io(e));
    easy_free(e);
    in_loop(fetch_in_multi);
    in_loop(fetch_in_green);
}
#endif

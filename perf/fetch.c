// SPDX-License-Identifier: MIT
// What an exchange through multi costs over bare libcurl: N exchanges, C fibers. `URL` may hold one
// %d, its number; every host is at 127.0.0.1 (or ADDRESS), so that no name is looked up. Prints CPU
// a request and the largest resident size.
//
// usage: fetch N CONCURRENCY URL
// environment: KEEP=0 (each connection is closed after its exchange), BUF=bytes, CACERT=file, H2=1,
// EASY=1 (blocking, one at a time), WIRE=1 (the heads are kept as they were), SPECIAL=0 (do not
// allow special addresses: the check's cost shows)
#include "fetch/easy.h"
#include "fetch/multi.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/wire.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct run {
    struct fetch_settings settings;
    struct address address;
    const char *url;
    struct io *io;
    bool keep, wire;
    unsigned concurrency;
    long total, next, bad;
};

static enum sink_answer run_discard(struct sink *s, const char *p, size_t n)
{
    (void)s, (void)p, (void)n;
    return SINK_GO;
}

static void run_host(const char *url, char host[80], uint16_t *port)
{
    unsigned n = 0;
    bool tls = strncmp(url, "https", 5) == 0;
    *port = tls ? 443 : 80;
    if (sscanf(url, "%*[a-z]://%79[^:/]:%u", host, &n) == 2)
        *port = (uint16_t)n;
}

static int run_one(void *arg)
{
    struct run *run = arg;
    struct sink sink = { .write = run_discard };
    struct response response = { 0 };
    struct wire wire = { 0 };
    char url[256], host[80];
    uint16_t port;
    run_host(run->url, host, &port);
    bool many = strchr(host, '%') != NULL;
    while (run->next < run->total) {
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(url, sizeof url, run->url, (int)run->next++);
        struct request q = { .url = url,
                             .host = host,
                             .address = &run->address,
                             .addresses = 1,
                             .port = port,
                             .special_ok = true,
                             .keep = run->keep,
                             .connect_timeout = 10 * CLOCK_S,
                             .max_time = 60 * CLOCK_S,
                             .max_filesize = 64 << 20,
                             .wire = run->wire ? &wire : NULL };
        if (many)
            run_host(url, host, &q.port);
        int r = run->io->fetch(run->io, &q, &sink, &response);
        if (r < 0 || response.error || response.status != 200) {
            if (run->bad++ == 0)
                fprintf(stderr, "%s: %d %s %s\n", url, r, fetch_error_word(response.error).p,
                        response.message);
        }
    }
    response_fini(&response);
    wire_fini(&wire);
    return 0;
}

static int run_all(void *arg)
{
    struct run *run = arg;
    struct nursery n;
    nursery_init(&n, "perf");
    for (unsigned i = 0; i < run->concurrency; i++) {
        if (nursery_spawn(&n, "fetch", run_one, run) < 0)
            return 1;
    }
    return nursery_close(&n);
}

static double run_cpu(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static int run_multi(struct run *run)
{
    struct loop *l;
    struct multi *m;
    if (loop_new(&l, NULL) < 0 || multi_new(&m, l, &run->settings, run->concurrency) < 0)
        return 1;
    run->io = multi_io(m);
    int r = loop_run(l, run_all, run);
    multi_free(m);
    loop_free(l);
    return r;
}

static int run_easy(struct run *run)
{
    struct easy *e;
    if (easy_new(&e, &run->settings) < 0)
        return 1;
    run->io = easy_io(e);
    int r = run_one(run);
    easy_free(e);
    return r;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const char *keep = getenv("KEEP"), *address = getenv("ADDRESS"), *buf = getenv("BUF");
    struct run run = { .total = atol(argv[1]),
                       .concurrency = (unsigned)atoi(argv[2]),
                       .url = argv[3],
                       .keep = !keep || atoi(keep),
                       .wire = getenv("WIRE") != NULL,
                       .settings = { .ca_file = getenv("CACERT"),
                                     .http2 = getenv("H2") != NULL,
                                     .min_speed = 100,
                                     .min_speed_time = 30 * CLOCK_S,
                                     .buffer_size = buf ? (size_t)atol(buf) : 0 } };
    address_parse(&run.address, span_of(address ? address : "127.0.0.1"));
    limits_raise_descriptors();
    int64_t begun = clock_mono();
    int r = getenv("EASY") ? run_easy(&run) : run_multi(&run);
    double secs = (double)(clock_mono() - begun) / CLOCK_S;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double us = (run_cpu(&u.ru_utime) + run_cpu(&u.ru_stime)) * 1e6 / (double)run.total;
    printf("n=%ld c=%u secs=%.3f us/request=%.2f (user %.2f) rss=%.1fMB bad=%ld\n", run.total,
           run.concurrency, secs, us, run_cpu(&u.ru_utime) * 1e6 / (double)run.total,
           (double)u.ru_maxrss / 1024, run.bad);
    return r || run.bad;
}

// SPDX-License-Identifier: MIT
// What an engine costs a job beyond the exchange itself: lane_send, visit with an io that answers
// at once, lane_receive. Prints CPU and wall nanoseconds a job, for coro (one process), forks and
// forks/coro (coordinator and workers apart), and the resident bytes of a job that waits in coro,
// libcurl not counted.
//
// usage: engine [JOBS]
#include "engine/coro.h"
#include "engine/forks.h"
#include "engine/lane.h"
#include "engine/worker.h"
#include "engine/worker_loop.h"
#include "fetch/io.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

// ---- Exchanges that take no time, or for ever

static const char *const instant_head[] = { "HTTP/1.1 200 OK",
                                            "Server: instant",
                                            "Content-Type: text/html; charset=utf-8",
                                            "ETag: \"65e1-2f4\"",
                                            "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT",
                                            "Content-Length: 5",
                                            "" };

static int instant_fetch(struct io *io, const struct request *q, struct sink *sink,
                         struct response *out)
{
    (void)io;
    out->error = FETCH_OK;
    out->status = 200;
    out->http_version = 11;
    out->size = 5;
    out->remote = q->address[0];
    // Reading a head is part of the exchange: the last one is used again.
    for (size_t i = 0; !out->head.complete && i < sizeof instant_head / sizeof *instant_head; i++)
        head_take(&out->head, span_of(instant_head[i]));
    if (sink->head)
        sink->head(sink, &out->head);
    sink->write(sink, "hello", 5);
    return 0;
}

static int parked_fetch(struct io *io, const struct request *q, struct sink *sink,
                        struct response *out)
{
    instant_fetch(io, q, sink, out); // it has done this before: the room is there
    int e = sleep_until(CLOCK_NEVER);
    out->error = FETCH_CANCELLED;
    return e;
}

static struct io instant_io = { .fetch = instant_fetch }, parked_io = { .fetch = parked_fetch };

static int instant_worker(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    struct visit_settings settings;
    struct shmq *jobs, *outcomes;
    if (worker_attach(&jobs, &outcomes, &settings, setup, n, fds, nfds) < 0)
        return 1;
    if (kind != WORKER_BLOCKING)
        return worker_loop_serve(kind, jobs, outcomes, &settings, &instant_io) < 0;
    return worker_serve(jobs, outcomes, &instant_io, &settings) < 0;
}

// ---- A coordinator that does nothing else

struct bench {
    struct engine_setup setup;
    struct visit_settings settings;
    struct engine_usage usage;
    struct engine *engine;
    struct list ready, waits;
    struct buffer job;
    struct zygote *zygote;
    unsigned jobs;
};

static void bench_wake(void *arg)
{
    wake_all(&((struct bench *)arg)->waits, 0);
}

static void bench_prepare(struct bench *b, unsigned cap)
{
    list_init(&b->ready);
    list_init(&b->waits);
    b->setup = (struct engine_setup){ .loop = loop_current(),
                                      .settings = &b->settings,
                                      .zygote = b->zygote,
                                      .usage = &b->usage,
                                      .cap = cap,
                                      .ready = &b->ready,
                                      .wake = bench_wake,
                                      .arg = b };
}

static void bench_build_job(struct bench *b)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    struct job_parts parts = {
        .head = { .port = 80, .flags = JOB_KEEP, .max_time = 60 * CLOCK_S },
        .url = span_of("http://www.example.org/a/path/of/an/ordinary/length?and=a&query"),
        .host = span_of("www.example.org"),
        .address = &loopback,
        .addresses = 1,
    };
    if (job_build(&b->job, &parts) < 0)
        abort();
}

static unsigned bench_take_all(struct bench *b)
{
    unsigned n = 0;
    struct list *node;
    while ((node = list_pop(&b->ready))) {
        struct lane *l = list_entry(node, struct lane, ready);
        while (lane_receive(l))
            n++;
    }
    return n;
}

static unsigned bench_fill(struct bench *b, unsigned left)
{
    unsigned n = 0;
    struct job *job = (struct job *)(void *)b->job.p;
    list_each(node, next, &b->engine->lanes)
    {
        struct lane *l = list_entry(node, struct lane, node);
        while (n < left && lane_has_room(l) && lane_send(l, job) == 0) {
            n++;
            job->id++; // those under way are told apart by it
        }
    }
    return n;
}

static void bench_run_jobs(struct bench *b, unsigned jobs)
{
    unsigned sent = 0, received = 0;
    while (received < jobs) {
        sent += bench_fill(b, jobs - sent);
        if (list_empty(&b->ready))
            park_on(&b->waits, CLOCK_NEVER);
        received += bench_take_all(b);
    }
}

static double bench_cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e9 +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e3;
}

// Runs the jobs, and a tenth of them before, which is not counted; closes the engine.
static void bench_measure(struct bench *b, const char *name)
{
    bench_run_jobs(b, b->jobs / 10);
    double cpu = bench_cpu();
    int64_t start = clock_mono();
    bench_run_jobs(b, b->jobs);
    double wall = (double)(clock_mono() - start);
    cpu = bench_cpu() - cpu;
    unsigned started = b->usage.started;
    struct zygote_usage before = b->usage.processes;
    engine_close(b->engine);
    // Workers' own time: their whole life, so the tenth is in it.
    double workers =
        (double)(b->usage.processes.user + b->usage.processes.system - before.user - before.system);
    if (started == 0)
        workers = 0;
    printf("%-16s %9u jobs  %8.0f ns wall  %8.0f ns CPU here  %8.0f ns CPU in workers, a job\n",
           name, b->jobs, wall / b->jobs, cpu / b->jobs, workers / (1.1 * b->jobs));
}

static void bench_coro(struct bench *b, unsigned in_flight)
{
    struct engine_spec spec = { .name = "coro", .count = in_flight };
    char name[32];
    bench_prepare(b, in_flight);
    if (coro_open_io(&b->engine, &spec, &b->setup, &instant_io, NULL) < 0)
        abort();
    snprintf(name, sizeof name, "coro:%u", in_flight);
    b->usage = (struct engine_usage){ .started = 0 };
    bench_measure(b, name);
}

// `inner`: coroutines a process; 0: none.
static void bench_forks(struct bench *b, unsigned n, unsigned inner)
{
    struct engine_spec spec = {
        .name = "forks", .count = n, .inner = inner ? "coro" : NULL, .inner_count = inner
    };
    char name[32];
    unsigned jobs = b->jobs;
    bench_prepare(b, inner ? n * inner : n);
    b->usage = (struct engine_usage){ .started = 0 };
    if (forks_open(&b->engine, &spec, &b->setup) < 0)
        abort();
    if (inner)
        snprintf(name, sizeof name, "forks:%u/coro:%u", n, inner);
    else
        snprintf(name, sizeof name, "forks:%u", n);
    b->jobs = jobs / 20;
    bench_measure(b, name);
    b->jobs = jobs;
}

static long bench_resident(void)
{
    long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
        abort();
    fclose(f);
    return resident * sysconf(_SC_PAGESIZE);
}

static void bench_parked(struct bench *b, unsigned n)
{
    struct engine_spec spec = { .name = "coro", .count = n };
    bench_prepare(b, n);
    if (coro_open_io(&b->engine, &spec, &b->setup, &parked_io, NULL) < 0)
        abort();
    long before = bench_resident();
    if (bench_fill(b, n) != n)
        abort();
    yield_fiber();
    printf("%u jobs parked in coro: %ld bytes resident a job\n", n,
           (bench_resident() - before) / (long)n);
    engine_abandon(b->engine);
    while (list_entry(b->engine->lanes.next, struct lane, node)->busy) {
        if (list_empty(&b->ready))
            park_on(&b->waits, CLOCK_NEVER);
        bench_take_all(b);
    }
    engine_close(b->engine);
}

static int bench_run(void *arg)
{
    struct bench *b = arg;
    bench_build_job(b);
    bench_parked(b, 10000);
    bench_coro(b, 1);
    bench_coro(b, 256);
    bench_forks(b, 1, 0);
    bench_forks(b, 8, 0);
    bench_forks(b, 1, 64);
    bench_forks(b, 2, 64);
    buffer_fini(&b->job);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench b = { .jobs = argc > 1 ? (unsigned)atoi(argv[1]) : 1000000 };
    struct loop *l;
    if (zygote_start(&b.zygote, instant_worker) < 0 || loop_new(&l, NULL) < 0)
        return 1;
    loop_run(l, bench_run, &b);
    loop_free(l);
    zygote_stop(b.zygote, NULL);
    return 0;
}

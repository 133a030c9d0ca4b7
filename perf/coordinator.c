// SPDX-License-Identifier: MIT
// What the coordinator itself costs a URL, from the line of the list to its record: an engine that
// answers at once, so no name, no connection, no I/O but the list and the records. Prints
// nanoseconds of CPU a URL.
//
// usage: coordinator [URLS] [HOSTS]
#include "crawl/crawl.h"
#include "data/ring.h"
#include "engine/lane.h"
#include "sched/loop.h"
#include "sys/clock.h"
#include "visit/outcome.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

// An engine in place of the real ones: what is sent has come back already.
struct instant {
    struct engine engine;
    struct engine_setup setup;
    struct lane lane;
    struct ring ids;
    struct buffer outcome;
};

static struct instant instant;

static int instant_send(struct lane *l, const struct job *job)
{
    int r = ring_push(&instant.ids, (void *)(uintptr_t)(job->id + 1));
    if (r == 0 && list_empty(&l->ready)) {
        list_push(instant.setup.ready, &l->ready);
        instant.setup.wake(instant.setup.arg);
    }
    return r;
}

static const struct outcome *instant_receive(struct lane *l)
{
    uintptr_t id = (uintptr_t)ring_pop(&instant.ids);
    (void)l;
    if (!id)
        return NULL;
    struct outcome *o = (struct outcome *)instant.outcome.p;
    o->id = (uint32_t)(id - 1);
    return o;
}

static const struct lane_ops instant_lane = { instant_send, instant_receive };

int engine_open(struct engine **out, const struct engine_spec *spec,
                const struct engine_setup *setup)
{
    struct outcome_parts parts = {
        .head = { .status = 200,
                  .http_version = 11,
                  .remote = { 4, { 127, 0, 0, 1 } },
                  .size_download = 100,
                  .time_connect = 1000,
                  .time_starttransfer = 90000,
                  .time_total = 100000 },
        .content_type = span_of("text/html"),
    };
    instant.setup = *setup;
    instant.engine.name = spec->name;
    list_init(&instant.engine.lanes);
    lane_init(&instant.lane, &instant.engine, &instant_lane, setup->cap);
    *out = &instant.engine;
    return outcome_build(&instant.outcome, &parts);
}

const char *engine_name(const struct engine_spec *spec)
{
    return spec->name;
}

void engine_abandon(struct engine *e)
{
    (void)e;
}

void engine_close(struct engine *e)
{
    (void)e;
}

static struct crawl_settings settings = {
    .output = "/dev/null",
    .in_flight = 256,
    .per_host = 256,
    .retry = 2,
    .max_redirs = 10,
    .engine = { { .name = "instant" } },
    .engines = 1,
    .seed = 1,
};

static struct crawl_stats stats;

static int body(void *arg)
{
    (void)arg;
    return crawl_run(loop_current(), &settings, NULL, NULL, NULL, &stats);
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e9 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e3;
}

int main(int argc, char **argv)
{
    long urls = argc > 1 ? atol(argv[1]) : 500000, hosts = argc > 2 ? atol(argv[2]) : 1;
    char path[] = "/tmp/trawl-perf.XXXXXX";
    int fd = mkstemp(path);
    FILE *list = fd < 0 ? NULL : fdopen(fd, "w");
    if (!list || urls < 1 || hosts < 1)
        return 2;
    for (long k = 0; k < urls; k++)
        fprintf(list, "http://127.%ld.%ld.%ld:8480/s/%ld\n", (k % hosts) / 65536,
                (k % hosts) / 256 % 256, (k % hosts) % 256, k);
    fclose(list);
    settings.input = path;
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return 1;
    double before = cpu();
    int r = loop_run(l, body, NULL);
    double spent = cpu() - before;
    loop_free(l);
    unlink(path);
    printf("coordinator: %.0f ns of CPU a URL (%ld URLs, %ld hosts, %llu records)\n",
           spent / (double)urls, urls, hosts, (unsigned long long)stats.records);
    return r < 0 || stats.records != (uint64_t)urls;
}

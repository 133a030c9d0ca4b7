// SPDX-License-Identifier: MIT
#include "bench/course.h"
#include "crawl/settings.h"
#include "report/units.h"
#include "serve/serve.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define COURSE_IDLE (60 * CLOCK_S)

static bool waits(int workload)
{
    return workload != BENCH_COMPUTING;
}

// The hosts are addresses of loopback: all of 127/8 answers while a web is served, and a name would
// have to be looked up.
static int start_origins(struct course *c, const struct bench_setup *setup)
{
    const struct serve_settings settings = {
        .web_hosts = 1,
        .web_pages = 1,
        .suffix = SERVE_SUFFIX,
        .idle_timeout = COURSE_IDLE,
        .quiet = true,
    };
    unsigned half = limits_cpus() / 2, wanted = setup->origins ? setup->origins : half ? half : 1;
    if (wanted > SUBJECT_ORIGINS)
        wanted = SUBJECT_ORIGINS;
    for (; c->origins < wanted; c->origins++) {
        int r = origin_start(&c->origin[c->origins], &settings, &c->server);
        if (r < 0)
            return r;
        c->pid[c->origins] = c->origin[c->origins].pid;
    }
    return 0;
}

static int make_list(struct course *c, const struct bench_setup *setup, int workload)
{
    char path[96];
    uint16_t port[SUBJECT_ORIGINS];
    long long ms = (setup->delay + CLOCK_MS - 1) / CLOCK_MS;
    for (unsigned i = 0; i < c->origins; i++)
        port[i] = c->origin[i].port;
    if (waits(workload) && ms > 0)
        snprintf(path, sizeof path, "/delay/%lld/bytes/%llu", ms, (unsigned long long)setup->body);
    else
        snprintf(path, sizeof path, "/bytes/%llu", (unsigned long long)setup->body);
    return feed_make(&c->feed[workload], port, c->origins, setup->hosts, path);
}

static int describe(const struct course *c, const struct bench_setup *setup,
                    struct bench_plan *plan)
{
    char body[UNITS_ROOM], lines[UNITS_ROOM];
    plan->lines = c->feed[0].lines;
    plan->origins = c->origins;
    int n;
    if (c->origins) {
        plan->hosts = setup->hosts;
        plan->body = setup->body;
        n = asprintf(&plan->what, "bodies of %s from %u host%s of trawl serve, %u process%s",
                     units_show_bytes(body, setup->body), setup->hosts,
                     setup->hosts == 1 ? "" : "s", c->origins, c->origins == 1 ? "" : "es");
    } else {
        n = asprintf(&plan->what, "a list of %s URL%s, over and over",
                     units_show_count(lines, plan->lines), plan->lines == 1 ? "" : "s");
    }
    if (n >= 0)
        return 0;
    plan->what = NULL;
    return -ENOMEM;
}

int course_open(struct course *c, const struct bench_setup *setup,
                const struct crawl_settings *crawl, struct bench_plan *plan)
{
    cpu_set_t allowed;
    *c = (struct course){ 0 };
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        CPU_ZERO(&allowed);
    c->crawler = setup->cpus.given ? setup->cpus.set : allowed;
    c->server = setup->origin_cpus.given ? setup->origin_cpus.set : allowed;
    int r;
    if (crawl->input || (crawl->urls && crawl->urls[0])) {
        r = feed_read(&c->feed[0], crawl->urls, crawl->input);
    } else {
        r = start_origins(c, setup);
        for (int w = 0; r == 0 && w < BENCH_WORKLOADS; w++)
            r = make_list(c, setup, w);
        if (r == -ENOMEM)
            log_error("out of memory");
    }
    return r < 0 ? r : describe(c, setup, plan);
}

struct feed *course_feed(struct course *c, enum bench_workload workload)
{
    return &c->feed[c->origins ? (unsigned)workload : 0];
}

bool course_stands(const struct course *c)
{
    for (unsigned i = 0; i < c->origins; i++) {
        siginfo_t info = { 0 };
        if (waitid(P_PID, (id_t)c->pid[i], &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid)
            return false;
    }
    return true;
}

void course_close(struct course *c)
{
    for (unsigned i = 0; i < c->origins; i++)
        origin_stop(&c->origin[i]);
    for (int w = 0; w < BENCH_WORKLOADS; w++)
        feed_fini(&c->feed[w]);
    c->origins = 0;
}

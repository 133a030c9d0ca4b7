// SPDX-License-Identifier: MIT
// The coordinator's life: what is opened, in which order, and how it ends.
#include "crawl/coordinator.h"
#include "crawl/commits.h"
#include "crawl/commits_resume.h"
#include "crawl/cookies.h"
#include "crawl/explore.h"
#include "crawl/intake.h"
#include "crawl/pump.h"
#include "crawl/shelf_known.h"
#include "crawl/tally.h"
#include "engine/lane.h"
#include "input/source.h"
#include "output/output.h"
#include "resolve/resolver.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum { KEEP_HOSTS = 16384 };

// splitmix64
uint64_t coordinator_random(struct coordinator *c)
{
    uint64_t x = c->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

// The first time nothing new is started any more, the second time what is in flight is cancelled.
void coordinator_stop(struct coordinator *c)
{
    if (!c->stopping) {
        c->stopping = true;
    } else if (!c->abandoned) {
        c->abandoned = true;
        for (unsigned k = 0; k < CRAWL_ENGINES; k++)
            if (c->engine[k])
                engine_abandon(c->engine[k]);
    }
    coordinator_stir(c);
}

void coordinator_break(struct coordinator *c)
{
    c->end = CRAWL_BROKEN;
    coordinator_stop(c);
    coordinator_stop(c);
}

static void stir(void *arg)
{
    coordinator_stir(arg);
}

static void written(void *arg)
{
    struct coordinator *c = arg;
    int r = output_error(c->records);
    if (r < 0 && !c->abandoned) {
        coordinator_break(c);
        if (r == -EPIPE)
            c->end = CRAWL_OUTPUT_GONE;
    }
    coordinator_stir(c);
}

static int open_engine(struct coordinator *c, unsigned k, struct zygote *zygote)
{
    const struct engine_spec *spec = &c->settings->engine[k];
    struct stats_engine *stats = &c->stats.engine[k];
    char why[256] = "";
    struct engine_setup setup = {
        .loop = c->loop,
        .settings = &c->settings->worker,
        .zygote = zygote,
        .usage = &stats->usage,
        .cap = c->settings->in_flight,
        .descriptors = shortage_share(c, k),
        .why = why,
        .why_room = sizeof why,
        .ready = &c->ready_lanes,
        .wake = stir,
        .arg = c,
    };
    int r = engine_open(&c->engine[k], spec, &setup);
    if (r < 0) {
        log_error("engine %s cannot be started: %s", engine_name(spec),
                  why[0] ? why : strerror(-r));
        return r;
    }
    unsigned asked = engine_workers(spec, 1, c->settings->in_flight);
    if (c->engine[k]->lane_count < asked)
        log_warning("engine %s: %u workers instead of %u, for lack of descriptors",
                    engine_name(spec), c->engine[k]->lane_count, asked);
    c->engine[k]->number = k;
    stats->name = c->engine[k]->name;
    c->stats.engines = k + 1;
    c->lanes += c->engine[k]->lane_count;
    return 0;
}

// Lays the lanes of all engines side by side, under one numbering.
static int gather_lanes(struct coordinator *c)
{
    unsigned n = 0;
    int r = 0;
    c->lane = calloc(c->lanes + 1, sizeof *c->lane);
    if (!c->lane)
        return -ENOMEM;
    for (unsigned k = 0; r == 0 && k < c->settings->engines; k++) {
        list_each(node, following, &c->engine[k]->lanes)
        {
            struct lane *l = list_entry(node, struct lane, node);
            l->number = n;
            c->lane[n++] = l;
        }
        r = berths_add(&c->berths, c->engine[k]);
    }
    return r;
}

static int make_ids(struct coordinator *c)
{
    c->cap = bounds_in_flight(c->settings->limit_rate, c->settings->in_flight);
    c->ids = c->free_ids = c->cap;
    c->job = calloc(c->ids, sizeof *c->job);
    c->free_id = calloc(c->ids, sizeof *c->free_id);
    if (!c->job || !c->free_id)
        return -ENOMEM;
    for (unsigned k = 0; k < c->ids; k++)
        c->free_id[k] = c->ids - 1 - k;
    return 0;
}

static void retire(void *arg, struct host *h)
{
    struct coordinator *c = arg;
    tally_host(&c->stats, h);
    commits_forget_host(c, h);
}

void coordinator_init(struct coordinator *c, struct loop *l, const struct crawl_settings *s)
{
    struct gate pace;
    c->loop = l;
    c->settings = s;
    c->asks = !ask_is_empty(&s->ask);
    c->knows = s->credentials || s->netrc;
    while (s->jsonl && s->urls && s->urls[c->arguments])
        c->arguments++;
    c->random = s->seed;
    if (s->seed == 0 && getrandom(&c->random, sizeof c->random, 0) < 0)
        c->random = (uint64_t)clock_mono();
    gate_init(&pace, s->per_host, s->host_delay, s->host_rate);
    frontier_init(&c->frontier, &pace, KEEP_HOSTS);
    c->frontier.hosts.proxies = &s->proxies;
    c->frontier.hosts.retire = retire;
    c->frontier.hosts.arg = c;
    bucket_init(&c->rate, s->rate);
    list_init(&c->ready_lanes);
    list_init(&c->hungry);
    list_init(&c->full);
    stock_init(&c->stock);
    shelf_known_init(&c->known);
    spill_init(&c->spill);
    list_init(&c->over);
    nursery_init(&c->fibers, "crawl");
    nursery_init(&c->writers, "outputs");
    pump_init(c);
    c->stats.began = c->began = c->now = clock_mono();
}

// Runs without any do not pay for them.
static int set_manners(struct coordinator *c)
{
    const struct manners *m = &c->settings->manners;
    bool any = m->robots || m->adapt || m->group != MANNERS_HOST || m->rules;
    return any ? frontier_set_manners(&c->frontier, m) : 0;
}

int coordinator_open(struct coordinator *c, const struct resume *resume, struct zygote *zygote)
{
    const struct crawl_settings *s = c->settings;
    int r = make_ids(c);
    if (r == 0)
        r = set_manners(c);
    if (r == 0)
        r = commits_open(c);
    if (r == 0)
        r = resume_open(resume, c);
    if (r == 0)
        r = archives_resume(c, resume);
    if (r == 0 && s->cookies)
        r = cookies_open(&c->cookies, s->cookie_jar);
    if (r == 0 && s->explore.on)
        r = explore_open(c);
    if (r == 0)
        r = resume_load(resume, c);
    if (r == 0)
        r = resume_start(c);
    if (r == 0 && s->explore.on)
        r = explore_start(c);
    if (r == 0)
        r = shortage_divide(c);
    for (unsigned k = 0; r == 0 && k < s->engines; k++)
        r = open_engine(c, k, zygote);
    if (r == 0)
        r = gather_lanes(c);
    if (r == 0)
        r = resume_counts(resume, c);
    if (r == 0 && s->explore.on)
        c->stock.taken = c->stats.taken;
    if (r == 0) {
        output_on_written(c->records, written, c);
        loop_add_hook(c->loop, &c->hook);
        r = nursery_spawn(&c->fibers, "source", intake_feed, c);
        if (r == 0)
            r = nursery_spawn(&c->fibers, "refill", intake_refill, c);
        if (r < 0)
            loop_remove_hook(c->loop, &c->hook);
    }
    return r;
}

void coordinator_finish_outputs(struct coordinator *c)
{
    if (c->records && output_finish(c->records) < 0 && c->end != CRAWL_OUTPUT_GONE)
        c->end = output_error(c->records) == -EPIPE ? CRAWL_OUTPUT_GONE : CRAWL_BROKEN;
    if (c->failed && output_finish(c->failed) < 0)
        c->end = CRAWL_BROKEN;
    if (c->index && output_finish(c->index) < 0)
        c->end = CRAWL_BROKEN;
    if (c->rejected && output_finish(c->rejected) < 0)
        c->end = CRAWL_BROKEN;
    if (c->cookies && cookies_save(c->cookies) < 0)
        c->end = CRAWL_BROKEN;
    nursery_close(&c->writers);
}

void coordinator_close(struct coordinator *c)
{
    commits_close(c);
    if (c->store)
        store_close(c->store);
    else
        state_close(c->settings->state);
    c->store = NULL;
    for (unsigned k = 0; k < CRAWL_ENGINES; k++)
        engine_close(c->engine[k]);
    archives_end(c);
    archives_fini(&c->archives);
    spill_fini(&c->spill);
    frontier_fini(&c->frontier); // the hosts look at no lane any more
    stock_fini(&c->stock);
    shelf_known_fini(&c->known);
    resolver_free(c->resolver);
    source_close(c->source);
    output_close(c->records);
    output_close(c->failed);
    output_close(c->index);
    output_close(c->rejected);
    trust_fini(&c->trust);
    cookies_free(c->cookies);
    explore_close(c);
    buffer_fini(&c->message);
    buffer_fini(&c->path);
    buffer_fini(&c->headers);
    buffer_fini(&c->asked);
    buffer_fini(&c->scratch);
    lines_json_fini(&c->json);
    berths_fini(&c->berths);
    free(c->lane);
    free(c->job);
    free(c->free_id);
}

// SPDX-License-Identifier: MIT
// The run: opens everything, lets the pump work until nothing is left, closes everything.
#include "crawl/crawl.h"
#include "crawl/commits.h"
#include "crawl/commits_resume.h"
#include "crawl/cookies.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/gauge.h"
#include "output/output.h"
#include "crawl/stats_pack.h"
#include "crawl/tally.h"
#include "engine/lane.h"
#include "input/source.h"
#include "resolve/resolver.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/flow.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum { KEEP_HOSTS = 16384, TICK_MS = 100, LOOK_MS = 10 };

static __thread struct coordinator *running;

// splitmix64
uint64_t coordinator_random(struct coordinator *c)
{
    uint64_t x = c->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static bool is_over(struct coordinator *c)
{
    if (c->in_flight > 0)
        return false;
    return c->stopping ||
           (c->fed && intake_waiting(c) == 0 && c->spill.lines == 0 && c->opening == 0 &&
            c->asking == 0 && (!c->explore || explore_is_over(c)) && shelf_is_empty(c));
}

static int64_t next_time(const struct coordinator *c)
{
    int64_t at = frontier_due(&c->frontier);
    if (c->settings->gauge && !c->settings->gauge->open)
        return clock_after(c->now, LOOK_MS * CLOCK_MS);
    if (frontier_has_ready(&c->frontier) && c->in_flight < c->cap) {
        int64_t start = dispatch_due(c);
        at = start > c->now && start < at ? start : at;
    }
    int64_t due = commits_due(c);
    at = due < at ? due : at;
    if (explore_is_behind(c)) { // nobody tells when it no longer is
        int64_t look = clock_after(c->now, LOOK_MS * CLOCK_MS);
        at = look < at ? look : at;
    }
    return at;
}

static void fire(struct loop_timer *t)
{
    coordinator_stir((struct coordinator *)((char *)t - offsetof(struct coordinator, timer)));
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

// Stops a run that has come as far as it may.
static void look_at_limits(struct coordinator *c)
{
    const struct flow *flow = c->settings->worker.flow;
    enum bounds_kind kind =
        bounds_reached(&c->settings->bounds, c->now - c->began, flow ? flow_received(flow) : 0);
    if (kind == BOUNDS_NONE || c->stopping)
        return;
    log_note("%s: reached; what is in flight may take %lld s more, the rest is not fetched",
             bounds_name(kind), (long long)(c->settings->grace / CLOCK_S));
    if (c->end == CRAWL_COMPLETE)
        c->end = CRAWL_LIMITED;
    coordinator_stop(c);
}

// One turn of everything; runs on the loop's stack whenever something has happened.
static bool pump(struct loop_hook *hook)
{
    struct coordinator *c =
        (struct coordinator *)((char *)hook - offsetof(struct coordinator, hook));
    if (!c->dirty)
        return false;
    c->dirty = false;
    c->now = clock_mono(); // read anew: a pace counts from when an exchange had really ended
    settle_all(c);
    if (c->explore)
        explore_pump(c);
    shelf_turn(c);
    if (c->settings->bounds.bytes)
        look_at_limits(c);
    if (!c->stopping) {
        frontier_advance(&c->frontier, c->now);
        if (gauge_open(c))
            dispatch_all(c);
        treatment_settle(c);
        opening_start(c);
        robots_start(c);
        if (!list_empty(&c->hungry) && intake_wanted(c))
            wake_all(&c->hungry, 0);
        if (!list_empty(&c->full) && intake_low(c))
            wake_all(&c->full, 0);
        commits_turn(c);
        shelf_known_turn(c);
        int64_t at = next_time(c);
        if (at == CLOCK_NEVER)
            loop_disarm(c->loop, &c->timer);
        else if (loop_arm(c->loop, &c->timer, at) < 0)
            c->dirty = true;
    } else {
        commits_turn(c);
    }
    if (is_over(c))
        wake_all(&c->over, 0);
    return true;
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

void crawl_stop(struct loop *l)
{
    struct coordinator *c = running;
    if (!c || c->loop != l)
        return;
    bool finishing = c->end == CRAWL_LIMITED;
    if (c->end == CRAWL_COMPLETE || finishing)
        c->end = CRAWL_INTERRUPTED;
    if (!finishing)
        coordinator_stop(c);
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

static void prepare(struct coordinator *c, struct loop *l, const struct crawl_settings *s)
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
    c->hook.run = pump;
    c->timer.fire = fire;
    c->stats.began = c->began = c->now = clock_mono();
}

// Runs without any do not pay for them.
static int set_manners(struct coordinator *c)
{
    const struct manners *m = &c->settings->manners;
    bool any = m->robots || m->adapt || m->group != MANNERS_HOST || m->rules;
    return any ? frontier_set_manners(&c->frontier, m) : 0;
}

static int open_all(struct coordinator *c, const struct resume *resume, struct zygote *zygote)
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

// URLs taken and not done.
static uint64_t waiting(const struct coordinator *c)
{
    uint64_t n = intake_waiting(c) + c->spill.lines;
    if (c->commits && c->commits->last_made) // what was in memory is kept, and dropped there
        n = c->commits->held;
    return c->store ? n + store_counts(c->store).frontier : n;
}

static void report(struct coordinator *c, struct crawl_watcher *watcher)
{
    struct crawl_stats *s = &c->stats;
    s->now = clock_mono();
    s->in_flight = c->in_flight;
    if (!c->counted)
        s->waiting = waiting(c);
    s->hosts = c->frontier.hosts.count;
    if (c->source && !c->explore) // how far the seeds are read says nothing of how far a crawl is
        source_progress(c->source, &s->bytes_read, &s->bytes_size);
    if (watcher)
        watcher->tick(watcher, s);
}

static bool engines_failed(const struct coordinator *c)
{
    for (unsigned k = 0; k < c->settings->engines; k++)
        if (!c->engine[k]->failed)
            return false;
    return true;
}

static int64_t next_look(const struct coordinator *c)
{
    int64_t time = c->settings->bounds.time, tick = clock_after(clock_mono(), TICK_MS * CLOCK_MS);
    int64_t end = time && !c->stopping ? clock_after(c->began, time) : CLOCK_NEVER;
    return end < tick ? end : tick;
}

// Waits for the end, and looks now and then at what only time tells.
static void wait_until_over(struct coordinator *c, struct crawl_watcher *watcher)
{
    int64_t grace_ends = CLOCK_NEVER;
    while (!is_over(c)) {
        park_on(&c->over, next_look(c));
        report(c, watcher);
        c->now = clock_mono();
        look_at_limits(c);
        if (!c->stopping && engines_failed(c)) {
            log_error("no engine is left that could do any work");
            c->end = CRAWL_BROKEN;
            coordinator_stop(c);
        }
        if (c->stopping && grace_ends == CLOCK_NEVER)
            grace_ends = clock_after(clock_mono(), c->settings->grace);
        if (c->stopping && !c->abandoned && clock_mono() >= grace_ends)
            coordinator_stop(c);
    }
}

static void close_all(struct coordinator *c)
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

static void finish_outputs(struct coordinator *c)
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

// Brings the run to its end, from its beginning or from where the last one was left.
static int run(struct coordinator *c, const struct resume *resume, struct zygote *zygote,
               struct crawl_watcher *watcher)
{
    int r = open_all(c, resume, zygote);
    if (r < 0)
        return r;
    running = c;
    coordinator_stir(c);
    wait_until_over(c, watcher);
    nursery_cancel(&c->fibers);
    nursery_close(&c->fibers);
    running = NULL;
    if (c->explore)
        explore_end(c);
    commits_finish(c);
    c->stats.waiting = waiting(c); // before what is left is taken out, to be listed
    c->counted = true;
    loop_remove_hook(c->loop, &c->hook);
    loop_disarm(c->loop, &c->timer);
    if (c->explore)
        explore_list_rest(c);
    leftover_list(c);
    return 0;
}

// The same command on a state that has come to its end: what it came to is all there is to say.
static int say_finished(struct coordinator *c, const struct resume *resume)
{
    for (unsigned k = 0; k < c->settings->engines; k++)
        c->stats.engine[k].name = engine_name(&c->settings->engine[k]);
    c->stats.engines = c->settings->engines;
    int r = stats_unpack(&c->stats, resume->ledger.stats);
    if (r < 0) {
        log_error("'%s': %s", c->settings->state_dir, state_error_text(r));
        return r;
    }
    log_note("'%s' is finished: %llu URLs, of which %llu failed; nothing is left to be done",
             c->settings->state_dir, (unsigned long long)c->stats.records,
             (unsigned long long)c->stats.failed);
    c->end = CRAWL_NOTHING_LEFT;
    return 0;
}

int crawl_run(struct loop *l, const struct crawl_settings *settings, struct zygote *zygote,
              struct crawl_watcher *watcher, enum crawl_end *end, struct crawl_stats *stats)
{
    struct resume resume;
    struct coordinator *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    prepare(c, l, settings);
    int r = resume_read(&resume, c);
    if (r == 0)
        r = resume_settle(&resume, c);
    if (r == 0)
        r = resume_is_over(&resume, c);
    if (r == 1) {
        r = archives_resume(c, &resume); // it may have died before its workers ended
        if (r == 0)
            r = say_finished(c, &resume);
    } else if (r == 0) {
        r = run(c, &resume, zygote, watcher);
    }
    leftover_drop(c);
    resume_fini(&resume);
    finish_outputs(c);
    if (r == 0)
        report(c, NULL);
    close_all(c); // retires the hosts: the slowest are known only now
    if (r == 0 && watcher)
        watcher->tick(watcher, &c->stats);
    if (end)
        *end = c->end;
    if (stats)
        *stats = c->stats;
    free(c);
    return r;
}

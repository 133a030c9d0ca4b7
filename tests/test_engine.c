// SPDX-License-Identifier: MIT
// The same jobs under every engine, against a real server, over real connections.
#include "check.h"
#include "engine/engine.h"
#include "engine_driver.h"
#include "engine_killer.h"
#include "patience.h"
#include "raw_origin.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct zygote *engine_zygote;
static struct raw_origin engine_origin;
static const struct visit_settings visit_settings = { .fetch = { .user_agent = "trawl-test",
                                                                 .compressed = true } };

// ---- Jobs

struct engine_case {
    const char *path;
    uint32_t flags;
    uint64_t max_filesize;
    bool closed; // to a port that nobody listens on
};

static const struct engine_case engine_cases[] = {
    { "/ok", JOB_SPECIAL_OK, 0, false },
    { "/ok?digest", JOB_SPECIAL_OK | JOB_DIGEST, 0, false },
    { "/ok?head", JOB_SPECIAL_OK | JOB_HEAD | JOB_DIGEST, 0, false },
    { "/ok?private", 0, 0, false },
    { "/slow", JOB_SPECIAL_OK | JOB_KEEP, 0, false },
    { "/reset", JOB_SPECIAL_OK, 0, false },
    { "/empty", JOB_SPECIAL_OK, 0, false },
    { "/redirect", JOB_SPECIAL_OK, 0, false },
    { "/busy", JOB_SPECIAL_OK, 0, false },
    { "/gzip", JOB_SPECIAL_OK, 0, false },
    { "/gzip", JOB_SPECIAL_OK | JOB_DIGEST, 0, false },
    { "/gzip-cut", JOB_SPECIAL_OK | JOB_DIGEST, 0, false },
    { "/gzip-bomb", JOB_SPECIAL_OK | JOB_DIGEST, 100000, false },
    { "/big", JOB_SPECIAL_OK | JOB_DIGEST, 0, false },
    { "/big", JOB_SPECIAL_OK, 100000, false },
    { "/short", JOB_SPECIAL_OK, 0, false },
    { "/not-there", JOB_SPECIAL_OK | JOB_KEEP, 0, false },
    { "/closed", JOB_SPECIAL_OK, 0, true },
};
enum { ENGINE_CASES = sizeof engine_cases / sizeof *engine_cases, ENGINE_ROUNDS = 10 };

// A port that refuses: bound, never listened on.
static uint16_t engine_closed_port(void)
{
    static uint16_t port;
    if (port)
        return port;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    return port = ntohs(a.sin_port);
}

static const struct job *engine_job(struct buffer *b, uint32_t id, const struct engine_case *c)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    char url[100];
    uint16_t port = c->closed ? engine_closed_port() : engine_origin.port;
    snprintf(url, sizeof url, "http://origin.test:%u%s", port, c->path);
    struct job_parts parts = { .head = { .id = id,
                                         .port = port,
                                         .flags = c->flags,
                                         .max_filesize = c->max_filesize,
                                         .connect_timeout = patience(5 * CLOCK_S),
                                         .max_time = patience(10 * CLOCK_S) },
                               .url = span_of(url),
                               .host = span_of("origin.test"),
                               .address = &loopback,
                               .addresses = 1 };
    assert_int_equal(job_build(b, &parts), 0);
    return (const struct job *)(const void *)b->p;
}

// ---- One run under one engine

struct engine_run {
    const char *engine;
    void (*body)(struct engine_driver *d, struct engine_run *r);
    unsigned at_once;       // jobs that a worker has at most
    unsigned jobs;          // sent at most, with ids from 0
    struct buffer *outcome; // of each job
    unsigned outcomes;
};

static void engine_taken(struct engine_driver *d, const struct outcome *o)
{
    struct engine_run *r = d->arg;
    assert_true(outcome_valid(o, o->size));
    assert_in_range(o->id, 0, r->jobs - 1);
    assert_int_equal(r->outcome[o->id].n, 0); // only one each
    buffer_add(&r->outcome[o->id], o, o->size);
    r->outcomes++;
}

static const struct outcome *engine_outcome(const struct engine_run *r, unsigned id)
{
    assert_true(r->outcome[id].n > 0);
    return (const struct outcome *)(const void *)r->outcome[id].p;
}

static int engine_run_fiber(void *arg)
{
    struct engine_run *r = arg;
    struct engine_driver d;
    engine_driver_init(&d, &visit_settings, engine_zygote, 64);
    d.taken = engine_taken;
    d.arg = r;
    assert_int_equal(engine_driver_open(&d, r->engine), 0);
    r->body(&d, r);
    engine_close(d.engine);
    return 0;
}

static void engine_run(struct engine_run *r, unsigned jobs)
{
    struct loop *l;
    r->jobs = jobs;
    r->outcome = calloc(jobs, sizeof *r->outcome);
    assert_non_null(r->outcome);
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, engine_run_fiber, r), 0);
    loop_free(l);
}

static void engine_run_fini(struct engine_run *r)
{
    for (unsigned i = 0; i < r->jobs; i++)
        buffer_fini(&r->outcome[i]);
    free(r->outcome);
}

// ---- Promises

// Every engine, with room for some jobs; the first is what the others are compared with.
static const char *const engine_names[] = { "coro:16",       "callback:16", "green:16",
                                            "threads:4",     "forks:4",     "threads:2/coro:8",
                                            "forks:2/coro:8" };
enum { ENGINES = sizeof engine_names / sizeof *engine_names };

static void engine_all_cases(struct engine_driver *d, struct engine_run *r)
{
    struct buffer b = { 0 };
    for (unsigned i = 0; i < r->jobs; i++)
        assert_int_equal(engine_driver_send(d, engine_job(&b, i, &engine_cases[i % ENGINE_CASES])),
                         0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(r->outcomes, r->jobs);
    buffer_fini(&b);
}

static void engine_assert_same_text(const char *path, const char *field, const struct outcome *a,
                                    struct message_text ta, const struct outcome *b,
                                    struct message_text tb)
{
    struct span sa = message_span(a, ta), sb = message_span(b, tb);
    if (!sa.p != !sb.p || !span_equal(sa, sb))
        fail_msg("%s: %s is '%s' and '%s'", path, field, sa.p ? sa.p : "(none)",
                 sb.p ? sb.p : "(none)");
}

// Everything but times, and what depends on which connection was free.
static void engine_assert_same(const char *path, const struct outcome *a, const struct outcome *b)
{
    if (a->error != b->error || a->status != b->status)
        fail_msg("%s: error %u and %u (%s, %s), status %u and %u", path, a->error, b->error,
                 message_span(a, a->message).p, message_span(b, b->message).p, a->status,
                 b->status);
    assert_int_equal(a->flags & ~(unsigned)OUTCOME_REUSED, b->flags & ~(unsigned)OUTCOME_REUSED);
    assert_int_equal(a->http_version, b->http_version);
    assert_int_equal(a->remote_port, b->remote_port);
    assert_true(address_equal(&a->remote, &b->remote));
    assert_memory_equal(a->digest, b->digest, sizeof a->digest);
    assert_int_equal(a->time_appconnect, b->time_appconnect);
    assert_int_equal(a->time_starttransfer > 0, b->time_starttransfer > 0);
    if (a->error == FETCH_OK)
        assert_int_equal(a->size_download, b->size_download);
    engine_assert_same_text(path, "content_type", a, a->content_type, b, b->content_type);
    engine_assert_same_text(path, "location", a, a->location, b, b->location);
    engine_assert_same_text(path, "retry_after", a, a->retry_after, b, b->retry_after);
    engine_assert_same_text(path, "etag", a, a->etag, b, b->etag);
    engine_assert_same_text(path, "last_modified", a, a->last_modified, b, b->last_modified);
}

static void engine_assert_case(const struct engine_run *r, unsigned id, unsigned error,
                               unsigned status)
{
    const struct outcome *o = engine_outcome(r, id);
    if (o->error != error || o->status != status)
        fail_msg("%s under %s: error %u status %u (%s), not %u and %u", engine_cases[id].path,
                 r->engine, o->error, o->status, message_span(o, o->message).p, error, status);
}

// What each case means, once.
static void engine_assert_cases(const struct engine_run *r)
{
    static const struct {
        unsigned error, status;
    } expected[] = {
        { FETCH_OK, 200 },        { FETCH_OK, 200 },
        { FETCH_OK, 200 },        { FETCH_BLOCKED_ADDRESS, 0 },
        { FETCH_OK, 200 },        { FETCH_RESET, 0 },
        { FETCH_EMPTY_REPLY, 0 }, { FETCH_OK, 302 },
        { FETCH_OK, 503 },        { FETCH_OK, 200 },
        { FETCH_OK, 200 },        { FETCH_DECODE, 200 },
        { FETCH_TOO_LARGE, 200 }, { FETCH_OK, 200 },
        { FETCH_TOO_LARGE, 200 }, { FETCH_TRUNCATED, 200 },
        { FETCH_OK, 404 },        { FETCH_CONNECT_REFUSED, 0 },
    };
    for (unsigned i = 0; i < ENGINE_CASES; i++)
        engine_assert_case(r, i, expected[i].error, expected[i].status);
    assert_int_equal(engine_outcome(r, 0)->size_download, 6);
    assert_memory_equal(engine_outcome(r, 1)->digest, engine_outcome(r, 10)->digest, 32);
    assert_string_equal(message_span(engine_outcome(r, 7), engine_outcome(r, 7)->location).p,
                        "/ok?redirected");
    assert_string_equal(message_span(engine_outcome(r, 8), engine_outcome(r, 8)->retry_after).p,
                        "7");
}

static void every_engine_gives_the_same_outcomes(void **state)
{
    (void)state;
    struct engine_run run[ENGINES];
    for (unsigned k = 0; k < ENGINES; k++) {
        run[k] = (struct engine_run){ .engine = engine_names[k], .body = engine_all_cases };
        engine_run(&run[k], ENGINE_CASES * ENGINE_ROUNDS);
        engine_assert_cases(&run[k]);
        for (unsigned i = 0; i < run[k].jobs; i++)
            engine_assert_same(engine_cases[i % ENGINE_CASES].path, engine_outcome(&run[0], i),
                               engine_outcome(&run[k], i));
    }
    for (unsigned k = 0; k < ENGINES; k++)
        engine_run_fini(&run[k]);
}

static void engine_hanging(struct engine_driver *d, struct engine_run *r)
{
    static const struct engine_case hang = { "/hang", JOB_SPECIAL_OK, 0, false };
    struct buffer b = { 0 };
    for (unsigned i = 0; i < r->jobs; i++)
        assert_int_equal(engine_driver_send(d, engine_job(&b, i, &hang)), 0);
    sleep_until(clock_mono() + 50 * CLOCK_MS);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(r->outcomes, r->jobs);
    for (unsigned i = 0; i < r->jobs; i++)
        assert_int_equal(engine_outcome(r, i)->error, FETCH_CANCELLED);
    buffer_fini(&b);
}

static void abandoned_jobs_are_cancelled_at_once_in_every_engine(void **state)
{
    (void)state;
    for (unsigned k = 0; k < ENGINES; k++) {
        struct engine_run r = { .engine = engine_names[k], .body = engine_hanging };
        engine_run(&r, 4);
        engine_run_fini(&r);
    }
}

static void engine_with_deaths(struct engine_driver *d, struct engine_run *r)
{
    static const struct engine_case ok = { "/ok", JOB_SPECIAL_OK | JOB_KEEP | JOB_DIGEST, 0,
                                           false };
    enum { DEATHS = 10 };
    struct buffer b = { 0 };
    struct nursery n;
    unsigned died = 0, sent = 0;
    struct engine_killer killer = { .zygote = engine_zygote,
                                    .outcomes = &r->outcomes,
                                    .between = 100 };
    nursery_init(&n, "killer");
    assert_int_equal(nursery_spawn(&n, "killer", engine_killer_run, &killer), 0);
    while (sent < r->jobs && killer.killed < DEATHS)
        assert_int_equal(engine_driver_send(d, engine_job(&b, sent++, &ok)), 0);
    r->jobs = sent;
    nursery_cancel(&n);
    nursery_close(&n);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(r->outcomes, r->jobs);
    for (unsigned i = 0; i < r->jobs; i++) {
        const struct outcome *o = engine_outcome(r, i);
        if (o->error == FETCH_WORKER_DIED)
            died++;
        else
            assert_int_equal(o->error, FETCH_OK);
    }
    assert_int_equal(killer.killed, DEATHS);
    assert_in_range(died, 0, killer.killed * r->at_once);
    buffer_fini(&b);
}

static void killed_workers_cost_the_jobs_they_have_and_no_other(void **state)
{
    (void)state;
    struct engine_run alone = { .engine = "forks:4", .at_once = 1, .body = engine_with_deaths };
    struct engine_run loops = { .engine = "forks:3/coro:8",
                                .at_once = 8,
                                .body = engine_with_deaths };
    srand(5);
    engine_run(&alone, 100000);
    engine_run_fini(&alone);
    engine_run(&loops, 100000);
    engine_run_fini(&loops);
}

static void engine_stale(struct engine_driver *d, struct engine_run *r)
{
    static const struct engine_case once = { "/once", JOB_SPECIAL_OK | JOB_KEEP, 0, false };
    struct buffer b = { 0 };
    for (unsigned i = 0; i < r->jobs; i++) {
        assert_int_equal(engine_driver_send(d, engine_job(&b, i, &once)), 0);
        assert_int_equal(engine_driver_drain(d), 0);
        assert_int_equal(engine_outcome(r, i)->error, FETCH_OK);
    }
    buffer_fini(&b);
}

static void a_stale_connection_costs_no_job(void **state)
{
    (void)state;
    static const char *const engines[] = { "coro:8",        "callback:8", "green:8",
                                           "threads:1",     "forks:1",    "threads:1/coro:8",
                                           "forks:1/coro:8" };
    for (unsigned i = 0; i < sizeof engines / sizeof *engines; i++) {
        struct engine_run r = { .engine = engines[i], .body = engine_stale };
        engine_run(&r, 50);
        engine_run_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_engine_gives_the_same_outcomes),
        cmocka_unit_test(abandoned_jobs_are_cancelled_at_once_in_every_engine),
        cmocka_unit_test(killed_workers_cost_the_jobs_they_have_and_no_other),
        cmocka_unit_test(a_stale_connection_costs_no_job),
    };
    alarm((unsigned)patience(120));
    signal(SIGPIPE, SIG_IGN);
    if (zygote_start(&engine_zygote, engine_worker_main) < 0)
        return 1;
    raw_origin_start(&engine_origin);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    raw_origin_stop(&engine_origin);
    zygote_stop(engine_zygote, NULL);
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return 1; // somebody is left
    return failed;
}

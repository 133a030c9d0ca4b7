// SPDX-License-Identifier: MIT
// What the engines on the coordinator's own loop promise, each of them, over real connections.
#include "check.h"
#include "engine_driver.h"
#include "faults.h"
#include "fiber/annotate.h"
#include "patience.h"
#include "raw_origin.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_JOBS = 1000 };

static const char *const slots_engines[] = { "coro:40", "callback:40", "green:40" };

static struct raw_origin slots_origin;
static struct visit_settings slots_settings;
static const struct visit_settings slots_plain = { .fetch.user_agent = "trawl-test" };

// ---- one run under one engine

struct slots_run {
    const char *engine;
    struct engine_driver driver;
    struct buffer job;
    unsigned outcomes, of[FETCH_ERROR_COUNT];
    unsigned char seen[SLOTS_JOBS];
    void (*body)(struct slots_run *r);
};

static void slots_taken(struct engine_driver *d, const struct outcome *o)
{
    struct slots_run *r = d->arg;
    assert_true(outcome_valid(o, o->size));
    assert_in_range(o->id, 0, SLOTS_JOBS - 1);
    assert_int_equal(r->seen[o->id]++, 0);
    r->outcomes++;
    r->of[o->error]++;
}

static const struct job *slots_job(struct slots_run *r, uint32_t id, const char *path,
                                   uint32_t flags)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    char url[100], file[100];
    snprintf(url, sizeof url, "http://origin.test:%u%s", slots_origin.port, path);
    snprintf(file, sizeof file, "origin/%u", id);
    struct job_parts parts = { .head = { .id = id,
                                         .port = slots_origin.port,
                                         .flags = JOB_SPECIAL_OK | JOB_KEEP | flags,
                                         .max_time = patience(20 * CLOCK_S) },
                               .url = span_of(url),
                               .host = span_of("origin.test"),
                               .path = flags & JOB_SAVE ? span_of(file) : (struct span){ NULL, 0 },
                               .address = &loopback,
                               .addresses = 1 };
    return job_build(&r->job, &parts) == 0 ? (const struct job *)(const void *)r->job.p : NULL;
}

static int slots_open(struct slots_run *r)
{
    engine_driver_init(&r->driver, &slots_settings, NULL, 30);
    r->driver.taken = slots_taken;
    r->driver.arg = r;
    return engine_driver_open(&r->driver, r->engine);
}

static void slots_close(struct slots_run *r)
{
    engine_close(r->driver.engine);
    buffer_fini(&r->job);
}

static struct lane *slots_lane(const struct slots_run *r)
{
    return list_entry(r->driver.engine->lanes.next, struct lane, node);
}

static int slots_fiber(void *arg)
{
    struct slots_run *r = arg;
    r->body(r);
    return 0;
}

static void slots_each(void (*body)(struct slots_run *r))
{
    for (unsigned i = 0; i < sizeof slots_engines / sizeof *slots_engines; i++) {
        struct loop *l;
        struct slots_run *r = calloc(1, sizeof *r);
        assert_non_null(r);
        r->engine = slots_engines[i];
        r->body = body;
        slots_settings = slots_plain;
        assert_int_equal(loop_new(&l, NULL), 0);
        assert_int_equal(loop_run(l, slots_fiber, r), 0);
        loop_free(l);
        free(r);
    }
}

// ---- promises

static void slots_many(struct slots_run *r)
{
    assert_int_equal(slots_open(r), 0);
    assert_int_equal(r->driver.engine->lane_count, 1);
    assert_int_equal(slots_lane(r)->capacity, 30); // as many as will be sent, and no more
    for (uint32_t id = 0; id < SLOTS_JOBS; id++)
        assert_int_equal(engine_driver_send(&r->driver, slots_job(r, id, "/ok", JOB_DIGEST)), 0);
    assert_int_equal(engine_driver_drain(&r->driver), 0);
    assert_int_equal(r->of[FETCH_OK], SLOTS_JOBS);
    slots_close(r);
}

static void every_job_gives_one_outcome_within_the_capacity(void **state)
{
    (void)state;
    slots_each(slots_many);
}

static void slots_abandoned(struct slots_run *r)
{
    static const char *const paths[] = { "/hang", "/slow", "/ok" };
    assert_int_equal(slots_open(r), 0);
    for (uint32_t id = 0; id < 30; id++) {
        assert_int_equal(lane_send(slots_lane(r), slots_job(r, id, paths[id % 3], 0)), 0);
        if (id % 4 == 0)
            yield_fiber(); // some are under way, some have not begun
    }
    engine_abandon(r->driver.engine);
    assert_false(lane_has_room(slots_lane(r)));
    assert_int_equal(engine_driver_drain(&r->driver), 0);
    assert_int_equal(r->outcomes, 30);
    assert_in_range(r->of[FETCH_CANCELLED], 10, 30);
    assert_int_equal(r->of[FETCH_CANCELLED] + r->of[FETCH_OK], 30);
    slots_close(r);
}

static void abandoned_jobs_are_cancelled_wherever_they_are(void **state)
{
    (void)state;
    slots_each(slots_abandoned);
}

static unsigned slots_files(const char *dir, const char *prefix, bool remove_them)
{
    unsigned n = 0;
    char path[512];
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 || e->d_name[0] == '.')
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (remove_them)
            unlink(path);
    }
    if (d)
        closedir(d);
    return n;
}

// Bodies that are being written when it is all over: each is there whole, or not at all.
static void slots_saving(struct slots_run *r)
{
    char dir[] = "/tmp/trawl-slots-XXXXXX", host[64];
    assert_non_null(mkdtemp(dir));
    snprintf(host, sizeof host, "%s/origin", dir);
    uint32_t id = 0;
    for (int round = 0; round < 6; round++) {
        slots_settings.save_dir = dir;
        assert_int_equal(slots_open(r), 0);
        for (int i = 0; i < 20; i++, id++)
            assert_int_equal(
                lane_send(slots_lane(r), slots_job(r, id, i % 2 ? "/big" : "/ok", JOB_SAVE)), 0);
        sleep_until(clock_mono() + patience(round * 2 * CLOCK_MS));
        if (round)
            engine_abandon(r->driver.engine);
        assert_int_equal(engine_driver_drain(&r->driver), 0);
        slots_close(r);
    }
    assert_int_equal(r->outcomes, id);
    assert_int_equal(r->of[FETCH_CANCELLED] + r->of[FETCH_OK], id);
    assert_true(r->of[FETCH_OK] >= 20);
    assert_int_equal(slots_files(host, "", true), r->of[FETCH_OK]);
    assert_int_equal(rmdir(host), 0);
    assert_int_equal(rmdir(dir), 0); // nothing else is left
}

static void what_is_being_saved_is_saved_or_leaves_nothing(void **state)
{
    (void)state;
    slots_each(slots_saving);
}

// How much there is to have room for is met in the first rounds, or, on a busy machine, later.
static void slots_steady(struct slots_run *r)
{
    unsigned rounds = 0, before;
    assert_int_equal(slots_open(r), 0);
    do {
        before = faults_allocations();
        for (uint32_t id = 0; id < 30; id++)
            assert_int_equal(lane_send(slots_lane(r), slots_job(r, id, "/ok", 0)), 0);
        assert_int_equal(engine_driver_drain(&r->driver), 0);
        assert_int_equal(r->of[FETCH_OK], 30 * ++rounds);
        memset(r->seen, 0, sizeof r->seen);
    } while (faults_allocations() != before && rounds < 100);
    assert_in_range(rounds, 2, 99);
    slots_close(r);
}

static void in_a_steady_state_nothing_is_allocated(void **state)
{
    (void)state;
    if (ANNOTATE_SANITIZED || annotate_under_valgrind())
        skip(); // what libcurl allocates comes from malloc then
    slots_each(slots_steady);
}

static void slots_poor(struct slots_run *r)
{
    unsigned nth = 1;
    for (bool met = true; met; nth++) {
        const char *engine = r->engine;
        memset(r, 0, sizeof *r);
        r->engine = engine;
        faults_fail_allocation(nth);
        int e = slots_open(r);
        const struct job *job = e == 0 ? slots_job(r, 1, "/ok", JOB_DIGEST) : NULL;
        if (job)
            e = lane_send(slots_lane(r), job);
        if (job && e == 0)
            e = engine_driver_drain(&r->driver);
        met = !faults_pending();
        faults_fail_allocation(0);
        assert_true(e == 0 || e == -ENOMEM);
        assert_int_equal(r->outcomes, job && e == 0);
        if (r->driver.engine)
            slots_close(r);
        assert_in_range(nth, 1, 3000);
    }
    assert_int_equal(r->of[FETCH_OK], 1);
}

static void no_memory_is_an_error_of_sending_or_an_outcome(void **state)
{
    (void)state;
    if (ANNOTATE_SANITIZED || annotate_under_valgrind())
        skip(); // libcurl 7.88 divides by zero when a hash finds no memory
    slots_each(slots_poor);
}

static int slots_set_up(void **state)
{
    (void)state;
    raw_origin_start(&slots_origin);
    return 0;
}

static int slots_tear_down(void **state)
{
    (void)state;
    raw_origin_stop(&slots_origin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_gives_one_outcome_within_the_capacity),
        cmocka_unit_test(abandoned_jobs_are_cancelled_wherever_they_are),
        cmocka_unit_test(what_is_being_saved_is_saved_or_leaves_nothing),
        cmocka_unit_test(in_a_steady_state_nothing_is_allocated),
        cmocka_unit_test(no_memory_is_an_error_of_sending_or_an_outcome),
    };
    alarm((unsigned)patience(120));
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, slots_set_up, slots_tear_down);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/coro.h"
#include "engine/lane.h"
#include "faults.h"
#include "fetch/io.h"
#include "fetch/response.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <errno.h>
#include <stdlib.h>

enum { CORO_JOBS = 2000 };

// An io that answers after `delay` ns; never, when that is negative.
struct coro_io {
    struct io io;
    int64_t delay;
    unsigned under_way, most;
};

static int coro_fetch(struct io *io, const struct request *q, struct sink *sink,
                      struct response *out)
{
    struct coro_io *c = (struct coro_io *)io;
    (void)sink;
    int e = 0;
    if (++c->under_way > c->most)
        c->most = c->under_way;
    if (c->delay)
        e = sleep_until(c->delay < 0 ? CLOCK_NEVER : clock_mono() + c->delay);
    c->under_way--;
    *out = (struct response){ .status = 200, .size = q->port };
    if (e < 0)
        *out = (struct response){ .error = FETCH_CANCELLED };
    return e;
}

struct coro_world {
    struct coro_io io;
    struct list ready, waits;
    unsigned wakes;
    struct engine *engine;
    struct lane *lane;
    struct buffer job;
    unsigned char seen[CORO_JOBS];
    unsigned outcomes, cancelled;
};

static void coro_wake(void *arg)
{
    struct coro_world *w = arg;
    w->wakes++;
    wake_all(&w->waits, 0);
}

static int coro_world_open(struct coro_world *w, unsigned count, unsigned cap)
{
    static const struct visit_settings settings = { .save_dir = NULL };
    static const struct engine_spec spec = { .name = "coro" };
    struct engine_spec wanted = spec;
    struct engine_setup setup = { .loop = loop_current(),
                                  .settings = &settings,
                                  .cap = cap,
                                  .ready = &w->ready,
                                  .wake = coro_wake,
                                  .arg = w };
    wanted.count = count;
    list_init(&w->ready);
    list_init(&w->waits);
    w->io.io.fetch = coro_fetch;
    int e = coro_open_io(&w->engine, &wanted, &setup, &w->io.io, NULL);
    if (e == 0)
        w->lane = list_entry(w->engine->lanes.next, struct lane, node);
    return e;
}

static void coro_world_close(struct coro_world *w)
{
    engine_close(w->engine);
    buffer_fini(&w->job);
}

static int coro_send(struct coro_world *w, uint32_t id)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    struct job_parts parts = { .head = { .id = id, .port = (uint16_t)id, .host_key = id },
                               .url = span_of("http://example.org/"),
                               .host = span_of("example.org"),
                               .address = &loopback,
                               .addresses = 1 };
    int e = job_build(&w->job, &parts);
    return e < 0 ? e : lane_send(w->lane, (const struct job *)(const void *)w->job.p);
}

static void coro_take_all(struct coro_world *w)
{
    const struct outcome *o;
    list_pop(&w->ready);
    while ((o = lane_receive(w->lane))) {
        assert_true(outcome_valid(o, o->size));
        assert_in_range(o->id, 0, CORO_JOBS - 1);
        assert_int_equal(w->seen[o->id]++, 0);
        w->outcomes++;
        w->cancelled += o->error == FETCH_CANCELLED;
        if (o->error == FETCH_OK)
            assert_int_equal(o->size_download, (uint16_t)o->id);
    }
}

static void coro_drain(struct coro_world *w)
{
    while (w->lane->busy) {
        if (list_empty(&w->ready))
            assert_int_equal(park_on(&w->waits, clock_mono() + 10 * CLOCK_S), 0);
        coro_take_all(w);
    }
}

static void coro_run(int (*body)(void *))
{
    struct loop *l;
    struct coro_world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, body, w), 0);
    loop_free(l);
    free(w);
}

static int coro_many(void *arg)
{
    struct coro_world *w = arg;
    w->io.delay = CLOCK_MS;
    assert_int_equal(coro_world_open(w, 100, 50), 0);
    assert_int_equal(w->lane->capacity, 50);
    for (uint32_t id = 0; id < CORO_JOBS; id++) {
        while (!lane_has_room(w->lane)) {
            if (list_empty(&w->ready))
                park_on(&w->waits, CLOCK_NEVER);
            coro_take_all(w);
        }
        assert_int_equal(coro_send(w, id), 0);
        assert_int_equal(w->lane->last_host, id);
    }
    coro_drain(w);
    assert_int_equal(w->outcomes, CORO_JOBS);
    assert_int_equal(w->io.most, 50);
    coro_world_close(w);
    return 0;
}

static void every_job_gives_one_outcome_within_the_capacity(void **state)
{
    (void)state;
    coro_run(coro_many);
}

static int coro_one_wake(void *arg)
{
    struct coro_world *w = arg;
    assert_int_equal(coro_world_open(w, 100, 100), 0);
    for (uint32_t id = 0; id < 100; id++)
        assert_int_equal(coro_send(w, id), 0);
    assert_int_equal(w->wakes, 0);
    park_on(&w->waits, CLOCK_NEVER);
    assert_int_equal(w->wakes, 1);
    const struct outcome *o = lane_receive(w->lane);
    assert_non_null(o);
    uint32_t id = o->id;
    yield_fiber();
    assert_int_equal(o->id, id); // still there
    w->seen[id]++;
    w->outcomes++;
    coro_take_all(w);
    assert_int_equal(w->outcomes, 100);
    assert_null(lane_receive(w->lane));
    assert_int_equal(w->wakes, 1);
    coro_world_close(w);
    return 0;
}

static void many_outcomes_wake_the_coordinator_once(void **state)
{
    (void)state;
    coro_run(coro_one_wake);
}

static int coro_abandoned(void *arg)
{
    struct coro_world *w = arg;
    w->io.delay = -1;
    assert_int_equal(coro_world_open(w, 1000, 1000), 0);
    for (uint32_t id = 0; id < 600; id++) {
        assert_int_equal(coro_send(w, id), 0);
        if (id % 2)
            yield_fiber(); // some are parked, some have not run
    }
    engine_abandon(w->engine);
    assert_false(lane_has_room(w->lane));
    coro_drain(w);
    assert_int_equal(w->outcomes, 600);
    assert_int_equal(w->cancelled, 600);
    coro_world_close(w);
    return 0;
}

static void abandoned_jobs_are_cancelled(void **state)
{
    (void)state;
    coro_run(coro_abandoned);
}

static int coro_steady(void *arg)
{
    struct coro_world *w = arg;
    assert_int_equal(coro_world_open(w, 64, 64), 0);
    for (int round = 0; round < 4; round++) {
        faults_fail_allocation(0);
        if (round) // all there is to have room for has been met
            faults_fail_all_allocations();
        for (uint32_t id = 0; id < 64; id++)
            assert_int_equal(coro_send(w, id), 0);
        coro_drain(w);
        assert_int_equal(w->cancelled, 0);
        memset(w->seen, 0, sizeof w->seen);
    }
    faults_fail_allocation(0);
    assert_int_equal(w->outcomes, 4 * 64);
    coro_world_close(w);
    return 0;
}

static void in_a_steady_state_nothing_is_allocated(void **state)
{
    (void)state;
    coro_run(coro_steady);
}

static int coro_poor(void *arg)
{
    struct coro_world *w = arg;
    unsigned nth = 1;
    for (bool met = true; met; nth++) {
        memset(w, 0, sizeof *w);
        faults_fail_allocation(nth);
        int e = coro_world_open(w, 4, 4);
        if (e == 0)
            e = coro_send(w, 1);
        if (e == 0)
            coro_drain(w);
        met = !faults_pending();
        faults_fail_allocation(0);
        assert_true(e == 0 || e == -ENOMEM);
        assert_int_equal(w->outcomes, e == 0);
        if (w->engine)
            coro_world_close(w);
    }
    assert_in_range(nth, 3, 50);
    return 0;
}

static void no_memory_is_an_error_of_sending_or_an_outcome(void **state)
{
    (void)state;
    coro_run(coro_poor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_gives_one_outcome_within_the_capacity),
        cmocka_unit_test(many_outcomes_wake_the_coordinator_once),
        cmocka_unit_test(abandoned_jobs_are_cancelled),
        cmocka_unit_test(in_a_steady_state_nothing_is_allocated),
        cmocka_unit_test(no_memory_is_an_error_of_sending_or_an_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

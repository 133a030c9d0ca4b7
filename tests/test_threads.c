// SPDX-License-Identifier: MIT
// The pool of threads: its beginning, its end, and what it is told in between. Exchanges are those
// of a real origin, for threads have no other way of waiting.
#include "check.h"
#include "engine/threads.h"
#include "engine_driver.h"
#include "engine_tally.h"
#include "patience.h"
#include "raw_origin.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/limits_threads.h"
#include "visit/flow.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct raw_origin threads_origin;
static struct visit_settings threads_settings = { .fetch.user_agent = "threads test" };

static const struct job *threads_job(struct buffer *b, uint32_t id, const char *path)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    char url[100];
    snprintf(url, sizeof url, "http://origin.test:%u%s", threads_origin.port, path);
    struct job_parts parts = {
        .head = { .id = id, .port = threads_origin.port, .flags = JOB_SPECIAL_OK | JOB_KEEP },
        .url = span_of(url),
        .host = span_of("origin.test"),
        .address = &loopback,
        .addresses = 1
    };
    assert_int_equal(job_build(b, &parts), 0);
    return (const struct job *)(const void *)b->p;
}

struct threads_case {
    const char *engine;
    void (*body)(struct engine_driver *d, struct engine_tally *t);
    struct engine_usage usage;
    char why[200];
    int result; // of opening
};

static int threads_case_run(void *arg)
{
    struct threads_case *c = arg;
    struct engine_driver d;
    struct engine_tally t = { 0 };
    engine_driver_init(&d, &threads_settings, NULL, 1000);
    d.setup.usage = &c->usage;
    d.setup.why = c->why;
    d.setup.why_room = sizeof c->why;
    d.taken = engine_tally_take;
    d.arg = &t;
    c->result = engine_driver_open(&d, c->engine);
    if (c->result < 0)
        return 0;
    c->body(&d, &t);
    engine_close(d.engine);
    assert_true(list_empty(&d.ready));
    return 0;
}

static void threads_run(struct threads_case *c)
{
    struct loop *l;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, threads_case_run, c), 0);
    loop_free(l);
}

static void threads_send(struct engine_driver *d, uint32_t id, const char *path)
{
    struct buffer b = { 0 };
    assert_int_equal(engine_driver_send(d, threads_job(&b, id, path)), 0);
    buffer_fini(&b);
}

// What there is before an engine is opened, and has to be afterwards. The origin's own threads end,
// and close, when they notice that their connections have ended: it is waited for.
static unsigned threads_base_descriptors, threads_base_tasks;

static void threads_come_back(void)
{
    for (int k = 0; k < 1000; k++) {
        if (engine_tally_descriptors() == threads_base_descriptors &&
            engine_tally_threads() == threads_base_tasks)
            return;
        usleep(10000);
    }
    assert_int_equal(engine_tally_descriptors(), threads_base_descriptors);
    assert_int_equal(engine_tally_threads(), threads_base_tasks);
}

static int threads_look_back(void **state)
{
    (void)state;
    threads_come_back();
    return 0;
}

// ---- Promises

static void threads_ordinary(struct engine_driver *d, struct engine_tally *t)
{
    for (uint32_t id = 0; id < 2000; id++)
        threads_send(d, id, "/ok");
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->outcomes, 2000);
    assert_int_equal(t->ok, 2000);
}

static void every_job_gives_one_outcome_and_nothing_is_left(void **state)
{
    (void)state;
    static const char *const engines[] = { "threads:8", "threads:2/coro:8", "serial" };
    static const unsigned threads[] = { 8, 2, 1 };
    for (unsigned i = 0; i < 3; i++) {
        struct threads_case c = { .engine = engines[i], .body = threads_ordinary };
        threads_run(&c);
        assert_int_equal(c.usage.started, threads[i]);
        assert_int_equal(c.usage.died, 0);
        assert_true(c.usage.processes.user + c.usage.processes.system > 0);
        threads_come_back();
    }
}

static unsigned threads_descriptors; // with the engine open

static void threads_count_descriptors(struct engine_driver *d, struct engine_tally *t)
{
    (void)d, (void)t;
    threads_descriptors = engine_tally_descriptors();
}

static void an_idle_thread_has_no_descriptor(void **state)
{
    (void)state;
    struct threads_case few = { .engine = "threads:2", .body = threads_count_descriptors };
    struct threads_case many = { .engine = "threads:200", .body = threads_count_descriptors };
    threads_run(&few);
    unsigned with_few = threads_descriptors;
    threads_run(&many);
    assert_int_equal(threads_descriptors, with_few);
}

static void threads_wait_at_origin(struct engine_driver *d, unsigned jobs)
{
    unsigned before = __atomic_load_n(&threads_origin.requests, __ATOMIC_RELAXED);
    for (uint32_t id = 0; id < jobs; id++)
        threads_send(d, id, "/hang");
    while (__atomic_load_n(&threads_origin.requests, __ATOMIC_RELAXED) < before + jobs)
        assert_int_equal(sleep_until(clock_mono() + CLOCK_MS), 0);
}

static void threads_at_work(struct engine_driver *d, struct engine_tally *t)
{
    threads_wait_at_origin(d, d->engine->lane_count);
    threads_descriptors = engine_tally_descriptors();
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, d->engine->lane_count);
}

static void one_at_work_has_its_connection_and_nothing_else(void **state)
{
    (void)state;
    struct threads_case few = { .engine = "threads:2", .body = threads_at_work };
    struct threads_case many = { .engine = "threads:20", .body = threads_at_work };
    threads_run(&few);
    unsigned with_few = threads_descriptors;
    threads_come_back();
    threads_run(&many);
    assert_int_equal(threads_descriptors, with_few + 18 * 2); // the other end is ours, too
}

// Each thread's mask of blocked signals, as the kernel has it.
static unsigned threads_that_take(int signal)
{
    unsigned n = 0;
    struct dirent *e;
    DIR *d = opendir("/proc/self/task");
    assert_non_null(d);
    while ((e = readdir(d))) {
        char path[300], line[200];
        unsigned long long blocked = 0;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
        FILE *f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
        while (f && fgets(line, sizeof line, f))
            sscanf(line, "SigBlk: %llx", &blocked);
        n += f && !(blocked >> (signal - 1) & 1);
        if (f)
            fclose(f);
    }
    closedir(d);
    return n;
}

static void threads_look_at_signals(struct engine_driver *d, struct engine_tally *t)
{
    (void)d, (void)t;
    // Others than ours are there before and after (the origin's, a sanitizer's).
    assert_int_equal(threads_that_take(SIGINT) + 20, threads_that_take(SIGSEGV));
}

static void signals_are_for_others(void **state)
{
    (void)state;
    assert_int_equal(threads_that_take(SIGINT), threads_that_take(SIGSEGV));
    struct threads_case c = { .engine = "threads:20", .body = threads_look_at_signals };
    threads_run(&c);
}

static void threads_hanging(struct engine_driver *d, struct engine_tally *t)
{
    threads_wait_at_origin(d, 6);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, 6);
}

static void a_thread_that_waits_for_a_server_hears_that_nobody_wants_it(void **state)
{
    (void)state;
    struct threads_case c = { .engine = "threads:6", .body = threads_hanging };
    threads_run(&c);
}

static void threads_paced(struct engine_driver *d, struct engine_tally *t)
{
    threads_send(d, 0, "/big"); // it would take hours
    while (flow_received(threads_settings.flow) == 0)
        assert_int_equal(sleep_until(clock_mono() + CLOCK_MS), 0);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, 1);
}

static void a_thread_that_waits_for_its_turn_hears_it_too(void **state)
{
    (void)state;
    struct threads_case c = { .engine = "threads:1", .body = threads_paced };
    assert_int_equal(flow_new(&threads_settings.flow, 100), 0);
    threads_run(&c);
    flow_free(threads_settings.flow);
    threads_settings.flow = NULL;
}

static void what_stops_further_threads_is_named_in_one_sentence(void **state)
{
    (void)state;
    char why[200], little[10];
    limits_explain_threads(why, sizeof why, 17, 10000);
    assert_int_equal(strncmp(why, "17 of 10000 threads could be started: ", 38), 0);
    assert_null(strchr(why, '\n'));
    assert_true(strlen(why) > 45);
    limits_explain_threads(little, sizeof little, 17, 10000);
    assert_string_equal(little, "17 of 100");
}

static void threads_that_cannot_be_had_leave_nothing_behind(void **state)
{
    (void)state;
    threads_settings.save_dir = "/proc/nowhere"; // each thread finds that it cannot open it
    struct threads_case c = { .engine = "threads:5", .body = threads_ordinary };
    threads_run(&c);
    threads_settings.save_dir = NULL;
    assert_int_equal(c.result, -ENOENT);
    assert_string_equal(c.why, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_job_gives_one_outcome_and_nothing_is_left,
                                  threads_look_back),
        cmocka_unit_test_teardown(an_idle_thread_has_no_descriptor, threads_look_back),
        cmocka_unit_test_teardown(one_at_work_has_its_connection_and_nothing_else,
                                  threads_look_back),
        cmocka_unit_test_teardown(signals_are_for_others, threads_look_back),
        cmocka_unit_test_teardown(a_thread_that_waits_for_a_server_hears_that_nobody_wants_it,
                                  threads_look_back),
        cmocka_unit_test_teardown(a_thread_that_waits_for_its_turn_hears_it_too, threads_look_back),
        cmocka_unit_test_teardown(what_stops_further_threads_is_named_in_one_sentence,
                                  threads_look_back),
        cmocka_unit_test_teardown(threads_that_cannot_be_had_leave_nothing_behind,
                                  threads_look_back),
    };
    alarm((unsigned)patience(120));
    signal(SIGPIPE, SIG_IGN);
    raw_origin_start(&threads_origin);
    threads_base_descriptors = engine_tally_descriptors();
    threads_base_tasks = engine_tally_threads();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    raw_origin_stop(&threads_origin);
    return failed;
}

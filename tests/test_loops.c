// SPDX-License-Identifier: MIT
// Loops in worker processes and in threads (forks:N/coro:M, threads:N/coro:M), with workers that
// fetch nothing: what a job's URL says happens, to all that the worker has.
#include "check.h"
#include "engine/worker.h"
#include "engine/worker_loop.h"
#include "engine_driver.h"
#include "engine_killer.h"
#include "engine_tally.h"
#include "fetch/io.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "fiber/annotate.h"
#include "patience.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct zygote *loops_zygote;
static const struct visit_settings loops_settings = { .fetch.user_agent = "loops test" };

// ---- The worker

static struct shmq *loops_outcomes;

static int loops_wait(struct response *out, int64_t until)
{
    int e = sleep_until(until);
    if (e < 0)
        out->error = FETCH_CANCELLED;
    return e;
}

static int loops_fetch(struct io *io, const struct request *q, struct sink *sink,
                       struct response *out)
{
    (void)io;
    (void)sink;
    const char *path = strchr(q->url + strlen("http://"), '/');
    *out = (struct response){ .status = 200, .http_version = 11, .size = 5, .time_total = 1 };
    if (strcmp(path, "/wait") == 0)
        return loops_wait(out, CLOCK_NEVER - 1);
    if (strcmp(path, "/slow") == 0)
        return loops_wait(out, clock_mono() + 20 * CLOCK_MS);
    if (strcmp(path, "/killed") == 0)
        raise(SIGKILL);
    if (strcmp(path, "/crash") == 0) {
        signal(SIGSEGV, SIG_DFL); // a sanitizer would make an exit of it
        raise(SIGSEGV);
    }
    if (strcmp(path, "/hang") == 0)
        for (;;)
            pause();
    if (strcmp(path, "/mad") == 0)
        shmq_write(loops_outcomes, "this is no outcome at all", 25);
    return 0;
}

static int loops_worker(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    struct io io = { .fetch = loops_fetch };
    struct visit_settings settings;
    struct shmq *jobs;
    if (worker_attach(&jobs, &loops_outcomes, &settings, setup, n, fds, nfds) < 0)
        return 9;
    return worker_loop_serve(kind, jobs, loops_outcomes, &settings, &io) < 0;
}

// ---- The coordinator

static void loops_send(struct engine_driver *d, uint32_t id, const char *path, int64_t max_time)
{
    struct buffer b = { 0 };
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, path, max_time)), 0);
    buffer_fini(&b);
}

// ---- Promises

static void loops_ordinary(struct engine_driver *d, struct engine_tally *t)
{
    for (uint32_t id = 0; id < 5000; id++)
        loops_send(d, id, id % 20 ? "/ok" : "/slow", 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->outcomes, 5000);
    assert_int_equal(t->ok, 5000);
    assert_int_equal(d->engine->lane_count, 3);
    assert_string_equal(d->engine->name, "forks/coro");
}

static void every_job_gives_one_outcome_and_nothing_is_left(void **state)
{
    (void)state;
    pid_t pids[8];
    unsigned before = engine_tally_descriptors();
    struct engine_case c = {
        "forks:3/coro:40", &loops_settings, loops_zygote, loops_ordinary, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
    assert_int_equal(c.usage.started, 3);
    assert_int_equal(c.usage.died, 0);
    assert_true(c.usage.processes.user + c.usage.processes.system > 0);
    assert_int_equal(engine_tally_pids(loops_zygote, pids, 8), 0);
    assert_int_equal(engine_tally_descriptors(), before);
}

// A thousand jobs of a thousand bytes find no room in the queue while the worker is still starting.
static void loops_burst(struct engine_driver *d, struct engine_tally *t)
{
    char path[1200] = "/ok?";
    memset(path + 4, 'x', 1000);
    struct lane *l = list_entry(d->engine->lanes.next, struct lane, node);
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    struct buffer b = { 0 };
    char url[1300];
    snprintf(url, sizeof url, "http://example.org%s", path);
    loops_send(d, 5000, "/ok", 0);
    for (uint32_t id = 0; id < 999; id++) {
        struct job_parts parts = { .head = { .id = id, .port = 80 },
                                   .url = span_of(url),
                                   .host = span_of("example.org"),
                                   .address = &loopback,
                                   .addresses = 1 };
        assert_int_equal(job_build(&b, &parts), 0);
        assert_int_equal(lane_send(l, (const struct job *)(const void *)b.p), 0);
    }
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1000);
    buffer_fini(&b);
}

static void jobs_that_find_no_room_wait_for_it(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:1/coro:1000", &loops_settings, loops_zygote, loops_burst, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
}

static void loops_company(struct engine_driver *d, struct engine_tally *t, const char *path,
                          const char *message)
{
    unsigned died = t->died;
    for (uint32_t id = 0; id < 9; id++)
        loops_send(d, id, "/wait", 0);
    loops_send(d, 9, path, 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, died + 10);
    assert_non_null(strstr(t->message, message));
}

static void loops_bad_jobs(struct engine_driver *d, struct engine_tally *t)
{
    loops_company(d, t, "/killed", " was killed by signal 9 (SIGKILL)");
    loops_company(d, t, "/crash", " was killed by signal 11 (SIGSEGV)");
    loops_company(d, t, "/mad", " gave a damaged outcome and was killed");
    loops_send(d, 1, "/ok", 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1);
    assert_int_equal(t->outcomes, 31);
}

static void a_worker_that_dies_gives_each_of_its_jobs_an_outcome_and_is_replaced(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:1/coro:10", &loops_settings, loops_zygote, loops_bad_jobs, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
    assert_int_equal(c.usage.started, 4);
    assert_int_equal(c.usage.died, 3);
}

static void loops_hanging(struct engine_driver *d, struct engine_tally *t)
{
    int64_t start = clock_mono();
    loops_send(d, 1, "/wait", 0);
    loops_send(d, 2, "/hang", 0);
    loops_send(d, 3, "/ok", CLOCK_MS); // its time is the one that runs out
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 3);
    assert_non_null(strstr(t->message, " hung past its job's time and was killed"));
    assert_true(clock_mono() - start >= 5 * CLOCK_S);
    loops_send(d, 4, "/ok", CLOCK_S);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1);
}

static void a_loop_that_hangs_is_killed_when_the_first_of_its_jobs_is_overdue(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:1/coro:10", &loops_settings, loops_zygote, loops_hanging, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
}

static void loops_given_up(struct engine_driver *d, struct engine_tally *t)
{
    for (uint32_t id = 0; id < 20; id++)
        loops_send(d, id, "/wait", 0);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, 20);
    if (!annotate_under_valgrind())          // where the time to do so is too short
        assert_string_equal(t->message, ""); // one that was killed has "stopped" said of it
}

static void abandoned_jobs_are_cancelled_by_the_worker_itself(void **state)
{
    (void)state;
    static const char *const engines[] = { "forks:2/coro:10", "forks:2/coro:30" };
    for (unsigned i = 0; i < 2; i++) { // a lane that is full, and one that is not
        struct engine_case c = {
            engines[i], &loops_settings, loops_zygote, loops_given_up, { { 0 }, 0, 0 }
        };
        engine_case_run(&c);
    }
}

static void loops_hang_and_give_up(struct engine_driver *d, struct engine_tally *t)
{
    loops_send(d, 1, "/wait", 0);
    loops_send(d, 2, "/hang", 0);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, 2);
    assert_string_equal(t->message, "stopped");
}

static void one_that_does_not_hear_it_is_killed(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:1/coro:10", &loops_settings, loops_zygote, loops_hang_and_give_up, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
}

static void loops_massacre(struct engine_driver *d, struct engine_tally *t)
{
    enum { LEAST = 20000, MOST = 400000, KILLS = 20 };
    struct nursery n;
    struct engine_killer killer = { loops_zygote, &t->outcomes, LEAST / KILLS / 2, 0, 0 };
    uint32_t id = 0;
    t->seen = calloc(MOST, 1);
    t->ids = MOST;
    nursery_init(&n, "killer");
    assert_int_equal(nursery_spawn(&n, "killer", engine_killer_run, &killer), 0);
    for (; id < MOST && (id < LEAST || killer.killed < KILLS); id++)
        loops_send(d, id, id % 50 ? "/ok" : "/slow", 0);
    nursery_cancel(&n);
    nursery_close(&n);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->outcomes, id);
    assert_int_equal(t->twice, 0);
    assert_int_equal(t->ok + t->died, id);
    assert_in_range(t->died, 1, killer.killed * 16);
    while (id-- > 0)
        assert_int_equal(t->seen[id], 1);
    free(t->seen);
}

static void workers_killed_at_any_moment_lose_no_outcome(void **state)
{
    (void)state;
    pid_t pids[8];
    srand(3);
    struct engine_case c = {
        "forks:4/coro:16", &loops_settings, loops_zygote, loops_massacre, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
    assert_int_equal(engine_tally_pids(loops_zygote, pids, 8), 0);
}

// ---- The same body in a thread

static void *loops_thread(void *arg)
{
    struct shmq **q = arg;
    struct io io = { .fetch = loops_fetch };
    return (void *)(intptr_t)worker_loop_serve(10, q[0], q[1], &loops_settings, &io);
}

static void loops_tell(struct shmq *q, const char *path)
{
    struct buffer b = { 0 };
    const struct job *job = engine_tally_job(&b, 7, path, 0);
    assert_int_equal(shmq_write(q, job, job->size), 0);
    buffer_fini(&b);
}

// What the worker publishes next: `error` of an outcome, -1 for a word without bytes.
static int loops_hear(struct shmq *q)
{
    const void *p;
    size_t n;
    while (shmq_peek(q, &p, &n) == 0)
        assert_int_equal(shmq_wait(q, clock_mono() + patience(20 * CLOCK_S)), 0);
    int error = n ? ((const struct outcome *)p)->error : -1;
    shmq_release(q);
    return error;
}

static void a_worker_that_was_told_to_give_up_goes_on_doing_so(void **state)
{
    (void)state;
    struct shmq *q[2];
    pthread_t t;
    void *result;
    assert_int_equal(shmq_new(&q[0], 4096, SHMQ_THREADS), 0);
    assert_int_equal(shmq_new(&q[1], 4096, SHMQ_THREADS), 0);
    assert_int_equal(pthread_create(&t, NULL, loops_thread, q), 0);
    assert_int_equal(loops_hear(q[1]), -1);
    loops_tell(q[0], "/ok");
    assert_int_equal(loops_hear(q[1]), FETCH_OK);
    loops_tell(q[0], "/wait");
    assert_int_equal(shmq_write(q[0], NULL, 0), 0);
    assert_int_equal(loops_hear(q[1]), FETCH_CANCELLED);
    loops_tell(q[0], "/ok");
    assert_int_equal(loops_hear(q[1]), FETCH_CANCELLED);
    shmq_close(q[0]);
    pthread_join(t, &result);
    assert_null(result);
    shmq_free(q[0]);
    shmq_free(q[1]);
}

static void what_is_no_job_ends_the_worker(void **state)
{
    (void)state;
    struct shmq *q[2];
    pthread_t t;
    void *result;
    assert_int_equal(shmq_new(&q[0], 4096, SHMQ_THREADS), 0);
    assert_int_equal(shmq_new(&q[1], 4096, SHMQ_THREADS), 0);
    assert_int_equal(pthread_create(&t, NULL, loops_thread, q), 0);
    loops_tell(q[0], "/wait");
    assert_int_equal(shmq_write(q[0], "this is no job at all", 21), 0);
    pthread_join(t, &result);
    assert_int_equal((intptr_t)result, -EPROTO);
    shmq_free(q[0]);
    shmq_free(q[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_gives_one_outcome_and_nothing_is_left),
        cmocka_unit_test(jobs_that_find_no_room_wait_for_it),
        cmocka_unit_test(a_worker_that_dies_gives_each_of_its_jobs_an_outcome_and_is_replaced),
        cmocka_unit_test(a_loop_that_hangs_is_killed_when_the_first_of_its_jobs_is_overdue),
        cmocka_unit_test(abandoned_jobs_are_cancelled_by_the_worker_itself),
        cmocka_unit_test(one_that_does_not_hear_it_is_killed),
        cmocka_unit_test(workers_killed_at_any_moment_lose_no_outcome),
        cmocka_unit_test(a_worker_that_was_told_to_give_up_goes_on_doing_so),
        cmocka_unit_test(what_is_no_job_ends_the_worker),
    };
    alarm((unsigned)patience(200));
    if (zygote_start(&loops_zygote, loops_worker) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zygote_stop(loops_zygote, NULL);
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return 1; // somebody is left
    return failed;
}

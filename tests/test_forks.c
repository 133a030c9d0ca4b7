// SPDX-License-Identifier: MIT
// The life and death of worker processes, with workers that fetch nothing: what a job's URL says
// happens.
#include "check.h"
#include "engine/forks.h"
#include "engine/keeper.h"
#include "engine/wire.h"
#include "engine/worker.h"
#include "engine_driver.h"
#include "engine_killer.h"
#include "engine_tally.h"
#include "fetch/io.h"
#include "fetch/response.h"
#include "patience.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct zygote *forks_zygote;
static const struct visit_settings forks_settings = { .fetch.user_agent = "forks test" };

// ---- The worker

static struct shmq *forks_outcomes;

static int forks_fetch(struct io *io, const struct request *q, struct sink *sink,
                       struct response *out)
{
    (void)io;
    (void)sink;
    const char *path = strchr(q->url + strlen("http://"), '/');
    *out = (struct response){ .status = 200, .http_version = 11, .size = 5, .time_total = 1 };
    if (strcmp(path, "/killed") == 0)
        raise(SIGKILL);
    if (strcmp(path, "/exit") == 0)
        _exit(3);
    if (strcmp(path, "/hang") == 0)
        for (;;)
            pause();
    if (strcmp(path, "/mad") == 0) {
        shmq_write(forks_outcomes, "this is no outcome at all", 25);
        pause();
    }
    if (strcmp(path, "/slow") == 0)
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    return 0;
}

enum { FORKS_FINDINGS = 3 << 20 };

// Publishes a job's outcome in its own way, the largest there is and with findings, or only half of
// it, and dies without another word.
static int forks_last_words(struct shmq *jobs, bool half)
{
    const void *job;
    size_t n;
    static char text[OUTCOME_TEXT_MOST];
    struct buffer b = { 0 };
    if (shmq_wait(jobs, CLOCK_NEVER) < 0 || shmq_peek(jobs, &job, &n) != 1)
        return 1;
    memset(text, 'x', sizeof text);
    struct span s = { text, sizeof text };
    struct outcome_parts parts = { .head = { .id = ((const struct job *)job)->id, .status = 204 },
                                   .message = s,
                                   .content_type = s,
                                   .location = s,
                                   .retry_after = s,
                                   .etag = s,
                                   .last_modified = s,
                                   .saved = s };
    char *findings = calloc(1, FORKS_FINDINGS);
    if (!findings || outcome_build(&b, &parts) < 0 ||
        outcome_add_findings(&b, (struct span){ findings, FORKS_FINDINGS }) < 0)
        return 1;
    struct wire_out out = { .q = forks_outcomes };
    uint64_t whole = b.n;
    int e = half ? wire_send_blocking(&out, &whole, sizeof whole) : 0; // pieces are to follow
    for (size_t at = 0; half && e == 0 && at < b.n / 2; at += 4096)
        e = wire_send_blocking(&out, b.p + at, 4096);
    if (!half)
        e = wire_send_blocking(&out, b.p, b.n);
    if (e == 0)
        raise(SIGKILL);
    return 1;
}

static int forks_worker(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    struct io io = { .fetch = forks_fetch };
    struct visit_settings settings;
    struct shmq *jobs;
    if (kind != WORKER_BLOCKING ||
        worker_attach(&jobs, &forks_outcomes, &settings, setup, n, fds, nfds) < 0)
        return 9;
    if (strcmp(settings.fetch.user_agent, "dies at once") == 0)
        return 8;
    if (strcmp(settings.fetch.user_agent, "last words") == 0)
        return forks_last_words(jobs, false);
    if (strcmp(settings.fetch.user_agent, "half words") == 0)
        return forks_last_words(jobs, true);
    return worker_serve(jobs, forks_outcomes, &io, &settings) < 0;
}

// ---- The coordinator

static void forks_run_body(const char *engine,
                           void (*body)(struct engine_driver *, struct engine_tally *))
{
    struct engine_case c = { engine, &forks_settings, forks_zygote, body, { { 0 }, 0, 0 } };
    engine_case_run(&c);
}

// ---- Promises

static void forks_ordinary_jobs(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    for (uint32_t id = 0; id < 2000; id++)
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, "/ok", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->outcomes, 2000);
    assert_int_equal(t->ok, 2000);
    buffer_fini(&b);
}

static void forks_ordinary(struct engine_driver *d, struct engine_tally *t)
{
    assert_int_equal(d->engine->lane_count, 4);
    forks_ordinary_jobs(d, t);
}

static void every_job_gives_one_outcome_and_nothing_is_left(void **state)
{
    (void)state;
    pid_t pids[8];
    unsigned before = engine_tally_descriptors();
    struct engine_case c = {
        "forks:4", &forks_settings, forks_zygote, forks_ordinary, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
    assert_int_equal(c.usage.started, 4);
    assert_int_equal(c.usage.died, 0);
    assert_true(c.usage.processes.user + c.usage.processes.system > 0);
    assert_int_equal(engine_tally_pids(forks_zygote, pids, 8), 0);
    assert_int_equal(engine_tally_descriptors(), before);
}

static void forks_bad_jobs(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    int pid, n;
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 1, "/killed", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 1);
    assert_int_equal(sscanf(t->message, "worker %d was killed by signal 9 (SIGKILL)%n", &pid, &n),
                     1);
    assert_int_equal(n, strlen(t->message));
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 2, "/exit", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 2);
    assert_non_null(strstr(t->message, " ended with status 3"));
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 3, "/mad", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 3);
    assert_non_null(strstr(t->message, " gave a damaged outcome and was killed"));
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 4, "/ok", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1);
    assert_int_equal(t->last, 4);
    buffer_fini(&b);
}

static void a_job_that_kills_its_worker_is_told_why_and_the_worker_replaced(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:1", &forks_settings, forks_zygote, forks_bad_jobs, { { 0 }, 0, 0 }
    };
    engine_case_run(&c);
    assert_int_equal(c.usage.started, 4);
    assert_int_equal(c.usage.died, 3);
}

static void forks_hanging_job(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    int64_t start = clock_mono();
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 1, "/hang", CLOCK_MS)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 1);
    assert_non_null(strstr(t->message, " hung past its job's time and was killed"));
    assert_true(clock_mono() - start >= 5 * CLOCK_S);
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 2, "/ok", CLOCK_S)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1);
    buffer_fini(&b);
}

static void a_worker_that_hangs_is_killed_after_its_time(void **state)
{
    (void)state;
    forks_run_body("forks:1", forks_hanging_job);
}

static void forks_last(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 1, "/", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 1);
    assert_int_equal(t->tail, FORKS_FINDINGS);
    buffer_fini(&b);
}

static void what_a_dead_worker_had_published_counts(void **state)
{
    (void)state;
    static const struct visit_settings settings = { .fetch.user_agent = "last words" };
    struct engine_case c = { "forks:1", &settings, forks_zygote, forks_last, { { 0 }, 0, 0 } };
    for (int i = 0; i < 20; i++)
        engine_case_run(&c);
}

static void forks_half(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    for (uint32_t id = 0; id < 3; id++) {
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, "/", 0)), 0);
        assert_int_equal(engine_driver_drain(d), 0);
        assert_int_equal(t->died, id + 1);
        assert_non_null(strstr(t->message, " was killed by signal 9 (SIGKILL)"));
    }
    assert_int_equal(t->outcomes, 3);
    buffer_fini(&b);
}

static void half_an_outcome_is_none(void **state)
{
    (void)state;
    static const struct visit_settings settings = { .fetch.user_agent = "half words" };
    struct engine_case c = { "forks:1", &settings, forks_zygote, forks_half, { { 0 }, 0, 0 } };
    engine_case_run(&c);
}

static void forks_useless(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    int e = 0;
    for (uint32_t id = 0; e == 0 && id < 1000; id++)
        e = engine_driver_send(d, engine_tally_job(&b, id, "/ok", 0));
    assert_int_equal(e, -ECHILD);
    assert_int_equal(d->engine->failed, -ECHILD);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, 0);
    list_each(node, next, &d->engine->lanes)
        assert_int_equal(list_entry(node, struct lane, node)->capacity, 0);
    buffer_fini(&b);
}

static void an_engine_whose_workers_all_die_at_once_gives_up(void **state)
{
    (void)state;
    static const struct visit_settings settings = { .fetch.user_agent = "dies at once" };
    struct engine_case c = { "forks:4", &settings, forks_zygote, forks_useless, { { 0 }, 0, 0 } };
    log_set_level(LOG_ERROR);
    engine_case_run(&c);
    log_set_level(LOG_NOTE);
    assert_in_range(c.usage.died, 20, 24);
}

static int forks_short_run(void *arg)
{
    (void)arg;
    struct engine_driver d;
    struct engine_tally t = { 0 };
    engine_driver_init(&d, &forks_settings, forks_zygote, 1000);
    d.setup.descriptors = 2 * FORKS_A_WORKER + 1;
    d.taken = engine_tally_take;
    d.arg = &t;
    assert_int_equal(engine_driver_open(&d, "forks:4"), 0);
    assert_int_equal(d.engine->lane_count, 2);
    forks_ordinary_jobs(&d, &t);
    engine_close(d.engine);
    d.setup.descriptors = 1;
    assert_int_equal(engine_driver_open(&d, "forks:4"), 0);
    assert_int_equal(d.engine->lane_count, 1);
    engine_close(d.engine);
    return 0;
}

static void with_few_descriptors_there_are_fewer_workers(void **state)
{
    (void)state;
    struct loop *l;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, forks_short_run, NULL), 0);
    loop_free(l);
}

// A worker's successor finds no descriptor, again and again.
static void forks_crowded(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    struct rlimit l;
    struct keeper *k =
        list_entry(list_entry(d->engine->lanes.next, struct lane, node), struct keeper, lane);
    uint32_t id = 0;
    while (k->house->working < 2) { // both have been heard of
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id++, "/ok", 0)), 0);
        assert_int_equal(engine_driver_drain(d), 0);
        sleep_until(clock_mono() + CLOCK_MS);
    }
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    struct rlimit none = { .rlim_cur = 0, .rlim_max = l.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id++, "/killed", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 1);
    while (k->house->working == 2)
        sleep_until(clock_mono() + CLOCK_MS);
    sleep_until(clock_mono() + 50 * CLOCK_MS); // it has failed by now
    k->house->early = 19;                      // one more in a row, and that were the end
    sleep_until(clock_mono() + 1200 * CLOCK_MS);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(d->engine->failed, 0);
    for (uint32_t last = id + 20; id < last; id++)
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, "/ok", 0)), 0);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->ok, id - 1);
    buffer_fini(&b);
}

static void a_worker_that_cannot_be_had_is_no_reason_to_give_up_while_others_work(void **state)
{
    (void)state;
    forks_run_body("forks:2", forks_crowded);
}

static void forks_given_up(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    for (uint32_t id = 0; id < 4; id++)
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, "/hang", 0)), 0);
    engine_abandon(d->engine);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->cancelled, 4);
    buffer_fini(&b);
}

static void abandoned_jobs_are_cancelled_at_once(void **state)
{
    (void)state;
    forks_run_body("forks:6", forks_given_up);
}

static void forks_massacre(struct engine_driver *d, struct engine_tally *t)
{
    enum { LEAST = 4000, MOST = 400000, KILLS = 20 };
    struct buffer b = { 0 };
    struct nursery n;
    struct engine_killer killer = { forks_zygote, &t->outcomes, LEAST / KILLS / 2, 0, 0 };
    uint32_t id = 0;
    t->seen = calloc(MOST, 1);
    t->ids = MOST;
    nursery_init(&n, "killer");
    assert_int_equal(nursery_spawn(&n, "killer", engine_killer_run, &killer), 0);
    for (; id < MOST && (id < LEAST || killer.killed < KILLS); id++)
        assert_int_equal(
            engine_driver_send(d, engine_tally_job(&b, id, id % 50 ? "/ok" : "/slow", 0)), 0);
    nursery_cancel(&n);
    nursery_close(&n);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->outcomes, id);
    assert_int_equal(t->twice, 0);
    assert_int_equal(t->ok + t->died, id);
    assert_in_range(t->died, 1, killer.killed);
    while (id-- > 0)
        assert_int_equal(t->seen[id], 1);
    free(t->seen);
    buffer_fini(&b);
}

static void workers_killed_at_any_moment_lose_no_outcome(void **state)
{
    (void)state;
    pid_t pids[8];
    srand(3);
    forks_run_body("forks:4", forks_massacre);
    assert_int_equal(engine_tally_pids(forks_zygote, pids, 8), 0);
}

static struct zygote *forks_victim;

static void forks_lost(struct engine_driver *d, struct engine_tally *t)
{
    struct buffer b = { 0 };
    for (uint32_t id = 0; id < 3; id++)
        assert_int_equal(engine_driver_send(d, engine_tally_job(&b, id, "/hang", 0)), 0);
    kill(zygote_pid(forks_victim), SIGKILL);
    assert_int_equal(engine_driver_drain(d), 0);
    assert_int_equal(t->died, 3);
    assert_string_equal(t->message, "the process that starts workers is dead");
    assert_int_equal(d->engine->failed, -EPIPE);
    assert_int_equal(engine_driver_send(d, engine_tally_job(&b, 9, "/ok", 0)), -EPIPE);
    buffer_fini(&b);
}

static void a_dead_zygote_ends_the_engine_and_every_job_is_told(void **state)
{
    (void)state;
    struct engine_case c = {
        "forks:4", &forks_settings, forks_victim, forks_lost, { { 0 }, 0, 0 }
    };
    log_set_level(LOG_ERROR);
    engine_case_run(&c);
    log_set_level(LOG_NOTE);
    zygote_stop(forks_victim, NULL);
}

static int forks_two(void *arg)
{
    (void)arg;
    struct buffer b = { 0 };
    struct engine_driver d[2];
    struct engine_tally t[2] = { { 0 }, { 0 } };
    for (int i = 0; i < 2; i++) {
        engine_driver_init(&d[i], &forks_settings, forks_zygote, 3);
        d[i].taken = engine_tally_take;
        d[i].arg = &t[i];
        assert_int_equal(engine_driver_open(&d[i], "forks:8"), 0);
        assert_int_equal(d[i].engine->lane_count, 3);
    }
    for (uint32_t id = 0; id < 20; id++)
        assert_int_equal(engine_driver_send(
                             &d[id % 2], engine_tally_job(&b, id, id == 6 ? "/killed" : "/ok", 0)),
                         0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(engine_driver_drain(&d[i]), 0);
        engine_close(d[i].engine);
    }
    assert_int_equal(t[0].ok, 9);
    assert_int_equal(t[0].died, 1);
    assert_int_equal(t[1].ok, 10);
    buffer_fini(&b);
    return 0;
}

static void two_engines_share_a_zygote_and_none_has_more_lanes_than_jobs(void **state)
{
    (void)state;
    struct loop *l;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, forks_two, NULL), 0);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_gives_one_outcome_and_nothing_is_left),
        cmocka_unit_test(a_job_that_kills_its_worker_is_told_why_and_the_worker_replaced),
        cmocka_unit_test(a_worker_that_hangs_is_killed_after_its_time),
        cmocka_unit_test(what_a_dead_worker_had_published_counts),
        cmocka_unit_test(half_an_outcome_is_none),
        cmocka_unit_test(an_engine_whose_workers_all_die_at_once_gives_up),
        cmocka_unit_test(with_few_descriptors_there_are_fewer_workers),
        cmocka_unit_test(a_worker_that_cannot_be_had_is_no_reason_to_give_up_while_others_work),
        cmocka_unit_test(abandoned_jobs_are_cancelled_at_once),
        cmocka_unit_test(workers_killed_at_any_moment_lose_no_outcome),
        cmocka_unit_test(a_dead_zygote_ends_the_engine_and_every_job_is_told),
        cmocka_unit_test(two_engines_share_a_zygote_and_none_has_more_lanes_than_jobs),
    };
    alarm((unsigned)patience(120));
    if (zygote_start(&forks_zygote, forks_worker) < 0 ||
        zygote_start(&forks_victim, forks_worker) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zygote_stop(forks_zygote, NULL);
    // No child of ours is left.
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return 1;
    return failed;
}

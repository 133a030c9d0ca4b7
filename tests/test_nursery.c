// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/chan.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
    int ms, returns; // sleeps so long, then returns that
    int told;        // what the sleep returned
    bool cleaned;
};

static int sleep_and_return(void *arg)
{
    struct child *c = arg;
    c->told = sleep_until(c->ms < 0 ? CLOCK_NEVER : in_ms(c->ms));
    c->cleaned = true;
    return c->told < 0 ? c->told : c->returns;
}

static void spawn(struct nursery *n, struct child *c)
{
    assert_int_equal(nursery_spawn(n, "child", sleep_and_return, c), 0);
}

IN_LOOP(close_waits_for_every_fiber)
{
    struct nursery n;
    struct child c[3] = { { .ms = 20 }, { .ms = 0 }, { .ms = 10, .returns = 5 } };
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++)
        spawn(&n, &c[i]);
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 3; i++)
        assert_true(c[i].cleaned);
    assert_int_equal(n.living, 0);
    return 0;
}

IN_LOOP(closing_an_empty_nursery_does_not_wait)
{
    struct nursery n;
    nursery_init(&n, "test");
    assert_int_equal(nursery_close(&n), 0);
    return 0;
}

IN_LOOP(nursery_returns_the_first_error)
{
    struct nursery n;
    struct child c[4] = {
        { .ms = -1 }, { .ms = 20, .returns = -EIO }, { .ms = 5, .returns = -EPIPE }, { .ms = -1 }
    };
    nursery_init(&n, "test");
    for (int i = 0; i < 4; i++)
        spawn(&n, &c[i]);
    assert_int_equal(nursery_close(&n), -EPIPE);
    return 0;
}

IN_LOOP(the_first_error_cancels_the_others)
{
    struct nursery n;
    struct child c[3] = { { .ms = -1 }, { .ms = 5, .returns = -EIO }, { .ms = -1 } };
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++)
        spawn(&n, &c[i]);
    assert_int_equal(nursery_close(&n), -EIO);
    assert_int_equal(c[0].told, -ECANCELED);
    assert_int_equal(c[2].told, -ECANCELED);
    return 0;
}

IN_LOOP(cancelled_fiber_runs_its_cleanup)
{
    struct nursery n;
    struct child parked = { .ms = -1 }, not_begun = { .ms = -1 };
    nursery_init(&n, "test");
    spawn(&n, &parked);
    assert_int_equal(yield_fiber(), 0);
    spawn(&n, &not_begun);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0); // ended by cancelling: no error
    assert_true(parked.cleaned);
    assert_true(not_begun.cleaned);
    assert_int_equal(not_begun.told, -ECANCELED);
    return 0;
}

IN_LOOP(a_cancelled_nursery_takes_no_fiber_until_it_is_closed)
{
    struct nursery n;
    struct child c = { .ms = 0 };
    nursery_init(&n, "test");
    nursery_cancel(&n);
    assert_int_equal(nursery_spawn(&n, "late", sleep_and_return, &c), -ECANCELED);
    assert_int_equal(nursery_close(&n), 0);
    spawn(&n, &c);
    assert_int_equal(nursery_close(&n), 0);
    assert_true(c.cleaned);
    return 0;
}

static int fail_while_cancelled(void *arg)
{
    (void)arg;
    return sleep_until(CLOCK_NEVER) == -ECANCELED ? -EIO : 0;
}

IN_LOOP(an_error_of_the_cleanup_is_returned)
{
    struct nursery n;
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "child", fail_while_cancelled, NULL), 0);
    assert_int_equal(yield_fiber(), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), -EIO);
    return 0;
}

static int own_nursery(void *arg)
{
    struct child *c = arg;
    struct nursery n;
    nursery_init(&n, "inner");
    spawn(&n, c);
    int r = nursery_close(&n);
    c->returns = c->cleaned; // the closer ended after its fibers
    return fiber_cancelled() ? -ECANCELED : r;
}

IN_LOOP(cancelling_who_closes_cancels_the_nursery_and_still_waits)
{
    struct nursery n;
    struct child c = { .ms = -1 };
    nursery_init(&n, "outer");
    assert_int_equal(nursery_spawn(&n, "closer", own_nursery, &c), 0);
    assert_int_equal(sleep_until(in_ms(5)), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(c.told, -ECANCELED);
    assert_int_equal(c.returns, 1);
    return 0;
}

static int grown;

static int grow(void *arg)
{
    struct nursery *n = arg;
    static struct child leaf;
    for (int i = 0; i < 2 && grown < 50; i++, grown++)
        assert_int_equal(nursery_spawn(n, "grown", grow, n), 0);
    assert_int_equal(nursery_spawn(n, "leaf", sleep_and_return, &leaf), 0);
    return 0;
}

IN_LOOP(fibers_may_spawn_into_their_own_nursery)
{
    struct nursery n;
    nursery_init(&n, "test");
    grown = 0;
    assert_int_equal(nursery_spawn(&n, "first", grow, &n), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(grown, 50);
    return 0;
}

static int add_own(void *arg)
{
    long *sum = arg;
    sleep_until(in_ms(1));
    return (int)(++*sum * 0);
}

IN_LOOP(ten_thousand_fibers_live_at_once_and_all_end)
{
    struct nursery n;
    long sum = 0;
    nursery_init(&n, "test");
    for (int i = 0; i < 10000; i++)
        assert_int_equal(nursery_spawn(&n, "one of many", add_own, &sum), 0);
    assert_int_equal(n.living, 10000);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(sum, 10000);
    return 0;
}

static int pass_on(void *arg)
{
    struct chan **c = arg;
    void *got;
    for (;;) {
        int r = chan_recv(c[0], &got, CLOCK_NEVER);
        if (r < 0)
            break;
        r = chan_send(c[1], (char *)got + 1, CLOCK_NEVER);
        if (r < 0)
            return r;
    }
    chan_close(c[1]);
    return 0;
}

IN_LOOP(a_pipeline_of_a_thousand_fibers_ends_by_itself)
{
    enum { LONG = 1000 };
    static struct chan *c[LONG + 1];
    static char base[LONG + 1];
    struct nursery n;
    void *got;
    nursery_init(&n, "test");
    assert_int_equal(chan_new(&c[0], 0, NULL), 0);
    for (int i = 0; i < LONG; i++) {
        assert_int_equal(chan_new(&c[i + 1], 0, NULL), 0);
        assert_int_equal(nursery_spawn(&n, "stage", pass_on, &c[i]), 0);
    }
    for (int i = 0; i < 10; i++) {
        assert_int_equal(chan_send(c[0], base, CLOCK_NEVER), 0);
        assert_int_equal(chan_recv(c[LONG], &got, CLOCK_NEVER), 0);
        assert_ptr_equal(got, base + LONG);
    }
    chan_close(c[0]);
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i <= LONG; i++)
        chan_free(c[i]);
    return 0;
}

static int close_own(void *arg)
{
    return nursery_close(arg);
}

static int run_close_own(void *arg)
{
    struct nursery *n = arg;
    nursery_init(n, "own");
    nursery_spawn(n, "inside", close_own, n);
    return nursery_close(n);
}

static void closing_a_nursery_from_inside_says_so(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        struct loop *l;
        struct nursery n;
        loop_new(&l, NULL);
        loop_run(l, run_close_own, &n);
        _exit(0);
    }
    close(ends[1]);
    char text[512];
    ssize_t got = read(ends[0], text, sizeof text - 1);
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, "fiber 'inside' would wait for its own end in nursery 'own'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(close_waits_for_every_fiber),
        cmocka_unit_test(closing_an_empty_nursery_does_not_wait),
        cmocka_unit_test(nursery_returns_the_first_error),
        cmocka_unit_test(the_first_error_cancels_the_others),
        cmocka_unit_test(cancelled_fiber_runs_its_cleanup),
        cmocka_unit_test(a_cancelled_nursery_takes_no_fiber_until_it_is_closed),
        cmocka_unit_test(an_error_of_the_cleanup_is_returned),
        cmocka_unit_test(cancelling_who_closes_cancels_the_nursery_and_still_waits),
        cmocka_unit_test(fibers_may_spawn_into_their_own_nursery),
        cmocka_unit_test(ten_thousand_fibers_live_at_once_and_all_end),
        cmocka_unit_test(a_pipeline_of_a_thousand_fibers_ends_by_itself),
        cmocka_unit_test(closing_a_nursery_from_inside_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

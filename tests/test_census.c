// SPDX-License-Identifier: MIT
#include "check.h"
#include "dying.h"
#include "in_loop.h"
#include "sched/census.h"
#include "sched/chan.h"
#include "sched/offload.h"
#include "sched/watch.h"
#include <string.h>

static char text[256 * 1024];

// The census of the calling fiber's loop.
static const char *census(void)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    census_print(fileno(f));
    rewind(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static void says(const char *what)
{
    if (!strstr(text, what))
        fail_msg("'%s' is not in: %s", what, text);
}

static void says_not(const char *what)
{
    if (strstr(text, what))
        fail_msg("'%s' is in: %s", what, text);
}

__attribute__((noinline)) static int wait_for_item(void *arg)
{
    void *got;
    int r = chan_recv(arg, &got, CLOCK_NEVER);
    return r == -EPIPE ? 0 : r;
}

static int sleep_forever(void *arg)
{
    (void)arg;
    int r = sleep_until(CLOCK_NEVER);
    return r == 0 ? 1 : r; // no tail call, which would leave no frame
}

IN_LOOP(every_fiber_is_there_with_what_it_waits_on_and_where)
{
    struct nursery n;
    struct chan *c;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn_at(&n, "taker", wait_for_item, c, "a/file.c", 123), 0);
    assert_int_equal(nursery_spawn_at(&n, "taker", wait_for_item, c, "a/file.c", 123), 0);
    assert_int_equal(nursery_spawn_at(&n, "sleeper", sleep_forever, NULL, "another.c", 7), 0);
    assert_int_equal(sleep_until(in_ms(120)), 0);
    assert_int_equal(nursery_spawn_at(&n, "newcomer", wait_for_item, c, "b.c", 9), 0);
    census();
    says("loop 'loop' has 5 fibers, 1 ready\n");
    says("'main' (loop_run) is running\n");
    says("'taker' of 'test' (a/file.c:123) waits on chan_recv, ");
    says("'sleeper' of 'test' (another.c:7) waits on sleep_until, ");
    says_not("waits on chan_recv, 0.0"); // but for the 0.12 s and more that it slept
    says("'newcomer' of 'test' (b.c:9) is ready\n");
    says("wait_for_item+");
    says("sleep_forever+");
    const char *first = strstr(text, "'taker'"), *second = strstr(first + 1, "'taker'");
    assert_non_null(second);
    assert_null(strstr(second, "wait_for_item+")); // stands where the first one does: shown once
    chan_close(c);
    assert_int_equal(sleep_until(in_ms(1)), 0);
    nursery_cancel(&n);
    census();
    says("'sleeper' of 'test' (another.c:7, cancelled) is ready");
    says_not("taker");
    assert_int_equal(nursery_close(&n), 0);
    chan_free(c);
    return 0;
}

IN_LOOP(two_thousand_fibers_are_all_there)
{
    struct nursery n;
    nursery_init(&n, "test");
    for (int i = 0; i < 2000; i++)
        assert_int_equal(nursery_spawn(&n, "one of many", sleep_forever, NULL), 0);
    assert_int_equal(sleep_until(in_ms(1)), 0);
    int count = 0;
    for (const char *p = census(); (p = strstr(p, "'one of many'")); p++)
        count++;
    assert_int_equal(count, 2000);
    nursery_cancel(&n);
    return nursery_close(&n);
}

// ---- SIGUSR1

static int signal_itself(void *arg)
{
    struct nursery n;
    (void)arg;
    if (census_on_signal(loop_current()) < 0 || census_on_signal(loop_current()) < 0)
        return 1;
    nursery_init(&n, "test");
    nursery_spawn(&n, "sleeper", sleep_forever, NULL);
    for (int i = 0; i < 2; i++) {
        kill(getpid(), SIGUSR1);
        sleep_until(in_ms(20));
    }
    nursery_cancel(&n);
    return nursery_close(&n);
}

static void run_signal_itself(void *arg)
{
    struct loop *l;
    (void)arg;
    for (int i = 0; i < 2; i++) { // one loop after the other may have the signal
        if (loop_new(&l, &(struct loop_options){ .name = "signalled" }) < 0)
            _exit(1);
        if (loop_run(l, signal_itself, NULL) != 0)
            _exit(2);
        loop_free(l);
    }
}

static void sigusr1_prints_it_and_the_loop_goes_on(void **state)
{
    (void)state;
    int status = dying(run_signal_itself, NULL, text, sizeof text);
    assert_int_equal(status, 0);
    int count = 0;
    for (const char *p = text; (p = strstr(p, "loop 'signalled' has 2 fibers")); p++)
        count++;
    assert_int_equal(count, 4);
    says("waits on sleep_until");
}

// ---- a loop that would hang

static int wait_for_nobody(void *arg)
{
    struct list queue;
    (void)arg;
    list_init(&queue);
    park_label("something that never comes");
    int r = park_on(&queue, CLOCK_NEVER);
    return r == 0 ? 1 : r;
}

static void run_hanging(void *arg)
{
    struct loop *l;
    if (loop_new(&l, NULL) == 0) {
        if (arg)
            census_on_signal(l); // does not count as something to wait for
        loop_run(l, wait_for_nobody, NULL);
    }
}

static void a_loop_that_would_wait_forever_says_who_waits_and_aborts(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        int status = dying(run_hanging, i ? text : NULL, text, sizeof text);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
        says("loop 'loop' would wait forever");
        says("'main' (loop_run) waits on something that never comes");
        says("wait_for_nobody+");
    }
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int hang_after_use_of_everything(void *arg)
{
    struct watch w;
    int ends[2];
    if (pipe(ends) < 0)
        return 1;
    watch_init(&w, ends[0]);
    if (watch_readable(&w, in_ms(5)) != -ETIMEDOUT)
        return 1;
    if (offload(do_nothing, NULL) != 0)
        return 1;
    return wait_for_nobody(arg);
}

static void run_hanging_later(void *arg)
{
    struct loop *l;
    (void)arg;
    if (loop_new(&l, NULL) == 0)
        loop_run(l, hang_after_use_of_everything, NULL);
}

static void a_watch_that_nobody_waits_on_does_not_hide_it(void **state)
{
    (void)state;
    int status = dying(run_hanging_later, NULL, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    says("something that never comes");
}

static int nap(void *arg)
{
    usleep(30000);
    return *(int *)arg;
}

IN_LOOP(work_in_flight_on_a_thread_is_no_hang)
{
    int seven = 7;
    assert_int_equal(offload(nap, &seven), 7);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fiber_is_there_with_what_it_waits_on_and_where),
        cmocka_unit_test(two_thousand_fibers_are_all_there),
        cmocka_unit_test(sigusr1_prints_it_and_the_loop_goes_on),
        cmocka_unit_test(a_loop_that_would_wait_forever_says_who_waits_and_aborts),
        cmocka_unit_test(a_watch_that_nobody_waits_on_does_not_hide_it),
        cmocka_unit_test(work_in_flight_on_a_thread_is_no_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

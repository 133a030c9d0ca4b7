// SPDX-License-Identifier: MIT
#include "check.h"
#include "dying.h"
#include "in_loop.h"
#include "patience.h"
#include <string.h>

// What a fiber was told when it woke, and in which order it did.
struct sleeper {
    struct list *queue;
    int64_t deadline;
    int told, turn;
};

static int turns;

static int sleep_on_queue(void *arg)
{
    struct sleeper *s = arg;
    s->told = park_on(s->queue, s->deadline);
    s->turn = ++turns;
    return 0;
}

IN_LOOP(wake_one_wakes_the_one_that_came_first)
{
    struct nursery n;
    struct list queue;
    struct sleeper s[3];
    list_init(&queue);
    nursery_init(&n, "test");
    turns = 0;
    for (int i = 0; i < 3; i++) {
        s[i] = (struct sleeper){ &queue, CLOCK_NEVER, -1, 0 };
        assert_int_equal(nursery_spawn(&n, "sleeper", sleep_on_queue, &s[i]), 0);
    }
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(wake_one(&queue, 7), 1);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(s[0].turn, 1);
    assert_int_equal(s[0].told, 7);
    assert_int_equal(s[1].turn, 0);
    assert_int_equal(wake_all(&queue, 8), 2);
    assert_int_equal(wake_all(&queue, 9), 0);
    assert_int_equal(wake_one(&queue, 9), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(s[1].turn, 2);
    assert_int_equal(s[2].turn, 3);
    assert_int_equal(s[2].told, 8);
    return 0;
}

IN_LOOP(a_deadline_ends_the_wait_and_leaves_the_queue_empty)
{
    struct list queue;
    list_init(&queue);
    int64_t began = clock_mono();
    assert_int_equal(park_on(&queue, in_ms(20)), -ETIMEDOUT);
    assert_true(clock_mono() - began >= 20 * CLOCK_MS);
    assert_true(list_empty(&queue));
    return 0;
}

IN_LOOP(fibers_wake_in_the_order_of_their_deadlines)
{
    struct nursery n;
    struct list queue;
    struct sleeper s[5];
    static const int ms[5] = { 30, 10, 50, 20, 40 };
    list_init(&queue);
    nursery_init(&n, "test");
    turns = 0;
    int64_t now = clock_mono();
    for (int i = 0; i < 5; i++) {
        s[i] = (struct sleeper){ &queue, now + patience(ms[i] * CLOCK_MS), 0, 0 };
        assert_int_equal(nursery_spawn(&n, "sleeper", sleep_on_queue, &s[i]), 0);
    }
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(s[i].turn, ms[i] / 10);
        assert_int_equal(s[i].told, -ETIMEDOUT);
    }
    return 0;
}

struct both {
    struct list left, right;
    int fired, result;
};

static int wait_for_both(void *arg)
{
    struct both *b = arg;
    struct waiter w[2];
    list_push(&b->left, &w[0].node);
    list_push(&b->right, &w[1].node);
    b->fired = park(w, 2, CLOCK_NEVER);
    b->result = w[1].result;
    return 0;
}

IN_LOOP(of_two_queues_the_first_to_fire_counts_and_both_are_left)
{
    struct nursery n;
    struct both b = { .fired = -1 };
    list_init(&b.left);
    list_init(&b.right);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "both", wait_for_both, &b), 0);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(wake_one(&b.right, 42), 1);
    assert_int_equal(wake_one(&b.left, 43), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(b.fired, 1);
    assert_int_equal(b.result, 42);
    return 0;
}

static int count_turn(void *arg)
{
    ++*(int *)arg;
    return 0;
}

IN_LOOP(deadline_in_the_past_lets_others_run)
{
    struct nursery n;
    struct list queue;
    int others = 0;
    list_init(&queue);
    nursery_init(&n, "test");
    for (int i = 0; i < 10; i++)
        assert_int_equal(nursery_spawn(&n, "other", count_turn, &others), 0);
    assert_int_equal(park_on(&queue, 0), -ETIMEDOUT);
    assert_int_equal(others, 10);
    assert_true(list_empty(&queue));
    return nursery_close(&n);
}

static int wake_queue(void *arg)
{
    assert_int_equal(wake_one(arg, 5), 1);
    return 0;
}

IN_LOOP(deadline_in_the_past_can_still_be_met_by_those_who_run_first)
{
    struct nursery n;
    struct list queue;
    list_init(&queue);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "waker", wake_queue, &queue), 0);
    assert_int_equal(park_on(&queue, loop_now(loop_current())), 5);
    return nursery_close(&n);
}

IN_LOOP(sleeping_until_a_time_that_has_passed_succeeds)
{
    assert_int_equal(sleep_until(INT64_MIN), 0);
    assert_int_equal(sleep_until(0), 0);
    return 0;
}

static int sleep_until_told(void *arg)
{
    int *told = arg;
    *told = sleep_until(CLOCK_NEVER);
    return *told;
}

IN_LOOP(cancelling_wakes_a_parked_fiber)
{
    struct nursery n;
    int told = 0;
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "sleeper", sleep_until_told, &told), 0);
    assert_int_equal(yield_fiber(), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(told, -ECANCELED);
    return 0;
}

struct stubborn {
    struct list queue;
    int first, second, third, yielded, cancelled;
};

static int park_again_and_again(void *arg)
{
    struct stubborn *s = arg;
    s->first = park_on(&s->queue, CLOCK_NEVER);
    s->second = park_on(&s->queue, CLOCK_NEVER);
    s->third = sleep_until(0);
    s->yielded = yield_fiber();
    s->cancelled = fiber_cancelled();
    return 0;
}

IN_LOOP(once_cancelled_every_later_park_returns_at_once)
{
    struct nursery n;
    struct stubborn s = { 0 };
    list_init(&s.queue);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "stubborn", park_again_and_again, &s), 0);
    assert_int_equal(yield_fiber(), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(s.first, -ECANCELED);
    assert_int_equal(s.second, -ECANCELED);
    assert_int_equal(s.third, -ECANCELED);
    assert_int_equal(s.yielded, -ECANCELED);
    assert_true(s.cancelled);
    assert_true(list_empty(&s.queue));
    return 0;
}

IN_LOOP(what_a_fiber_was_woken_for_is_not_lost_to_cancelling)
{
    struct nursery n;
    struct stubborn s = { 0 };
    list_init(&s.queue);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "stubborn", park_again_and_again, &s), 0);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(wake_one(&s.queue, 11), 1);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(s.first, 11);
    assert_int_equal(s.second, -ECANCELED);
    return 0;
}

struct yielder {
    char *log;
    size_t *n;
    char mark;
};

static int yield_thrice(void *arg)
{
    struct yielder *y = arg;
    for (int i = 0; i < 3; i++) {
        y->log[(*y->n)++] = y->mark;
        assert_int_equal(yield_fiber(), 0);
    }
    return 0;
}

IN_LOOP(yielding_fibers_take_turns)
{
    struct nursery n;
    char log[16] = { 0 };
    size_t length = 0;
    struct yielder y[3] = { { log, &length, 'a' }, { log, &length, 'b' }, { log, &length, 'c' } };
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++)
        assert_int_equal(nursery_spawn(&n, "yielder", yield_thrice, &y[i]), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_string_equal(log, "abcabcabc");
    return 0;
}

// ---- mistakes

static struct waiter lone;

static int park_lone(void *arg)
{
    list_push(arg, &lone.node);
    return park(&lone, 1, CLOCK_NEVER);
}

static int fire_twice(void *arg)
{
    struct nursery n;
    struct list queue;
    (void)arg;
    list_init(&queue);
    nursery_init(&n, "test");
    nursery_spawn_at(&n, "lone", park_lone, &queue, "some.c", 5);
    yield_fiber();
    waiter_fire(&lone, 0);
    waiter_fire(&lone, 0);
    return 0;
}

static bool park_in_a_hook(struct loop_hook *h)
{
    (void)h;
    sleep_until(0);
    return false;
}

static int have_a_hook(void *arg)
{
    struct loop_hook h = { .run = park_in_a_hook };
    (void)arg;
    loop_add_hook(loop_current(), &h);
    return sleep_until(in_ms(10));
}

static void run_mistake(void *arg)
{
    struct loop *l;
    if (loop_new(&l, NULL) == 0)
        loop_run(l, *(int (**)(void *))arg, NULL);
}

static void says_and_aborts(int (*mistake)(void *arg), const char *what)
{
    static char text[4096];
    int status = dying(run_mistake, &mistake, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    if (!strstr(text, what))
        fail_msg("'%s' is not in: %s", what, text);
}

static void waking_a_fiber_that_is_not_parked_is_refused(void **state)
{
    (void)state;
    says_and_aborts(fire_twice, "waiter_fire: fiber 'lone' (spawned at some.c:5) is not parked");
}

static void parking_on_the_stack_of_the_loop_is_refused(void **state)
{
    (void)state;
    says_and_aborts(have_a_hook, "sleep_until: called from the loop's own stack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wake_one_wakes_the_one_that_came_first),
        cmocka_unit_test(a_deadline_ends_the_wait_and_leaves_the_queue_empty),
        cmocka_unit_test(fibers_wake_in_the_order_of_their_deadlines),
        cmocka_unit_test(of_two_queues_the_first_to_fire_counts_and_both_are_left),
        cmocka_unit_test(deadline_in_the_past_lets_others_run),
        cmocka_unit_test(deadline_in_the_past_can_still_be_met_by_those_who_run_first),
        cmocka_unit_test(sleeping_until_a_time_that_has_passed_succeeds),
        cmocka_unit_test(cancelling_wakes_a_parked_fiber),
        cmocka_unit_test(once_cancelled_every_later_park_returns_at_once),
        cmocka_unit_test(what_a_fiber_was_woken_for_is_not_lost_to_cancelling),
        cmocka_unit_test(yielding_fibers_take_turns),
        cmocka_unit_test(waking_a_fiber_that_is_not_parked_is_refused),
        cmocka_unit_test(parking_on_the_stack_of_the_loop_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

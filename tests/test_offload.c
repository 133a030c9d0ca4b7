// SPDX-License-Identifier: MIT
#include "check.h"
#include "fiber/annotate.h"
#include "in_loop.h"
#include "sched/offload.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static int add_one(void *arg)
{
    int *v = arg;
    return ++*v;
}

IN_LOOP(work_is_done_on_another_thread_and_its_result_comes_back)
{
    int v = 41;
    assert_int_equal(offload(add_one, &v), 42);
    assert_int_equal(v, 42);
    return 0;
}

struct held {
    atomic_int started, finish, done;
    int told;
};

static int hold(void *arg)
{
    struct held *h = arg;
    atomic_store(&h->started, 1);
    while (!atomic_load(&h->finish))
        usleep(1000);
    atomic_store(&h->done, 1);
    return 17;
}

static int hold_elsewhere(void *arg)
{
    struct held *h = arg;
    h->told = offload(hold, h);
    return 0;
}

// Lets other fibers and threads get on until it is so.
static void until(atomic_int *so)
{
    while (!atomic_load(so))
        assert_int_equal(sleep_until(in_ms(1)), 0);
}

IN_LOOP(the_loop_goes_on_while_threads_block_side_by_side)
{
    struct nursery n;
    struct held h[8] = { 0 };
    nursery_init(&n, "test");
    for (int i = 0; i < 8; i++)
        assert_int_equal(nursery_spawn(&n, "holder", hold_elsewhere, &h[i]), 0);
    for (int i = 0; i < 8; i++)
        until(&h[i].started);
    for (int i = 0; i < 8; i++) {
        assert_false(atomic_load(&h[i].done));
        atomic_store(&h[i].finish, 1);
    }
    return nursery_close(&n);
}

static atomic_int at_once, most_at_once;

static int count_company(void *arg)
{
    (void)arg;
    int now = atomic_fetch_add(&at_once, 1) + 1, most = atomic_load(&most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now))
        ;
    usleep(2000);
    atomic_fetch_sub(&at_once, 1);
    return 0;
}

static int company(void *arg)
{
    return offload(count_company, arg);
}

IN_LOOP(never_more_than_sixteen_threads)
{
    struct nursery n;
    nursery_init(&n, "test");
    for (int i = 0; i < 200; i++)
        assert_int_equal(nursery_spawn(&n, "worker", company, NULL), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_in_range(atomic_load(&most_at_once), 2, 16);
    return 0;
}

IN_LOOP(cancelling_waits_for_work_that_a_thread_has_taken_up)
{
    struct nursery n;
    struct held h = { 0 };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "holder", hold_elsewhere, &h), 0);
    until(&h.started);
    nursery_cancel(&n);
    assert_int_equal(sleep_until(in_ms(20)), 0);
    assert_int_equal(n.living, 1);
    atomic_store(&h.finish, 1);
    assert_int_equal(nursery_close(&n), 0);
    assert_true(atomic_load(&h.done));
    assert_int_equal(h.told, 17);
    return 0;
}

IN_LOOP(cancelling_takes_back_work_that_no_thread_has_taken_up)
{
    enum { HELD = 16, WAITING = 4 };
    struct nursery busy, waiting;
    struct held h[HELD + WAITING] = { 0 };
    nursery_init(&busy, "busy");
    nursery_init(&waiting, "waiting");
    for (int i = 0; i < HELD; i++)
        assert_int_equal(nursery_spawn(&busy, "holder", hold_elsewhere, &h[i]), 0);
    for (int i = 0; i < HELD; i++)
        until(&h[i].started);
    for (int i = HELD; i < HELD + WAITING; i++)
        assert_int_equal(nursery_spawn(&waiting, "waiting", hold_elsewhere, &h[i]), 0);
    assert_int_equal(sleep_until(in_ms(10)), 0);
    nursery_cancel(&waiting);
    assert_int_equal(nursery_close(&waiting), 0); // though every thread is held
    for (int i = HELD; i < HELD + WAITING; i++) {
        assert_int_equal(h[i].told, -ECANCELED);
        assert_false(atomic_load(&h[i].started));
    }
    for (int i = 0; i < HELD; i++)
        atomic_store(&h[i].finish, 1);
    return nursery_close(&busy);
}

static int offload_some(void *arg)
{
    for (int i = 0; i < 100; i++) {
        int v = i;
        if (offload(add_one, &v) != i + 1)
            return -EINVAL;
    }
    ++*(int *)arg;
    return 0;
}

static void *thread_with_a_loop(void *arg)
{
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return NULL;
    loop_run(l, offload_some, arg);
    loop_free(l);
    return NULL;
}

static void several_loops_share_the_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    int done[4] = { 0 };
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thread_with_a_loop, &done[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(done[i], 1);
    }
}

static void a_forked_child_starts_threads_of_its_own(void **state)
{
    (void)state;
#ifdef ANNOTATE_TSAN
    skip(); // ThreadSanitizer cannot start threads there
#endif
    pid_t child = fork();
    if (child == 0) {
        int done = 0;
        thread_with_a_loop(&done);
        _exit(done == 1 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_done_on_another_thread_and_its_result_comes_back),
        cmocka_unit_test(the_loop_goes_on_while_threads_block_side_by_side),
        cmocka_unit_test(never_more_than_sixteen_threads),
        cmocka_unit_test(cancelling_waits_for_work_that_a_thread_has_taken_up),
        cmocka_unit_test(cancelling_takes_back_work_that_no_thread_has_taken_up),
        cmocka_unit_test(several_loops_share_the_threads),
        cmocka_unit_test(a_forked_child_starts_threads_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

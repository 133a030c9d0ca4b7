// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/hoard.h"
#include <pthread.h>
#include <stdatomic.h>

struct kept {
    struct hoard hoard;
    unsigned drops;
    bool used; // while it is, nobody may drop it
};

static bool drop(struct hoard *h)
{
    struct kept *k = list_entry(h, struct kept, hoard);
    assert_false(k->used);
    k->drops++;
    return true;
}

static void what_is_idle_is_dropped_and_what_is_in_use_is_not(void **state)
{
    (void)state;
    struct kept idle = { 0 }, busy = { 0 };
    hoard_init(&idle.hoard, drop);
    hoard_init(&busy.hoard, drop);
    assert_int_equal(hoard_count(), 2);
    hoard_begin(&busy.hoard);
    busy.used = true;
    assert_int_equal(hoard_drop_idle(), 1);
    assert_int_equal(idle.drops, 1);
    busy.used = false;
    hoard_end(&busy.hoard);
    assert_int_equal(hoard_drop_idle(), 2);
    assert_int_equal(idle.drops, 2);
    assert_int_equal(busy.drops, 1);
    hoard_fini(&idle.hoard);
    hoard_fini(&busy.hoard);
    assert_int_equal(hoard_count(), 0);
}

enum { THREADS = 4, ROUNDS = 2000 };
static atomic_uint rounds;

static void *use(void *arg)
{
    struct kept *k = arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        hoard_begin(&k->hoard);
        k->used = true;
        if (i % 16 == 0)
            sched_yield();
        k->used = false;
        hoard_end(&k->hoard);
        atomic_fetch_add(&rounds, 1);
    }
    return NULL;
}

static void threads_that_use_theirs_are_never_disturbed(void **state)
{
    (void)state;
    struct kept kept[THREADS] = { 0 };
    pthread_t thread[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        hoard_init(&kept[i].hoard, drop);
        assert_int_equal(pthread_create(&thread[i], NULL, use, &kept[i]), 0);
    }
    while (atomic_load(&rounds) < THREADS * ROUNDS)
        hoard_drop_idle();
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        hoard_fini(&kept[i].hoard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_idle_is_dropped_and_what_is_in_use_is_not),
        cmocka_unit_test(threads_that_use_theirs_are_never_disturbed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/porter.h"
#include "in_loop.h"
#include "patience.h"
#include "sys/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORTER_GUESTS = 64, PORTER_WORK = 3000 };

struct guest {
    struct porter_guest porter; // first
    unsigned done, seen;        // by its thread; by the loop
    unsigned heard;
};

static struct porter porter;
static struct guest guests[PORTER_GUESTS];
static struct list finished = { &finished, &finished };

static void guest_heard(struct porter_guest *p)
{
    struct guest *g = (struct guest *)p;
    g->heard++;
    g->seen = __atomic_load_n(&g->done, __ATOMIC_RELAXED);
    if (g->seen == PORTER_WORK)
        wake_all(&finished, 0);
}

static void *guest_work(void *arg)
{
    struct guest *g = arg;
    for (unsigned i = 0; i < PORTER_WORK; i++) {
        __atomic_store_n(&g->done, i + 1, __ATOMIC_RELAXED);
        porter_tell(&g->porter);
        if (i % 500 == 0)
            usleep(1);
    }
    return NULL;
}

static bool all_seen(void)
{
    for (unsigned i = 0; i < PORTER_GUESTS; i++)
        if (guests[i].seen != PORTER_WORK)
            return false;
    return true;
}

IN_LOOP(the_last_word_of_each_thread_is_heard)
{
    pthread_t thread[PORTER_GUESTS];
    assert_int_equal(porter_open(&porter, loop_current()), 0);
    for (unsigned i = 0; i < PORTER_GUESTS; i++) {
        guests[i] = (struct guest){ .porter = { .porter = &porter, .heard = guest_heard } };
        assert_int_equal(pthread_create(&thread[i], NULL, guest_work, &guests[i]), 0);
    }
    while (!all_seen())
        assert_int_equal(park_on(&finished, clock_mono() + patience(60 * CLOCK_S)), 0);
    for (unsigned i = 0; i < PORTER_GUESTS; i++) {
        pthread_join(thread[i], NULL);
        assert_in_range(guests[i].heard, 1, PORTER_WORK);
    }
    porter_close(&porter);
    return 0;
}

IN_LOOP(who_was_told_of_often_is_heard_once)
{
    assert_int_equal(porter_open(&porter, loop_current()), 0);
    for (unsigned i = 0; i < 3; i++)
        guests[i] = (struct guest){ .porter = { .porter = &porter, .heard = guest_heard } };
    for (unsigned k = 0; k < 5; k++)
        for (unsigned i = 0; i < 3; i++)
            porter_tell(&guests[i].porter);
    assert_int_equal(sleep_until(clock_mono() + 20 * CLOCK_MS), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(guests[i].heard, 1);
    porter_tell(&guests[1].porter);
    assert_int_equal(sleep_until(clock_mono() + 20 * CLOCK_MS), 0);
    assert_int_equal(guests[0].heard, 1);
    assert_int_equal(guests[1].heard, 2);
    porter_close(&porter);
    porter_close(&porter);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_told_of_often_is_heard_once),
        cmocka_unit_test(the_last_word_of_each_thread_is_heard),
    };
    alarm((unsigned)patience(120));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// Hosts that fail: set aside, called back, given up.
#include "frontier_fixture.h"
#include <stdio.h>
#include <string.h>

static void who_is_set_aside_is_left_alone_and_then_tried_once(void **state)
{
    (void)state;
    make(8, 0);
    for (int k = 0; k < 4; k++)
        add("http://127.0.0.1/x", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    fail_host(h, HEALTH_ILL, 0);
    assert_int_equal(frontier_set_aside(&f, h, 10 * CLOCK_S, 0), 0);
    frontier_ended(&f, h, 0, 0);
    item_free(i);
    assert_next(NULL, 0);
    assert_int_equal(frontier_due(&f), 10 * CLOCK_S);
    frontier_advance(&f, 10 * CLOCK_S);
    i = frontier_next(&f, 10 * CLOCK_S);
    assert_non_null(i);
    assert_next(NULL, 10 * CLOCK_S);
    health_good(&h->conduct->health, &f.network, 10 * CLOCK_S);
    frontier_ended(&f, h, 10 * CLOCK_S, 0);
    item_free(i);
    i = frontier_next(&f, 10 * CLOCK_S);
    assert_non_null(i);
    assert_next("/x", 10 * CLOCK_S);
    frontier_ended(&f, h, 10 * CLOCK_S, 0);
    item_free(i);
    drain(NULL);
}

static void who_answers_all_the_same_is_back_at_once(void **state)
{
    (void)state;
    make(8, 0);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.1/2", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    fail_host(h, HEALTH_ILL, 0);
    assert_int_equal(frontier_set_aside(&f, h, 10 * CLOCK_S, 0), 0);
    assert_next(NULL, 0);
    health_good(&h->conduct->health, &f.network, 1);
    frontier_recall(&f, h, 1);
    frontier_ended(&f, h, 1, 0);
    item_free(i);
    assert_next("/2", 1);
    drain(NULL);
}

static void when_the_network_is_back_all_come_back_soon(void **state)
{
    char url[40];
    (void)state;
    make(8, 0);
    for (int k = 1; k <= 200; k++) {
        snprintf(url, sizeof url, "http://127.0.0.%d/", k);
        add(url, 0);
        struct item *i = frontier_next(&f, 0);
        struct host *h = i->host;
        fail_host(h, HEALTH_ILL, 0);
        assert_int_equal(frontier_set_aside(&f, h, k * 100 * CLOCK_S, 0), 0);
        assert_int_equal(frontier_add(&f, i, true, 0), 0);
        frontier_ended(&f, h, 0, 0);
    }
    frontier_recall_all(&f, CLOCK_S, 10 * CLOCK_S, 7);
    frontier_advance(&f, 11 * CLOCK_S);
    for (int k = 1; k <= 200; k++)
        assert_next("/", 11 * CLOCK_S);
    drain(NULL);
}

static void whatever_is_queued_for_who_is_given_up_comes_out(void **state)
{
    (void)state;
    make(1, 0);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.1/2", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    frontier_give_up(&f, h, 0);
    frontier_ended(&f, h, 0, 0);
    item_free(i);
    assert_next(NULL, 0);
    assert_ptr_equal(frontier_lost(&f), h);
    item_free(frontier_take(&f, h, 0));
    assert_null(frontier_lost(&f));
    add("http://127.0.0.1/3", 0);
    assert_ptr_equal(frontier_lost(&f), h);
    item_free(frontier_take(&f, h, 0));
    drain(NULL);
}

static void all_that_waits_can_be_drained(void **state)
{
    (void)state;
    manners.robots = true;
    make(1, CLOCK_S);
    add("http://127.0.0.1/asking", 0);
    add("http://127.0.0.2/asked", 0);
    add("http://127.0.0.3/aside", 0);
    add("http://127.0.0.4/lost", 0);
    add("http://a.test/unopened", 0);
    assert_next(NULL, 0);
    struct host *h = NULL;
    for (int k = 0; k < 3; k++) {
        h = frontier_asking(&f);
        assert_non_null(h);
        if (strstr(h->origin, "127.0.0.3")) {
            fail_host(h, 1, 0);
            assert_int_equal(frontier_set_aside(&f, h, CLOCK_S, 0), 0);
        }
        frontier_asked(&f, h, 0);
    }
    h = frontier_asking(&f);
    frontier_give_up(&f, h, 0);
    frontier_asked(&f, h, 0);
    assert_int_equal(f.waiting, 5);
    drain(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_is_set_aside_is_left_alone_and_then_tried_once, reset),
        cmocka_unit_test_setup(who_answers_all_the_same_is_back_at_once, reset),
        cmocka_unit_test_setup(when_the_network_is_back_all_come_back_soon, reset),
        cmocka_unit_test_setup(whatever_is_queued_for_who_is_given_up_comes_out, reset),
        cmocka_unit_test_setup(all_that_waits_can_be_drained, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

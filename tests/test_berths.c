// SPDX-License-Identifier: MIT
#include "check.h"
#include "crawl/berths.h"
#include "engine/lane.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <stdlib.h>

// Engines whose lanes take everything and give nothing; what is under way is ended by hand.
static int berths_send(struct lane *l, const struct job *job)
{
    (void)l, (void)job;
    return 0;
}

static const struct outcome *berths_receive(struct lane *l)
{
    (void)l;
    static const struct outcome one;
    return &one;
}

enum { BERTHS_LANES = 64 };
static struct engine engines[CRAWL_ENGINES];
static struct lane lanes[CRAWL_ENGINES][BERTHS_LANES];
static struct berths berths;

static void engine_with(unsigned k, unsigned count, unsigned size)
{
    static const struct lane_ops ops = { berths_send, berths_receive };
    engine_init(&engines[k], "test", NULL);
    engines[k].number = k;
    for (unsigned i = 0; i < count; i++)
        lane_init(&lanes[k][i], &engines[k], &ops, size);
    assert_int_equal(berths_add(&berths, &engines[k]), 0);
}

static int anew(void **state)
{
    (void)state;
    berths = (struct berths){ .turn = 0 };
    return 0;
}

static int gone(void **state)
{
    (void)state;
    berths_fini(&berths);
    return 0;
}

static void send_to(struct lane *l, uint64_t host)
{
    struct job job = { .host_key = host };
    assert_int_equal(lane_send(l, &job), 0);
    berths_note(&berths, l);
}

static void end_at(struct lane *l)
{
    assert_non_null(lane_receive(l));
    berths_note(&berths, l);
}

static struct lane *choose(struct lane *last, uint64_t key, unsigned in_flight)
{
    struct berths_host h = { .last = last, .key = key, .in_flight = in_flight };
    return berths_choose(&berths, &h);
}

static void new_hosts_are_dealt_out_in_turn(void **state)
{
    (void)state;
    engine_with(0, 4, 8);
    for (unsigned i = 0; i < 32; i++) {
        struct lane *l = choose(NULL, i, 0);
        assert_ptr_equal(l, &lanes[0][i % 4]);
        send_to(l, i);
    }
    assert_false(berths_any(&berths));
    assert_null(choose(NULL, 99, 0));
    end_at(&lanes[0][2]);
    assert_ptr_equal(choose(NULL, 99, 0), &lanes[0][2]);
}

static void a_host_stays_with_a_loop_where_it_has_work(void **state)
{
    (void)state;
    engine_with(0, 2, 100);
    struct lane *l = choose(NULL, 1, 0);
    for (unsigned i = 0; i < 8; i++) {
        assert_ptr_equal(choose(i ? l : NULL, 1, i), l);
        send_to(l, 1);
    }
    // So many at once are too many for one of them.
    assert_ptr_not_equal(choose(l, 1, 8), l);
    struct berths_host h2 = { .last = l, .key = 1, .in_flight = 8, .one = true };
    assert_ptr_equal(berths_choose(&berths, &h2), l);
}

static void a_host_without_work_leaves_a_loop_that_is_much_fuller(void **state)
{
    (void)state;
    engine_with(0, 2, 100);
    for (unsigned i = 0; i < 8; i++)
        send_to(&lanes[0][0], 7);
    assert_ptr_equal(choose(&lanes[0][0], 1, 0), &lanes[0][0]);
    for (unsigned i = 0; i < 8; i++)
        send_to(&lanes[0][0], 7);
    assert_ptr_equal(choose(&lanes[0][0], 1, 0), &lanes[0][1]);
    assert_ptr_equal(choose(&lanes[0][0], 1, 1), &lanes[0][0]);
}

static void a_host_returns_to_a_worker_whose_last_job_was_its_own(void **state)
{
    (void)state;
    engine_with(0, 3, 1);
    send_to(&lanes[0][1], 5);
    assert_ptr_not_equal(choose(&lanes[0][1], 5, 0), &lanes[0][1]); // busy
    end_at(&lanes[0][1]);
    assert_ptr_equal(choose(&lanes[0][1], 5, 0), &lanes[0][1]);
    assert_ptr_equal(choose(&lanes[0][1], 6, 0), &lanes[0][0]);
}

static void a_lane_whose_worker_died_is_passed_by_until_it_is_announced(void **state)
{
    (void)state;
    engine_with(0, 2, 4);
    lanes[0][0].capacity = 0;
    assert_ptr_equal(choose(&lanes[0][0], 1, 0), &lanes[0][1]);
    lanes[0][1].capacity = 0;
    assert_false(berths_any(&berths));
    assert_null(choose(NULL, 1, 0));
    lanes[0][0].capacity = 4;
    berths_note(&berths, &lanes[0][0]);
    assert_ptr_equal(choose(NULL, 1, 0), &lanes[0][0]);
}

static void a_lane_that_lacks_something_comes_last(void **state)
{
    (void)state;
    engine_with(0, 2, 4);
    lanes[0][0].lacks = true;
    berths_note(&berths, &lanes[0][0]);
    for (unsigned i = 0; i < 4; i++) {
        assert_ptr_equal(choose(&lanes[0][0], 1, 0), &lanes[0][1]);
        send_to(&lanes[0][1], 1);
    }
    assert_ptr_equal(choose(NULL, 1, 0), &lanes[0][0]);
}

static void engines_fill_by_their_size(void **state)
{
    (void)state;
    engine_with(0, 1, 256);
    engine_with(1, 32, 1);
    engine_with(2, 8, 1);
    for (unsigned i = 0; i < 148; i++)
        send_to(choose(NULL, i, 0), i);
    assert_in_range(engines[0].busy, 126, 130);
    assert_in_range(engines[1].busy, 15, 17);
    assert_in_range(engines[2].busy, 3, 5);
    for (unsigned i = 148; i < 296; i++)
        send_to(choose(NULL, i, 0), i);
    assert_false(berths_any(&berths));
    assert_int_equal(engines[0].busy, 256);
    end_at(&lanes[1][7]);
    assert_ptr_equal(choose(NULL, 999, 0), &lanes[1][7]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_hosts_are_dealt_out_in_turn, anew, gone),
        cmocka_unit_test_setup_teardown(a_host_stays_with_a_loop_where_it_has_work, anew, gone),
        cmocka_unit_test_setup_teardown(a_host_without_work_leaves_a_loop_that_is_much_fuller, anew,
                                        gone),
        cmocka_unit_test_setup_teardown(a_host_returns_to_a_worker_whose_last_job_was_its_own, anew,
                                        gone),
        cmocka_unit_test_setup_teardown(a_lane_whose_worker_died_is_passed_by_until_it_is_announced,
                                        anew, gone),
        cmocka_unit_test_setup_teardown(a_lane_that_lacks_something_comes_last, anew, gone),
        cmocka_unit_test_setup_teardown(engines_fill_by_their_size, anew, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "resolve/upstreams.h"
#include "sys/clock.h"

// Choosing a server, without asking any: no loop is needed.
static struct upstreams *three(void)
{
    struct servers s;
    struct upstreams *u;
    char why[64];
    assert_int_equal(servers_parse(&s, "192.0.2.1,192.0.2.2,192.0.2.3", why, sizeof why), 0);
    assert_int_equal(upstreams_new(&u, NULL, &s, CLOCK_S), 0);
    return u;
}

static void miss(struct upstreams *u, unsigned i, int64_t now)
{
    for (int n = 0; n < UPSTREAMS_MISSES; n++)
        upstreams_missed(u, i, now - 1, now);
}

static void servers_are_asked_in_their_order_and_round_again(void **state)
{
    (void)state;
    struct upstreams *u = three();
    uint32_t tried = 0;
    for (int i = 0; i < 7; i++)
        assert_int_equal(upstreams_pick(u, &tried, 0, 0), i % 3);
    tried = 0; // another question starts with the first one again
    assert_int_equal(upstreams_pick(u, &tried, 0, 0), 0);
    upstreams_free(u);
}

static void servers_that_are_done_are_not_asked(void **state)
{
    (void)state;
    struct upstreams *u = three();
    uint32_t tried = 0;
    assert_int_equal(upstreams_pick(u, &tried, 1, 0), 1);
    assert_int_equal(upstreams_pick(u, &tried, 1, 0), 2);
    assert_int_equal(upstreams_pick(u, &tried, 1, 0), 1);
    assert_int_equal(upstreams_pick(u, &tried, 7, 0), -1);
    upstreams_free(u);
}

static void a_silent_server_is_asked_last_for_a_while(void **state)
{
    (void)state;
    struct upstreams *u = three();
    uint32_t tried = 0;
    miss(u, 0, 10 * CLOCK_S);
    assert_int_equal(upstreams_well(u, 10 * CLOCK_S), 6);
    assert_int_equal(upstreams_pick(u, &tried, 0, 10 * CLOCK_S), 1);
    assert_int_equal(upstreams_pick(u, &tried, 0, 10 * CLOCK_S), 2);
    assert_int_equal(upstreams_pick(u, &tried, 0, 10 * CLOCK_S), 0);
    tried = 0;
    assert_int_equal(upstreams_pick(u, &tried, 0, 15 * CLOCK_S), 0);
    upstreams_free(u);
}

static void silence_again_lasts_twice_as_long_up_to_a_minute(void **state)
{
    (void)state;
    struct upstreams *u = three();
    int64_t now = 100 * CLOCK_S;
    static const int64_t expected[] = { 5, 10, 20, 40, 60, 60 };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        miss(u, 0, now);
        assert_int_equal(u->at[0].down_until - now, expected[i] * CLOCK_S);
        now = u->at[0].down_until;
    }
    upstreams_heard(u, 0, now);
    miss(u, 0, now + 2);
    assert_int_equal(u->at[0].down_until - now - 2, 5 * CLOCK_S);
    upstreams_free(u);
}

static void any_answer_makes_a_server_well(void **state)
{
    (void)state;
    struct upstreams *u = three();
    miss(u, 0, 10 * CLOCK_S);
    upstreams_heard(u, 0, 11 * CLOCK_S);
    assert_int_equal(upstreams_well(u, 11 * CLOCK_S), 7);
    // Silence to one question is nothing when another was answered meanwhile.
    for (int i = 0; i < 10; i++)
        upstreams_missed(u, 0, 11 * CLOCK_S - 1, 12 * CLOCK_S);
    assert_int_equal(upstreams_well(u, 12 * CLOCK_S), 7);
    upstreams_free(u);
}

static void a_crowd_that_is_refused_again_costs_patience_once(void **state)
{
    (void)state;
    struct upstreams *u = three();
    int64_t now = 10 * CLOCK_S;
    for (int i = 0; i < 1000; i++)
        upstreams_refused_again(u, 0, now + i * CLOCK_MS);
    assert_int_equal(u->at[0].patience, UPSTREAMS_PATIENCE - 1);
    assert_int_equal(u->at[1].patience, UPSTREAMS_PATIENCE);
    for (int i = 1; i < 2 * UPSTREAMS_PATIENCE; i++)
        upstreams_refused_again(u, 0, now + i * CLOCK_S);
    assert_int_equal(u->at[0].patience, 0);
    upstreams_helped(u, 0, true);
    assert_int_equal(u->at[0].patience, UPSTREAMS_PATIENCE);
    upstreams_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_asked_in_their_order_and_round_again),
        cmocka_unit_test(servers_that_are_done_are_not_asked),
        cmocka_unit_test(a_silent_server_is_asked_last_for_a_while),
        cmocka_unit_test(silence_again_lasts_twice_as_long_up_to_a_minute),
        cmocka_unit_test(any_answer_makes_a_server_well),
        cmocka_unit_test(a_crowd_that_is_refused_again_costs_patience_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

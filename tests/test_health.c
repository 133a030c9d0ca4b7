// SPDX-License-Identifier: MIT
// When a host is set aside and given up; and that a network that is down is no host's fault.
#include "check.h"
#include "frontier/health.h"
#include "sys/clock.h"

enum { MINUTE_S = 60 };
#define LIMIT (10 * MINUTE_S * CLOCK_S)

static void it_is_ill_after_some_failures_in_a_row(void **state)
{
    struct health_network n = { 0 };
    struct health h = { 0 };
    (void)state;
    for (int k = 1; k < HEALTH_ILL; k++)
        health_bad(&h, &n, false, k);
    assert_false(health_is_ill(&h));
    health_good(&h, &n, HEALTH_ILL);
    for (int k = 1; k < HEALTH_ILL; k++)
        health_bad(&h, &n, false, 10 + k);
    assert_false(health_is_ill(&h));
    health_bad(&h, &n, true, 20);
    assert_true(health_is_ill(&h));
    health_good(&h, &n, 21);
    assert_false(health_is_ill(&h));
}

static void pauses_grow_to_ten_minutes(void **state)
{
    struct health_network n = { 0 };
    struct health h = { 0 };
    int64_t want = CLOCK_S;
    (void)state;
    for (int k = 0; k < 30; k++) {
        struct health copy = h;
        assert_int_equal(health_pause(&h, &n, 0), want);
        int64_t shortest = health_pause(&copy, &n, (uint64_t)want / 2 - 1);
        assert_in_range(shortest, want / 2, want / 2 + 1);
        want = want * 2 > 600 * CLOCK_S ? 600 * CLOCK_S : want * 2;
    }
}

static void it_is_given_up_when_it_has_failed_for_the_limit(void **state)
{
    struct health_network n = { 0 };
    struct health h = { 0 };
    (void)state;
    for (int64_t t = MINUTE_S * CLOCK_S; t < LIMIT + MINUTE_S * CLOCK_S; t += MINUTE_S * CLOCK_S) {
        health_bad(&h, &n, false, t);
        assert_false(health_is_lost(&h, LIMIT));
    }
    health_bad(&h, &n, false, LIMIT + MINUTE_S * CLOCK_S);
    assert_true(health_is_lost(&h, LIMIT));
    health_good(&h, &n, LIMIT + 2 * MINUTE_S * CLOCK_S);
    assert_false(health_is_lost(&h, LIMIT));
}

static void one_silent_host_is_given_up_as_well(void **state)
{
    struct health_network n = { 0 };
    struct health h = { 0 };
    (void)state;
    health_bad(&h, &n, true, CLOCK_S);
    health_bad(&h, &n, true, CLOCK_S + LIMIT);
    assert_true(health_is_lost(&h, LIMIT));
}

static void a_silent_host_among_others_that_answer_is_given_up(void **state)
{
    struct health_network n = { 0 };
    struct health ill[10] = { { 0 } }, well = { 0 };
    (void)state;
    for (int64_t t = CLOCK_S; t <= LIMIT + CLOCK_S; t += CLOCK_S) {
        for (int k = 0; k < 10; k++)
            health_bad(&ill[k], &n, true, t);
        health_good(&well, &n, t + 1);
    }
    for (int k = 0; k < 10; k++)
        assert_true(health_is_lost(&ill[k], LIMIT));
    assert_false(health_is_outage(&n));
}

// All were well; then nobody answers for hours.
static void nobody_is_given_up_when_all_fall_silent_at_once(void **state)
{
    struct health_network n = { 0 };
    struct health h[100] = { { 0 } };
    (void)state;
    for (int k = 0; k < 100; k++)
        health_good(&h[k], &n, CLOCK_S);
    for (int64_t t = 2 * CLOCK_S; t < 20 * LIMIT; t += MINUTE_S * CLOCK_S)
        for (int k = 0; k < 100; k++) {
            health_bad(&h[k], &n, true, t + k);
            assert_false(health_is_lost(&h[k], LIMIT));
        }
    assert_true(health_is_outage(&n));
    // The network is back: one that stays silent is given up after the limit, counted from now.
    int64_t back = 20 * LIMIT, t;
    for (t = back; t < back + LIMIT; t += MINUTE_S * CLOCK_S) {
        health_good(&h[0], &n, t);
        health_bad(&h[1], &n, true, t + 1);
        assert_false(health_is_lost(&h[1], LIMIT));
    }
    assert_false(health_is_outage(&n));
    for (int k = 0; k < 2; k++, t += MINUTE_S * CLOCK_S) {
        health_good(&h[0], &n, t);
        health_bad(&h[1], &n, true, t + 1);
    }
    assert_true(health_is_lost(&h[1], LIMIT));
}

// What failed before the network did, and fails again when it is back, has not failed all the time.
static void the_time_without_a_network_counts_for_nobody(void **state)
{
    struct health_network n = { 0 };
    struct health broken = { 0 }, others[HEALTH_SILENT] = { { 0 } };
    (void)state;
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_good(&others[k], &n, CLOCK_S);
    health_bad(&broken, &n, false, 2 * CLOCK_S);
    for (int64_t t = 3 * CLOCK_S; t < 2 * LIMIT; t += MINUTE_S * CLOCK_S) {
        health_bad(&broken, &n, true, t);
        health_pause(&broken, &n, 0);
        for (int k = 0; k < HEALTH_SILENT; k++)
            health_bad(&others[k], &n, true, t);
    }
    health_good(&others[0], &n, 2 * LIMIT);
    health_bad(&broken, &n, false, 2 * LIMIT + 5 * CLOCK_S);
    assert_in_range(broken.blamed, 0, 6 * CLOCK_S);
    assert_int_equal(health_pause(&broken, &n, 0), CLOCK_S);
    assert_false(health_is_ill(&broken));
    health_bad(&broken, &n, false, 2 * LIMIT + 7 * CLOCK_S);
    assert_in_range(broken.blamed, 7 * CLOCK_S, 8 * CLOCK_S);
}

// Where hosts are treated all alike.
static void silence_alone_tells_of_the_network_and_makes_nobody_ill(void **state)
{
    struct health_network n = { 0 };
    struct health some[HEALTH_SILENT] = { { 0 } }, stranger = { 0 };
    (void)state;
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_good(&some[k], &n, CLOCK_S);
    for (int k = 0; k < HEALTH_SILENT; k++) {
        assert_false(health_is_cut_off(&n));
        health_silent(&stranger, &n, 2 * CLOCK_S);
        health_silent(&some[k], &n, (2 + k) * CLOCK_S);
        health_silent(&some[k], &n, (2 + k) * CLOCK_S);
    }
    assert_true(health_is_cut_off(&n));
    assert_int_equal(n.cut_off, (1 + HEALTH_SILENT) * CLOCK_S);
    for (int k = 0; k < 2 * HEALTH_ILL; k++)
        health_silent(&some[0], &n, 90 * CLOCK_S);
    assert_int_equal(n.cut_off, (1 + HEALTH_SILENT) * CLOCK_S);
    assert_false(health_is_ill(&some[0]));
    assert_int_equal(some[0].blamed, 0);
    health_good(&some[1], &n, 91 * CLOCK_S);
    assert_false(health_is_cut_off(&n));
}

static void a_short_silence_of_all_is_no_reason_to_ask_everybody_again(void **state)
{
    struct health_network n = { 0 };
    struct health some[HEALTH_SILENT] = { { 0 } };
    (void)state;
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_good(&some[k], &n, CLOCK_S);
    assert_false(health_is_over(&n, 100 * CLOCK_S)); // nobody was silent
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_bad(&some[k], &n, true, 2 * CLOCK_S);
    assert_false(health_is_over(&n, HEALTH_QUIET_S * CLOCK_S));
    assert_true(health_is_over(&n, (1 + HEALTH_QUIET_S) * CLOCK_S));
}

// One host, and the cable is pulled at this end: the machine knows.
static void a_machine_without_a_way_blames_nobody(void **state)
{
    struct health_network n = { 0 };
    struct health only = { 0 };
    int64_t t = 2 * CLOCK_S;
    (void)state;
    assert_false(health_look(&n, false, 1)); // nobody was ever heard of
    assert_false(health_is_outage(&n));
    health_good(&only, &n, CLOCK_S);
    for (; t < 2 * LIMIT; t += MINUTE_S * CLOCK_S) {
        assert_false(health_look(&n, false, t));
        health_bad(&only, &n, true, t);
        assert_in_range(health_pause(&only, &n, 0), CLOCK_S, HEALTH_PROBE_S * CLOCK_S);
    }
    assert_true(health_is_cut_off(&n));
    assert_int_equal(n.cut_off, 2 * CLOCK_S);
    assert_false(health_is_lost(&only, LIMIT));
    // There is a way again, and it stays silent: from now on that is its own time.
    int64_t back = t;
    assert_true(health_look(&n, true, back));
    assert_false(health_is_outage(&n));
    assert_false(health_is_cut_off(&n));
    health_bad(&only, &n, true, back);
    assert_int_equal(health_pause(&only, &n, 0), CLOCK_S);
    assert_int_equal(only.blamed, 0);
    assert_false(health_look(&n, true, back + LIMIT));
    health_bad(&only, &n, true, back + LIMIT);
    assert_true(health_is_lost(&only, LIMIT));
}

static void a_way_that_is_lost_for_moments_is_no_reason_to_ask_everybody_again(void **state)
{
    struct health_network n = { 0 };
    struct health some[HEALTH_SILENT] = { { 0 } };
    (void)state;
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_good(&some[k], &n, CLOCK_S);
    health_look(&n, false, 2 * CLOCK_S);
    assert_true(health_is_cut_off(&n));
    assert_false(health_look(&n, true, 3 * CLOCK_S));
    assert_false(health_is_cut_off(&n));
    // That there is a way does not mean that there is a network.
    health_look(&n, false, 4 * CLOCK_S);
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_bad(&some[k], &n, true, 5 * CLOCK_S);
    health_look(&n, true, 20 * CLOCK_S);
    assert_true(health_is_cut_off(&n));
    assert_int_equal(n.cut_off, 4 * CLOCK_S);
    health_good(&some[0], &n, 21 * CLOCK_S);
    assert_false(health_is_outage(&n));
}

// At the end of a run nobody may be left but hosts that never answered: that is not the network.
static void those_that_never_answered_tell_nothing_of_the_network(void **state)
{
    struct health_network n = { 0 };
    struct health dead[50] = { { 0 } }, well[HEALTH_SILENT] = { { 0 } };
    (void)state;
    for (int k = 0; k < HEALTH_SILENT; k++)
        health_good(&well[k], &n, CLOCK_S);
    for (int64_t t = 2 * CLOCK_S; t <= LIMIT + 2 * CLOCK_S; t += CLOCK_S)
        for (int k = 0; k < 50; k++)
            health_bad(&dead[k], &n, true, t);
    for (int k = 0; k < 50; k++)
        assert_true(health_is_lost(&dead[k], LIMIT));
    assert_false(health_is_cut_off(&n));
    // But when those fall silent that did answer, each counts once.
    for (int k = 0; k < HEALTH_SILENT; k++) {
        assert_false(health_is_cut_off(&n));
        health_bad(&well[k], &n, true, 2 * LIMIT);
        health_bad(&well[k], &n, true, 2 * LIMIT + 1);
    }
    assert_true(health_is_cut_off(&n));
}

static void a_run_in_which_nobody_ever_answers_ends_some_day(void **state)
{
    struct health_network n = { 0 };
    struct health h[5] = { { 0 } };
    (void)state;
    bool lost = false;
    int64_t t = CLOCK_S;
    for (; !lost && t < 100 * LIMIT; t += LIMIT / 4)
        for (int k = 0; k < 5; k++) {
            health_bad(&h[k], &n, true, t);
            lost = health_is_lost(&h[k], LIMIT);
        }
    assert_true(lost);
    assert_in_range(t, HEALTH_OUTAGE * LIMIT, (HEALTH_OUTAGE + 1) * LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_ill_after_some_failures_in_a_row),
        cmocka_unit_test(pauses_grow_to_ten_minutes),
        cmocka_unit_test(it_is_given_up_when_it_has_failed_for_the_limit),
        cmocka_unit_test(one_silent_host_is_given_up_as_well),
        cmocka_unit_test(a_silent_host_among_others_that_answer_is_given_up),
        cmocka_unit_test(nobody_is_given_up_when_all_fall_silent_at_once),
        cmocka_unit_test(the_time_without_a_network_counts_for_nobody),
        cmocka_unit_test(silence_alone_tells_of_the_network_and_makes_nobody_ill),
        cmocka_unit_test(a_short_silence_of_all_is_no_reason_to_ask_everybody_again),
        cmocka_unit_test(a_machine_without_a_way_blames_nobody),
        cmocka_unit_test(a_way_that_is_lost_for_moments_is_no_reason_to_ask_everybody_again),
        cmocka_unit_test(those_that_never_answered_tell_nothing_of_the_network),
        cmocka_unit_test(a_run_in_which_nobody_ever_answers_ends_some_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

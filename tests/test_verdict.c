// SPDX-License-Identifier: MIT
#include "check.h"
#include "resolve/verdict.h"
#include "sys/clock.h"
#include <stdio.h>

enum { NOW = 1000000000, LATER = 2000000000 };

static struct finding found(enum finding_kind kind, int64_t at, int64_t expires)
{
    return (struct finding){ .kind = kind, .at = at, .expires = expires, .server = "192.0.2.53" };
}

static struct finding addresses(int family, unsigned count, int64_t expires)
{
    struct finding f = found(FINDING_ADDRESSES, NOW, expires);
    f.count = count;
    for (unsigned i = 0; i < count; i++)
        f.address[i] = (struct address){ (uint8_t)family, { (uint8_t)i } };
    return f;
}

static const struct finding unknown = { .kind = FINDING_UNKNOWN };
static const struct finding unwanted = { .kind = FINDING_UNWANTED };

static void both_answers_are_waited_for(void **state)
{
    (void)state;
    struct finding none = found(FINDING_EMPTY, NOW, LATER);
    assert_true(verdict_due(&unknown, &unknown) == CLOCK_NEVER);
    assert_true(verdict_due(&none, &unknown) == CLOCK_NEVER);
    assert_true(verdict_due(&unknown, &none) == CLOCK_NEVER);
    assert_int_equal(verdict_due(&none, &none), 0);
    assert_int_equal(verdict_due(&none, &unwanted), 0);
}

static void one_family_with_addresses_waits_fifty_milliseconds_for_the_other(void **state)
{
    (void)state;
    struct finding four = addresses(4, 1, LATER), six = addresses(6, 1, LATER);
    assert_int_equal(verdict_due(&unknown, &four), NOW + 50 * CLOCK_MS);
    assert_int_equal(verdict_due(&six, &unknown), NOW + 50 * CLOCK_MS);
}

static void nxdomain_is_believed_of_the_a_question_only(void **state)
{
    (void)state;
    struct finding gone = found(FINDING_NO_NAME, NOW, LATER);
    assert_int_equal(verdict_due(&unknown, &gone), NOW + 50 * CLOCK_MS);
    assert_true(verdict_due(&gone, &unknown) == CLOCK_NEVER);
}

static void families_take_turns_ipv6_first(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding six = addresses(6, 2, LATER), four = addresses(4, 4, LATER);
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 6);
    static const uint8_t family[] = { 6, 4, 6, 4, 4, 4 }, number[] = { 0, 0, 1, 1, 2, 3 };
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(a.address[i].family, family[i]);
        assert_int_equal(a.address[i].bytes[0], number[i]);
    }
    assert_string_equal(a.server, "192.0.2.53");
    assert_string_equal(a.why, "");
}

static void too_many_addresses_are_cut_fairly(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding six = addresses(6, 16, LATER), four = addresses(4, 16, LATER);
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
    assert_int_equal(a.address[14].family, 6);
    assert_int_equal(a.address[15].family, 4);
}

static void an_answer_lasts_as_long_as_its_shorter_half(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding six = addresses(6, 1, LATER), four = addresses(4, 1, LATER - 7);
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.expires, LATER - 7);
    four.expires = LATER + 7;
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.expires, LATER);
}

static void the_absence_of_one_family_does_not_shorten_the_other(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding none = found(FINDING_EMPTY, NOW, NOW), four = addresses(4, 1, LATER);
    verdict_reach(&a, &none, &four, NOW);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.expires, LATER);
}

static void what_is_there_is_used_when_the_other_failed(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding bad = found(FINDING_FAILED, NOW, 0), six = addresses(6, 1, LATER);
    verdict_reach(&a, &six, &bad, NOW);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 1);
    verdict_reach(&a, &six, &unknown, NOW);
    assert_int_equal(a.status, RESOLVE_FOUND);
}

static void an_address_that_expires_at_once_is_still_found(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding four = addresses(4, 1, NOW);
    verdict_reach(&a, &unwanted, &four, NOW);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.expires, NOW);
}

static void absence_lasts_as_the_servers_said_but_a_second_at_least(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding six = found(FINDING_EMPTY, NOW, NOW + 5 * CLOCK_S);
    struct finding four = found(FINDING_EMPTY, NOW, NOW + 9 * CLOCK_S);
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    assert_int_equal(a.count, 0);
    assert_int_equal(a.expires, NOW + 5 * CLOCK_S);
    assert_string_equal(a.why, "no address, says 192.0.2.53");
    six.expires = NOW;
    verdict_reach(&a, &six, &four, NOW);
    assert_int_equal(a.expires, NOW + CLOCK_S);
    verdict_reach(&a, &six, &unwanted, NOW);
    assert_string_equal(a.why, "no IPv6 address, says 192.0.2.53");
}

static void nxdomain_outweighs_failure_and_failure_outweighs_absence(void **state)
{
    (void)state;
    struct resolve_answer a;
    struct finding gone = found(FINDING_NO_NAME, NOW, LATER), bad = found(FINDING_FAILED, NOW, 0);
    struct finding none = found(FINDING_EMPTY, NOW, LATER), mute = found(FINDING_TIMEOUT, NOW, 0);
    snprintf(bad.why, sizeof bad.why, "SERVFAIL from 192.0.2.53");
    snprintf(mute.why, sizeof mute.why, "no answer from 192.0.2.53");
    verdict_reach(&a, &bad, &gone, NOW);
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    assert_string_equal(a.why, "NXDOMAIN from 192.0.2.53");
    assert_int_equal(a.expires, LATER);
    verdict_reach(&a, &none, &bad, NOW);
    assert_int_equal(a.status, RESOLVE_FAILED);
    assert_string_equal(a.why, "SERVFAIL from 192.0.2.53");
    assert_int_equal(a.expires, NOW + CLOCK_S);
    verdict_reach(&a, &mute, &none, NOW);
    assert_int_equal(a.status, RESOLVE_TIMEOUT);
    assert_string_equal(a.why, "no answer from 192.0.2.53");
    verdict_reach(&a, &mute, &bad, NOW);
    assert_int_equal(a.status, RESOLVE_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_answers_are_waited_for),
        cmocka_unit_test(one_family_with_addresses_waits_fifty_milliseconds_for_the_other),
        cmocka_unit_test(nxdomain_is_believed_of_the_a_question_only),
        cmocka_unit_test(families_take_turns_ipv6_first),
        cmocka_unit_test(too_many_addresses_are_cut_fairly),
        cmocka_unit_test(an_answer_lasts_as_long_as_its_shorter_half),
        cmocka_unit_test(the_absence_of_one_family_does_not_shorten_the_other),
        cmocka_unit_test(what_is_there_is_used_when_the_other_failed),
        cmocka_unit_test(an_address_that_expires_at_once_is_still_found),
        cmocka_unit_test(absence_lasts_as_the_servers_said_but_a_second_at_least),
        cmocka_unit_test(nxdomain_outweighs_failure_and_failure_outweighs_absence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "frontier/retry.h"
#include "sys/clock.h"

static void only_what_may_change_is_tried_again(void **state)
{
    (void)state;
    static const int again[] = { 408, 429, 500, 502, 503, 504 };
    for (int status = 100; status < 600; status++) {
        bool listed = false;
        for (unsigned k = 0; k < sizeof again / sizeof *again; k++)
            listed |= again[k] == status;
        assert_int_equal(retry_worthwhile(FETCH_OK, status), listed);
    }
    assert_true(retry_worthwhile(FETCH_CONNECT_REFUSED, 0));
    assert_true(retry_worthwhile(FETCH_RESET, 0));
    assert_true(retry_worthwhile(FETCH_TIMEOUT, 200));
    assert_false(retry_worthwhile(FETCH_TLS_CERTIFICATE, 0));
    assert_false(retry_worthwhile(FETCH_DNS_NOTFOUND, 0));
    assert_false(retry_worthwhile(FETCH_TOO_LARGE, 200));
    assert_false(retry_worthwhile(FETCH_BLOCKED_ADDRESS, 0));
}

static void a_url_that_may_have_killed_its_worker_gets_one_more_try(void **state)
{
    (void)state;
    assert_true(retry_allowed(5, 0, 5) && !retry_allowed(6, 0, 5));
    assert_true(retry_allowed(1, 1, 5) && !retry_allowed(2, 2, 5));
    assert_true(retry_allowed(3, 1, 5)); // whatever befell it before
    assert_false(retry_allowed(1, 1, 0));
}

static void delays_double_up_to_a_minute_and_differ(void **state)
{
    (void)state;
    for (unsigned attempt = 2; attempt < 40; attempt++) {
        int64_t most = attempt - 2 < 6 ? CLOCK_S << (attempt - 2) : 60 * CLOCK_S;
        assert_int_equal(retry_delay(attempt, 0), most);
        for (uint64_t random = 1; random; random <<= 3)
            assert_in_range(retry_delay(attempt, random * 0x9e3779b9), most / 2, most);
    }
    assert_int_not_equal(retry_delay(2, 12345), retry_delay(2, 54321));
}

static void what_was_tried_more_often_comes_later(void **state)
{
    (void)state;
    assert_int_equal(retry_behind(0), 0);
    for (unsigned n = 1; n < 8; n++)
        assert_true(retry_behind(n) > retry_behind(n - 1));
    assert_int_equal(retry_behind(UINT16_MAX), 8 * CLOCK_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_change_is_tried_again),
        cmocka_unit_test(a_url_that_may_have_killed_its_worker_gets_one_more_try),
        cmocka_unit_test(delays_double_up_to_a_minute_and_differ),
        cmocka_unit_test(what_was_tried_more_often_comes_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

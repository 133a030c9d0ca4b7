// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/nearest.h"
#include <string.h>

static const char *const words[] = { "per-host",   "host-rate", "host-delay", "retry",
                                     "rate",       "max-time",  "resolve",    "connect-timeout",
                                     "max-redirs", "json" };

static const char *meant(const char *typed)
{
    struct nearest n;
    nearest_begin(&n, typed, strlen(typed));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        nearest_offer(&n, words[i]);
    return n.best;
}

static void a_slip_of_the_finger_is_understood(void **state)
{
    (void)state;
    assert_string_equal(meant("perhost"), "per-host");
    assert_string_equal(meant("per_host"), "per-host");
    assert_string_equal(meant("per-hsot"), "per-host");
    assert_string_equal(meant("retyr"), "retry");
    assert_string_equal(meant("retries"), "retry");
    assert_string_equal(meant("resolv"), "resolve");
    assert_string_equal(meant("conect-timeout"), "connect-timeout");
    assert_string_equal(meant("jsom"), "json");
}

static void a_beginning_is_understood(void **state)
{
    (void)state;
    assert_string_equal(meant("connect"), "connect-timeout");
    assert_string_equal(meant("max-redirects"), "max-redirs");
}

static void something_else_is_left_alone(void **state)
{
    (void)state;
    assert_null(meant("zebra"));
    assert_null(meant("x"));
    assert_null(meant(""));
    assert_null(meant("verbose"));
    assert_null(meant("a-name-that-is-a-good-deal-longer-than-any-option-of-ours-could-be"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_finger_is_understood),
        cmocka_unit_test(a_beginning_is_understood),
        cmocka_unit_test(something_else_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

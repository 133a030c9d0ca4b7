// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "web/retry_after.h"
#include <errno.h>

static const int64_t second = INT64_C(1000000000);

static void check_case(const json_t *one)
{
    const json_t *now = json_object_get(one, "now_epoch"), *want = json_object_get(one, "sleep_s");
    const char *id = cases_text(one, "id");
    // A response without the header, and a retry refused by another option's time budget, are
    // decided elsewhere.
    if (!cases_span(one, "value").p || strcmp(cases_text(one, "test"), "test366") == 0)
        return;
    int64_t wall = (json_is_integer(now) ? json_integer_value(now) : INT64_C(1735689600)) * second,
            wait = -1;
    int rc = retry_after_parse(cases_span(one, "value"), wall, 21600 * second, &wait);
    if (json_is_integer(want) ? rc < 0 || wait != json_integer_value(want) * second : rc != -EINVAL)
        fail_msg("%s: got %d %lld", id, rc, (long long)wait);
}

static void every_case_agrees(void **state)
{
    (void)state;
    assert_int_equal(cases_each("retry_after.jsonl", check_case), 24);
}

static void a_wait_is_capped_however_long_the_number(void **state)
{
    (void)state;
    static const char *const values[] = { "21601", "99999999999999999999999999999999999999",
                                          "9223372036854775808", "Fri, 31 Dec 9999 23:59:59 GMT" };
    for (size_t i = 0; i < 4; i++) {
        int64_t wait = -1;
        assert_int_equal(retry_after_parse(span_of(values[i]), 0, 21600 * second, &wait), 0);
        assert_int_equal(wait, 21600 * second);
    }
    int64_t wait = -1;
    assert_int_equal(retry_after_parse(span_of("9999999999999999"), 0, INT64_MAX, &wait), 0);
    assert_in_range(wait, 1, INT64_MAX);
}

static void what_means_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = { "",    " ",  "soon",  "1,2",        "1 2",       "0x10",
                                          "1e3", "-0", "12abc", "2024-01-01", "1994 Nov 6" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int64_t wait = -7;
        if (retry_after_parse(span_of(values[i]), 0, second, &wait) != -EINVAL || wait != -7)
            fail_msg("\"%s\" is taken for a wait", values[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_agrees),
        cmocka_unit_test(a_wait_is_capped_however_long_the_number),
        cmocka_unit_test(what_means_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

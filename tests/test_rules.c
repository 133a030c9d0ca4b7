// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "frontier/rules.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void add(struct rules *r, const char *pattern, struct rule rule)
{
    assert_int_equal(rules_add(r, span_of(pattern), &rule), 0);
}

static void the_nearest_word_counts_part_by_part(void **state)
{
    struct rules r = { 0 };
    struct rule got;
    (void)state;
    add(&r, "*",
        (struct rule){ .parts = RULE_DELAY | RULE_CONNECTIONS, .delay = 1, .connections = 1 });
    add(&r, "*.example.org",
        (struct rule){ .parts = RULE_DELAY | RULE_RATE, .delay = 2, .rate = 2 });
    add(&r, "www.example.org",
        (struct rule){ .parts = RULE_DELAY | RULE_AGENT, .delay = 3, .agent = strdup("x/1") });
    assert_int_equal(rules_find(&r, span_of("other.test"), &got), RULE_DELAY | RULE_CONNECTIONS);
    assert_int_equal(got.delay, 1);
    assert_int_equal(rules_find(&r, span_of("example.org"), &got), RULE_DELAY | RULE_CONNECTIONS);
    assert_int_equal(got.delay, 1);
    rules_find(&r, span_of("a.b.example.org"), &got);
    assert_int_equal(got.parts, RULE_DELAY | RULE_CONNECTIONS | RULE_RATE);
    assert_int_equal(got.delay, 2);
    assert_int_equal(got.connections, 1);
    assert_null(got.agent);
    rules_find(&r, span_of("www.example.org"), &got);
    assert_int_equal(got.delay, 3);
    assert_true(got.rate > 1.5);
    assert_string_equal(got.agent, "x/1");
    rules_fini(&r);
    assert_int_equal(rules_find(&r, span_of("www.example.org"), &got), 0);
}

static void a_host_has_one_rule(void **state)
{
    struct rules r = { 0 };
    struct rule rule = { .parts = RULE_DELAY };
    (void)state;
    add(&r, "a.test", rule);
    add(&r, "*.a.test", rule);
    add(&r, "*", rule);
    assert_int_equal(rules_add(&r, span_of("a.test"), &rule), -EEXIST);
    assert_int_equal(rules_add(&r, span_of("*.a.test"), &rule), -EEXIST);
    assert_int_equal(rules_add(&r, span_of("*"), &rule), -EEXIST);
    rules_fini(&r);
}

static void lack_of_memory_is_reported(void **state)
{
    struct rules r = { 0 };
    struct rule rule = { .parts = RULE_DELAY };
    (void)state;
    for (unsigned n = 1; n <= 2; n++) {
        faults_fail_allocation(n);
        assert_int_equal(rules_add(&r, span_of("a.test"), &rule), -ENOMEM);
    }
    faults_fail_allocation(0);
    add(&r, "a.test", rule);
    rules_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_word_counts_part_by_part),
        cmocka_unit_test(a_host_has_one_rule),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

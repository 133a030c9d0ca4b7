// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "manners/host_rules.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char why[HOST_RULES_WHY];

static void take(struct rules *r, const char *line)
{
    int e = host_rules_line(r, span_of(line), why);
    if (e < 0)
        fail_msg("%s: %d %s", line, e, why);
}

static void a_line_says_what_holds_for_a_host(void **state)
{
    struct rules r = { 0 };
    struct rule got;
    (void)state;
    take(&r, "www.example.org delay=1.5s\tconnections=8 rate=30/m robots=ignore "
             "user-agent=\"my bot/1.0 (x)\" # ours\r");
    take(&r, "");
    take(&r, "   # nothing");
    take(&r, "EX\xc3\xa4MPLE.org robots=obey");
    take(&r, "*.example.com delay=0");
    take(&r, "* rate=1");
    take(&r, "192.0.2.1 delay=1");
    take(&r, "[2001:DB8:0::1] delay=2");
    assert_int_equal(rules_find(&r, span_of("www.example.org"), &got), 31);
    assert_int_equal(got.delay, 1500 * CLOCK_MS);
    assert_int_equal(got.connections, 8);
    assert_true(got.rate > 0.49 && got.rate < 0.51);
    assert_false(got.robots);
    assert_string_equal(got.agent, "my bot/1.0 (x)");
    assert_int_equal(rules_find(&r, span_of("xn--exmple-cua.org"), &got), RULE_ROBOTS | RULE_RATE);
    assert_true(got.robots);
    assert_int_equal(rules_find(&r, span_of("a.example.com"), &got), RULE_DELAY | RULE_RATE);
    assert_int_equal(rules_find(&r, span_of("[2001:db8::1]"), &got), RULE_DELAY | RULE_RATE);
    assert_int_equal(got.delay, 2 * CLOCK_S);
    rules_fini(&r);
}

static void what_is_wrong_is_said_with_the_cure(void **state)
{
    static const char *const cases[][2] = {
        { "a.test", "says nothing of its host: give KEY=VALUE" },
        { "a.test delay", "'delay' is no KEY=VALUE" },
        { "a.test dealy=1", "'dealy' is not known: the keys are" },
        { "a.test delay=1 delay=2", "'delay' stands there twice" },
        { "a.test delay=soon", "delay=soon is no time: write" },
        { "a.test rate=x", "rate=x is no rate: write" },
        { "a.test connections=0", "connections=0 is no number from 1" },
        { "a.test robots=maybe", "robots=maybe is not known: write" },
        { "a.test user-agent=", "user-agent= is empty" },
        { "a.test user-agent=\"x", "has a quotation that does not end" },
        { "a.test user-agent=a\x1b[2J", "has a control character" },
        { "a.test:80x delay=1", "is no host: write" },
        { "a.test:8080 delay=1", "is no host: write" },
        { "http://a.test/ delay=1", "is no host: write" },
        { "a.test/x delay=1", "is no host: write" },
        { "a.test?x delay=1", "is no host: write" },
        { "u@a.test delay=1", "is no host: write" },
        { "a.*.test delay=1", "is no host: write" },
        { "*.1.2.3.4 delay=1", "is no host: write" },
        { "twice.test delay=1", "'twice.test' has a line already" },
    };
    struct rules r = { 0 };
    (void)state;
    take(&r, "twice.test robots=obey");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        why[0] = '\0';
        assert_int_equal(host_rules_line(&r, span_of(cases[i][0]), why), -EINVAL);
        if (!strstr(why, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], why);
    }
    assert_int_equal(r.names.count, 1);
    rules_fini(&r);
}

static void a_file_is_read_line_by_line(void **state)
{
    char path[] = "/tmp/trawl-rules-XXXXXX";
    struct rules r = { 0 };
    struct rule got;
    (void)state;
    FILE *f = fdopen(mkstemp(path), "w");
    assert_non_null(f);
    fputs("# rules\n\na.test delay=1\nb.test delay=2", f);
    fclose(f);
    assert_int_equal(host_rules_read(&r, path), 0);
    assert_int_equal(rules_find(&r, span_of("b.test"), &got), RULE_DELAY);
    rules_fini(&r);
    f = fopen(path, "a");
    fputs("\nc.test nonsense\n", f);
    fclose(f);
    log_set_level((enum log_level) - 1);
    assert_int_equal(host_rules_read(&r, path), -EINVAL);
    rules_fini(&r);
    remove(path);
    assert_int_equal(host_rules_read(&r, path), -ENOENT);
}

static void lack_of_memory_is_reported(void **state)
{
    int e = -ENOMEM;
    (void)state;
    for (unsigned n = 1; e < 0; n++) {
        struct rules r = { 0 };
        faults_fail_allocation(n);
        e = host_rules_line(&r, span_of("*.a.test user-agent=x delay=1"), why);
        faults_fail_allocation(0);
        assert_true(e == 0 || e == -ENOMEM);
        rules_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_what_holds_for_a_host),
        cmocka_unit_test(what_is_wrong_is_said_with_the_cure),
        cmocka_unit_test(a_file_is_read_line_by_line),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

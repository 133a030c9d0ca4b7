// SPDX-License-Identifier: MIT
#include "check.h"
#include "discover/traps.h"
#include "faults.h"
#include <stdio.h>

static enum left_out look(const char *text)
{
    static const struct trap_settings settings = { 60, 4, 2, 0 };
    struct url u;
    assert_int_equal(url_parse(&u, span_of(text), NULL, NULL), 0);
    enum left_out why = traps_look(&settings, &u);
    url_fini(&u);
    return why;
}

static void a_url_that_grows_is_seen(void **state)
{
    (void)state;
    assert_int_equal(look("http://a.example/1/2/3/4"), LEFT_OUT_NOT);
    assert_int_equal(look("http://a.example/1/2/3/4/"), LEFT_OUT_NOT);
    assert_int_equal(look("http://a.example//1//2/3/4?5/6/7"), LEFT_OUT_NOT);
    assert_int_equal(look("http://a.example/1/2/3/4/5"), LEFT_OUT_PATH_DEPTH);
    assert_int_equal(look("http://a.example/a/b/a"), LEFT_OUT_NOT);
    assert_int_equal(look("http://a.example/a/b/a/a"), LEFT_OUT_REPEATED_SEGMENTS);
    assert_int_equal(look("http://a.example/a/aa/a/b"), LEFT_OUT_NOT);
    assert_int_equal(look("http://a.example/0123456789012345678901234567890123456789012345678"),
                     LEFT_OUT_URL_LENGTH);
    assert_int_equal(look("http://a.example/"), LEFT_OUT_NOT);
}

static void no_bound_is_none(void **state)
{
    (void)state;
    const struct trap_settings none = { 0 };
    struct url u;
    assert_int_equal(
        url_parse(&u, span_of("http://a.example/a/a/a/a/a/a/a/a/a/a/a/a?a"), NULL, NULL), 0);
    assert_int_equal(traps_look(&none, &u), LEFT_OUT_NOT);
    url_fini(&u);
}

static bool count(struct traps *t, const char *path, unsigned query)
{
    char text[100];
    struct url u;
    snprintf(text, sizeof text, "http://a.example/%s?%u", path, query);
    assert_int_equal(url_parse(&u, span_of(text), NULL, NULL), 0);
    bool many = traps_count(t, &u);
    url_fini(&u);
    return many;
}

static void each_path_has_so_many_queries(void **state)
{
    (void)state;
    struct traps t = { .settings.queries = 100 };
    struct url u;
    for (unsigned k = 0; k < 100; k++)
        assert_false(count(&t, "a", k));
    for (unsigned k = 0; k < 70000; k++)
        assert_true(count(&t, "a", k));
    assert_false(count(&t, "b", 0));
    for (unsigned k = 0; k < 10000; k++) {
        char path[20];
        snprintf(path, sizeof path, "p%u", k);
        assert_false(count(&t, path, 1));
    }
    assert_int_equal(url_parse(&u, span_of("http://a.example/a"), NULL, NULL), 0);
    assert_false(traps_count(&t, &u)); // has no query
    url_fini(&u);
    traps_fini(&t);
}

static void what_was_counted_can_be_counted_again(void **state)
{
    (void)state;
    struct traps before = { .settings.queries = 3 }, after = before;
    struct url u;
    assert_int_equal(url_parse(&u, span_of("http://host.test/a?1"), NULL, NULL), 0);
    for (int k = 0; k < 2; k++) {
        assert_false(traps_count(&before, &u));
        traps_recall(&after, traps_path(&u));
    }
    url_fini(&u);
    assert_int_equal(url_parse(&u, span_of("http://host.test/a?2"), NULL, NULL), 0);
    assert_false(traps_count(&after, &u));
    assert_true(traps_count(&after, &u));
    url_fini(&u);
    traps_fini(&before);
    traps_fini(&after);
}

static void without_memory_nothing_is_counted(void **state)
{
    (void)state;
    struct traps t = { .settings.queries = 1 };
    struct url u;
    assert_int_equal(url_parse(&u, span_of("http://a.example/a?b"), NULL, NULL), 0);
    faults_fail_all_allocations();
    assert_false(traps_count(&t, &u));
    assert_false(traps_count(&t, &u));
    faults_fail_allocation(0);
    url_fini(&u);
    traps_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_grows_is_seen),
        cmocka_unit_test(no_bound_is_none),
        cmocka_unit_test(each_path_has_so_many_queries),
        cmocka_unit_test(what_was_counted_can_be_counted_again),
        cmocka_unit_test(without_memory_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

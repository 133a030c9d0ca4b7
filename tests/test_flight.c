// SPDX-License-Identifier: MIT
#include "check.h"
#include "resolve/flight.h"

static struct servers s;

static void search(unsigned ndots, const char *line)
{
    s = (struct servers){ .ndots = ndots };
    servers_add_line(&s, span_of(line));
}

// Expects `key` to be asked for as `names`, in this order.
static void assert_asked(const char *key, const char *const *names)
{
    char out[QUERY_NAME + 1];
    unsigned i = 0;
    for (; names[i]; i++) {
        size_t n = flight_candidate(out, span_of(key), &s, i);
        assert_int_equal(n, strlen(names[i]));
        assert_memory_equal(out, names[i], n);
    }
    assert_int_equal(flight_candidate(out, span_of(key), &s, i), 0);
}

#define ASKED(key, ...) assert_asked(key, (const char *const[]){ __VA_ARGS__, NULL })

static void without_a_search_list_a_name_is_asked_for_as_it_is(void **state)
{
    (void)state;
    search(1, "");
    ASKED("www.example.test", "www.example.test");
    ASKED("intranet", "intranet");
    ASKED("intranet.", "intranet");
}

static void a_name_without_dots_is_searched_for_before_it_is_asked_for_as_it_is(void **state)
{
    (void)state;
    search(1, "search corp.test lab.test");
    ASKED("intranet", "intranet.corp.test", "intranet.lab.test", "intranet");
}

static void a_name_with_dots_is_asked_for_as_it_is_first(void **state)
{
    (void)state;
    search(3, "search a.test b.test");
    ASKED("db.staging", "db.staging", "db.staging.a.test", "db.staging.b.test");
    ASKED("a.b.c.d", "a.b.c.d");
}

static void a_dot_at_the_end_ends_the_search(void **state)
{
    (void)state;
    search(5, "search a.test");
    ASKED("intranet.", "intranet");
    ASKED("db.staging.", "db.staging");
}

static void without_ndots_nothing_is_searched_for(void **state)
{
    (void)state;
    search(0, "search a.test");
    ASKED("intranet", "intranet");
}

static void a_domain_that_makes_the_name_too_long_is_left_out(void **state)
{
    (void)state;
    char line[400] = "search ", key[100] = "";
    for (int i = 0; i < 50; i++)
        strcat(line, "x23.");
    strcat(line, " short.test");
    memset(key, 'y', 60);
    search(1, line);
    assert_int_equal(s.searches, 2);
    char out[QUERY_NAME + 1];
    assert_int_equal(flight_candidate(out, span_of(key), &s, 0), strlen("short.test") + 61);
    assert_int_equal(flight_candidate(out, span_of("short"), &s, 0), 199 + 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_search_list_a_name_is_asked_for_as_it_is),
        cmocka_unit_test(a_name_without_dots_is_searched_for_before_it_is_asked_for_as_it_is),
        cmocka_unit_test(a_name_with_dots_is_asked_for_as_it_is_first),
        cmocka_unit_test(a_dot_at_the_end_ends_the_search),
        cmocka_unit_test(without_ndots_nothing_is_searched_for),
        cmocka_unit_test(a_domain_that_makes_the_name_too_long_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// What robots.txt says of who is asked for what, and when; and when it is asked for itself.
#include "frontier/rules.h"
#include "frontier_fixture.h"
#include <stdio.h>

// Answers the next question for a robots.txt.
static void answer_robots(const char *text, int64_t now, int64_t until)
{
    struct host *h = frontier_asking(&f);
    assert_non_null(h);
    struct item *i = item("http://127.0.0.1/robots.txt");
    frontier_ask(&f, i, h, now);
    assert_ptr_equal(frontier_next(&f, now), i);
    frontier_ended(&f, h, now, 0);
    item_free(i);
    give_rules(h, text, until);
    frontier_asked(&f, h, now);
}

static void robots_come_first_and_obey_the_pace(void **state)
{
    (void)state;
    manners.robots = true;
    make(1, CLOCK_S);
    add("http://127.0.0.1/1", 0);
    add("https://127.0.0.1/2", 0);
    assert_next(NULL, 0);
    answer_robots("", 0, CLOCK_NEVER);
    assert_next(NULL, 0);
    frontier_advance(&f, CLOCK_S);
    assert_next(NULL, CLOCK_S); // the turn of the other one
    answer_robots("", CLOCK_S, CLOCK_NEVER);
    frontier_advance(&f, 2 * CLOCK_S);
    assert_next("/1", 2 * CLOCK_S);
    frontier_advance(&f, 3 * CLOCK_S);
    assert_next("/2", 3 * CLOCK_S);
    drain(NULL);
}

static void a_group_of_many_hosts_opens_one_at_a_time(void **state)
{
    char url[40];
    (void)state;
    manners.robots = true;
    manners.group = MANNERS_IP;
    make(1, CLOCK_S);
    for (int k = 0; k < 100; k++) {
        snprintf(url, sizeof url, "http://h%d.test/", k);
        add(url, 0);
        open_at("192.0.2.1", 0);
    }
    assert_next(NULL, 0);
    struct host *h = frontier_asking(&f), *other;
    assert_non_null(h);
    assert_null(frontier_asking(&f));
    assert_next(NULL, 0);
    assert_null(frontier_asking(&f));
    frontier_asked(&f, h, 0); // it could not be asked: the turn goes to the next one
    assert_next(NULL, 0);
    other = frontier_asking(&f);
    assert_non_null(other);
    assert_ptr_not_equal(h, other);
    frontier_asked(&f, other, 0);
    drain(NULL);
}

static void what_is_not_allowed_is_taken_out(void **state)
{
    unsigned line;
    (void)state;
    manners.robots = true;
    make(8, 0);
    add("http://127.0.0.1/private/1", 0);
    add("http://127.0.0.1/2", 0);
    add("http://127.0.0.1/private/3", 0);
    assert_next(NULL, 0);
    answer_robots("User-agent: *\nDisallow: /private\n", 0, CLOCK_NEVER);
    assert_next("/2", 0);
    struct item *i = frontier_denied(&f, &line);
    assert_non_null(i);
    assert_int_equal(line, 2);
    item_free(i);
    assert_next(NULL, 0);
    i = frontier_denied(&f, &line);
    assert_non_null(i);
    item_free(i);
    assert_null(frontier_denied(&f, &line));
    assert_int_equal(f.waiting, 0);
    drain(NULL);
}

static void a_million_that_are_not_allowed_come_in_portions(void **state)
{
    unsigned line, taken = 0;
    struct item *i;
    (void)state;
    manners.robots = true;
    make(8, 0);
    for (int k = 0; k < 1000; k++)
        add("http://127.0.0.1/private", 0);
    add("http://127.0.0.1/last", 0);
    assert_next(NULL, 0);
    answer_robots("User-agent: *\nDisallow: /private\n", 0, CLOCK_NEVER);
    while (!(i = frontier_next(&f, 0))) {
        unsigned portion = 0;
        for (; (i = frontier_denied(&f, &line)); portion++)
            item_free(i);
        assert_in_range(portion, 1, 100);
        taken += portion;
    }
    frontier_ended(&f, i->host, 0, 0);
    item_free(i);
    while ((i = frontier_denied(&f, &line))) {
        item_free(i);
        taken++;
    }
    assert_int_equal(taken, 1000);
    drain(NULL);
}

static void rules_are_asked_for_again_when_they_are_old(void **state)
{
    (void)state;
    manners.robots = true;
    make(8, 0);
    add("http://127.0.0.1/1", 0);
    assert_next(NULL, 0);
    answer_robots("", 0, 100);
    assert_next("/1", 99);
    add("http://127.0.0.1/2", 100);
    assert_next(NULL, 100);
    answer_robots("", 100, 200);
    assert_next("/2", 100);
    drain(NULL);
}

static void a_crawl_delay_is_the_least_up_to_a_cap(void **state)
{
    (void)state;
    manners.robots = true;
    make(8, CLOCK_S);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.2/2", 0);
    assert_next(NULL, 0);
    answer_robots("User-agent: *\nCrawl-delay: 5\n", 0, CLOCK_NEVER);
    answer_robots("User-agent: *\nCrawl-delay: 3600\n", 0, CLOCK_NEVER);
    frontier_advance(&f, 4 * CLOCK_S);
    assert_next(NULL, 4 * CLOCK_S);
    frontier_advance(&f, 5 * CLOCK_S);
    assert_next("/1", 5 * CLOCK_S);
    frontier_advance(&f, 29 * CLOCK_S);
    assert_next(NULL, 29 * CLOCK_S);
    frontier_advance(&f, 30 * CLOCK_S);
    assert_next("/2", 30 * CLOCK_S);
    drain(NULL);
}

static void a_rule_may_say_that_robots_do_not_count(void **state)
{
    struct rules rules = { 0 };
    (void)state;
    assert_int_equal(
        rules_add(&rules, span_of("127.0.0.1"), &(struct rule){ .parts = RULE_ROBOTS }), 0);
    manners.rules = &rules;
    manners.robots = true;
    make(8, 0);
    add("http://127.0.0.1/1", 0);
    assert_next("/1", 0);
    drain(NULL);
    rules_fini(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(robots_come_first_and_obey_the_pace, reset),
        cmocka_unit_test_setup(a_group_of_many_hosts_opens_one_at_a_time, reset),
        cmocka_unit_test_setup(what_is_not_allowed_is_taken_out, reset),
        cmocka_unit_test_setup(a_million_that_are_not_allowed_come_in_portions, reset),
        cmocka_unit_test_setup(rules_are_asked_for_again_when_they_are_old, reset),
        cmocka_unit_test_setup(a_crawl_delay_is_the_least_up_to_a_cap, reset),
        cmocka_unit_test_setup(a_rule_may_say_that_robots_do_not_count, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

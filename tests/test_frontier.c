// SPDX-License-Identifier: MIT
// What may start when: hosts, groups, paces and delays, with times that the test chooses.
#include "check.h"
#include "frontier/frontier.h"
#include "sys/clock.h"
#include <stdio.h>

static struct frontier *make(unsigned limit, int64_t delay, unsigned keep)
{
    static struct frontier f;
    struct gate pace;
    gate_init(&pace, limit, delay, 0);
    frontier_init(&f, &pace, keep);
    return &f;
}

static void add(struct frontier *f, const char *url, int64_t now)
{
    struct item *i;
    assert_int_equal(item_new(&i, span_of(url), 1, NULL), 0);
    assert_int_equal(frontier_add(f, i, false, now), 0);
}

// The path of the next item that may start, "-" for none. The exchange ends at once when `end`.
static const char *next(struct frontier *f, int64_t now, bool end)
{
    static char path[64];
    struct item *i = frontier_next(f, now);
    if (!i)
        return "-";
    snprintf(path, sizeof path, "%.*s", (int)(i->url.query - i->url.path),
             i->url.href + i->url.path);
    if (end)
        frontier_ended(f, i->host, now, 0);
    item_free(i);
    return path;
}

static void drain(struct frontier *f)
{
    struct item *i;
    while ((i = frontier_drain(f, 0)))
        item_free(i);
    assert_int_equal(f->waiting, 0);
    frontier_fini(f);
}

// Opens the next host in line with one address.
static struct host *open_next(struct frontier *f, int64_t now, int64_t expires)
{
    struct resolve_answer answer = { .status = RESOLVE_FOUND, .count = 1, .expires = expires };
    answer.address[0] = (struct address){ 4, { 127, 0, 0, 1 } };
    struct host *h = frontier_unopened(f, now);
    if (!h)
        return NULL;
    assert_int_equal(host_answer(h, &answer, now), 0);
    frontier_opened(f, h, true, now);
    return h;
}

static void urls_of_a_host_come_in_their_order(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://127.0.0.1/1", 0);
    add(f, "http://127.0.0.1/2", 0);
    add(f, "http://127.0.0.1/3", 0);
    assert_string_equal(next(f, 0, true), "/1");
    assert_string_equal(next(f, 0, true), "/2");
    assert_string_equal(next(f, 0, true), "/3");
    assert_string_equal(next(f, 0, true), "-");
    drain(f);
}

static void hosts_take_turns(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://127.0.0.1/a1", 0);
    add(f, "http://127.0.0.1/a2", 0);
    add(f, "http://127.0.0.2/b1", 0);
    add(f, "http://127.0.0.2/b2", 0);
    assert_string_equal(next(f, 0, true), "/a1");
    assert_string_equal(next(f, 0, true), "/b1");
    assert_string_equal(next(f, 0, true), "/a2");
    assert_string_equal(next(f, 0, true), "/b2");
    drain(f);
}

static void a_paced_host_with_many_urls_holds_up_no_other(void **state)
{
    (void)state;
    struct frontier *f = make(1, CLOCK_S, 100);
    for (int k = 0; k < 1000; k++)
        add(f, "http://127.0.0.1/many", 0);
    add(f, "http://127.0.0.2/other", 0);
    assert_string_equal(next(f, 0, true), "/many");
    assert_string_equal(next(f, 0, true), "/other");
    assert_string_equal(next(f, 0, true), "-");
    assert_int_equal(frontier_due(f), CLOCK_S);
    frontier_advance(f, CLOCK_S);
    assert_string_equal(next(f, CLOCK_S, true), "/many");
    drain(f);
}

static void one_name_shares_its_pace_over_schemes_and_ports(void **state)
{
    (void)state;
    struct frontier *f = make(1, 0, 100);
    add(f, "http://127.0.0.1/a", 0);
    add(f, "https://127.0.0.1/b", 0);
    add(f, "http://127.0.0.1:81/c", 0);
    struct item *i = frontier_next(f, 0);
    assert_non_null(i);
    assert_string_equal(next(f, 0, true), "-");
    frontier_ended(f, i->host, 0, 0);
    item_free(i);
    assert_string_equal(next(f, 0, true), "/b");
    assert_string_equal(next(f, 0, true), "/c");
    drain(f);
}

static void a_hold_stops_the_whole_group_until_its_time(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://127.0.0.1/1", 0);
    add(f, "http://127.0.0.1/2", 0);
    struct item *i = frontier_next(f, 0);
    frontier_ended(f, i->host, 0, 7 * CLOCK_S);
    item_free(i);
    assert_string_equal(next(f, 1, true), "-");
    assert_int_equal(frontier_due(f), 7 * CLOCK_S);
    frontier_advance(f, 7 * CLOCK_S);
    assert_string_equal(next(f, 7 * CLOCK_S, true), "/2");
    drain(f);
}

static void a_name_must_be_opened_first(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://a.test/1", 0);
    add(f, "http://a.test/2", 0);
    assert_string_equal(next(f, 0, true), "-");
    assert_non_null(open_next(f, 0, CLOCK_S));
    assert_null(open_next(f, 0, CLOCK_S));
    assert_string_equal(next(f, 0, true), "/1");
    assert_string_equal(next(f, 0, true), "/2");
    drain(f);
}

static void expired_addresses_are_asked_for_again(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://a.test/1", 0);
    add(f, "http://a.test/2", 0);
    open_next(f, 0, CLOCK_S);
    assert_string_equal(next(f, 0, true), "/1");
    assert_string_equal(next(f, 2 * CLOCK_S, true), "-");
    assert_non_null(open_next(f, 2 * CLOCK_S, 9 * CLOCK_S));
    assert_string_equal(next(f, 2 * CLOCK_S, true), "/2");
    drain(f);
}

static void an_answer_that_holds_for_no_time_still_serves_who_waited(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://a.test/1", 5);
    open_next(f, 5, 0);
    assert_string_equal(next(f, 5, true), "/1");
    drain(f);
}

static void what_is_queued_when_opening_fails_waits_for_the_next_opening(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    add(f, "http://a.test/1", 0);
    struct host *h = frontier_unopened(f, 0);
    item_free(frontier_take(f, h, 0));
    add(f, "http://a.test/2", 0);
    frontier_opened(f, h, false, 0);
    assert_string_equal(next(f, 0, true), "-");
    assert_ptr_equal(open_next(f, 0, CLOCK_S), h);
    assert_string_equal(next(f, 0, true), "/2");
    drain(f);
}

static void a_delayed_item_goes_behind_those_that_have_not_been_tried(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 100);
    struct item *i;
    assert_int_equal(item_new(&i, span_of("http://127.0.0.1/again"), 1, NULL), 0);
    assert_int_equal(frontier_delay(f, i, CLOCK_S), 0);
    assert_int_equal(f->waiting, 1);
    add(f, "http://127.0.0.1/1", 0);
    add(f, "http://127.0.0.1/2", 0);
    assert_string_equal(next(f, 0, true), "/1");
    assert_int_equal(frontier_due(f), CLOCK_S);
    frontier_advance(f, CLOCK_S);
    add(f, "http://127.0.0.1/3", CLOCK_S);
    assert_string_equal(next(f, CLOCK_S, true), "/2");
    assert_string_equal(next(f, CLOCK_S, true), "/again");
    assert_string_equal(next(f, CLOCK_S, true), "/3");
    assert_int_equal(f->waiting, 0);
    drain(f);
}

static void hosts_with_nothing_to_do_are_forgotten_beyond_a_bound(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 10);
    char url[64];
    for (int k = 0; k < 1000; k++) {
        snprintf(url, sizeof url, "http://127.0.%d.%d/x", k / 250, k % 250);
        add(f, url, 0);
        assert_string_equal(next(f, 0, true), "/x");
    }
    assert_in_range(f->hosts.count, 1, 11);
    assert_int_equal(f->hosts.groups.map.count, f->hosts.count);
    drain(f);
}

static void a_host_under_a_pace_is_not_forgotten_for_others(void **state)
{
    (void)state;
    struct frontier *f = make(8, 0, 4);
    char url[64];
    add(f, "http://10.0.0.1/held", 0);
    struct item *i = frontier_next(f, 0);
    frontier_ended(f, i->host, 0, 60 * CLOCK_S);
    item_free(i);
    for (int k = 0; k < 20; k++) {
        snprintf(url, sizeof url, "http://127.0.0.%d/x", k + 1);
        add(f, url, 1);
        next(f, 1, true);
    }
    add(f, "http://10.0.0.1/held", 2);
    assert_string_equal(next(f, 2, true), "-");
    assert_int_equal(frontier_due(f), 60 * CLOCK_S);
    drain(f);
}

static void draining_finds_every_item_wherever_it_waits(void **state)
{
    (void)state;
    struct frontier *f = make(1, CLOCK_S, 100);
    struct item *i;
    int found = 0;
    for (int k = 0; k < 5; k++) {
        add(f, "http://127.0.0.1/paced", 0);
        add(f, "http://closed.test/", 0);
        add(f, "http://127.0.0.3/ready", 0);
        assert_int_equal(item_new(&i, span_of("http://127.0.0.4/later"), 1, NULL), 0);
        assert_int_equal(frontier_delay(f, i, CLOCK_S), 0);
    }
    next(f, 0, true);
    while ((i = frontier_drain(f, 0))) {
        item_free(i);
        found++;
    }
    assert_int_equal(found, 19);
    drain(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_a_host_come_in_their_order),
        cmocka_unit_test(hosts_take_turns),
        cmocka_unit_test(a_paced_host_with_many_urls_holds_up_no_other),
        cmocka_unit_test(one_name_shares_its_pace_over_schemes_and_ports),
        cmocka_unit_test(a_hold_stops_the_whole_group_until_its_time),
        cmocka_unit_test(a_name_must_be_opened_first),
        cmocka_unit_test(expired_addresses_are_asked_for_again),
        cmocka_unit_test(an_answer_that_holds_for_no_time_still_serves_who_waited),
        cmocka_unit_test(what_is_queued_when_opening_fails_waits_for_the_next_opening),
        cmocka_unit_test(a_delayed_item_goes_behind_those_that_have_not_been_tried),
        cmocka_unit_test(hosts_with_nothing_to_do_are_forgotten_beyond_a_bound),
        cmocka_unit_test(a_host_under_a_pace_is_not_forgotten_for_others),
        cmocka_unit_test(draining_finds_every_item_wherever_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

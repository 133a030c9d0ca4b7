// SPDX-License-Identifier: MIT
// Who shares a pace, and which: hosts of a domain, of an address, with a rule of their own.
#include "frontier/rules.h"
#include "frontier_fixture.h"
#include "web/domain.h"

static void hosts_of_one_domain_share_a_pace(void **state)
{
    struct domain_list *list;
    (void)state;
    assert_int_equal(domain_list_new(&list), 0);
    manners.group = MANNERS_DOMAIN;
    manners.domains = list;
    make(1, CLOCK_S);
    add("http://a.example.co.uk/1", 0);
    add("http://b.example.co.uk/2", 0);
    add("http://other.co.uk/3", 0);
    open_at("192.0.2.1", 0);
    open_at("192.0.2.2", 0);
    open_at("192.0.2.3", 0);
    assert_next("/1", 0);
    assert_next("/3", 0);
    assert_next(NULL, 0);
    frontier_advance(&f, CLOCK_S);
    assert_next("/2", CLOCK_S);
    drain(NULL);
    domain_list_free(list);
}

static void hosts_at_one_address_share_a_pace(void **state)
{
    (void)state;
    manners.group = MANNERS_IP;
    make(1, CLOCK_S);
    add("http://a.test/1", 0);
    add("http://b.test/2", 0);
    add("http://c.test/3", 0);
    add("http://192.0.2.1/4", 0);
    open_at("192.0.2.1", 0);
    open_at("192.0.2.1", 0);
    open_at("2001:db8::1", 0);
    assert_next("/4", 0); // known before any name was
    assert_next("/3", 0);
    assert_next(NULL, 0);
    frontier_advance(&f, CLOCK_S);
    assert_next("/1", CLOCK_S);
    assert_next(NULL, CLOCK_S);
    frontier_advance(&f, 2 * CLOCK_S);
    assert_next("/2", 2 * CLOCK_S);
    drain(NULL);
}

static void a_host_moves_to_another_address_when_nothing_is_under_way(void **state)
{
    (void)state;
    manners.group = MANNERS_IP;
    make(2, 0);
    add("http://a.test/1", 0);
    add("http://a.test/2", 0);
    add("http://a.test/3", 0);
    open_as((const char *const[]){ "192.0.2.1", "192.0.2.2", NULL }, 0);
    struct item *one = frontier_next(&f, 0);
    assert_non_null(one);
    struct host *h = one->host;
    struct group *before = h->group;
    host_turn_address(h);
    assert_true(host_must_move(&f.hosts, h));
    h->moving = true;
    assert_next(NULL, 0);
    assert_ptr_equal(h->group, before);
    frontier_ended(&f, h, 0, 0);
    item_free(one);
    assert_next("/2", 0);
    assert_string_equal(h->group->name, "192.0.2.2");
    assert_next("/3", 0);
    drain(NULL);
}

static void an_address_that_is_still_there_stays_the_first(void **state)
{
    struct resolve_answer answer = { .status = RESOLVE_FOUND, .count = 3 };
    struct host *h;
    struct url u;
    (void)state;
    manners.group = MANNERS_IP;
    make(1, 0);
    assert_int_equal(url_parse(&u, span_of("http://a.test/"), NULL, NULL), 0);
    assert_int_equal(host_get(&f.hosts, &u, 0, &h), 0);
    url_fini(&u);
    assert_int_equal(address_parse(&answer.address[0], span_of("127.0.0.1")), 0);
    assert_int_equal(address_parse(&answer.address[1], span_of("8.8.8.8")), 0);
    assert_int_equal(address_parse(&answer.address[2], span_of("9.9.9.9")), 0);
    assert_int_equal(host_answer(h, &answer, 0), 0);
    assert_true(address_equal(&h->address[0], &answer.address[1])); // not a special one
    host_turn_address(h);
    host_turn_address(h);
    assert_int_equal(host_answer(h, &answer, 0), 0);
    assert_true(address_equal(&h->address[0], &answer.address[2]));
    answer.count = 1;
    assert_int_equal(host_answer(h, &answer, 0), 0);
    assert_true(address_equal(&h->address[0], &answer.address[0]));
    drain(NULL);
}

static void who_goes_on_waits_as_if_everybody_had_just_been_asked(void **state)
{
    struct rules rules = { 0 };
    const struct rule rule = { .parts = RULE_RATE, .rate = 0.1 };
    (void)state;
    assert_int_equal(rules_add(&rules, span_of("b.test"), &rule), 0);
    manners.rules = &rules;
    make(1, 2 * CLOCK_S);
    f.hosts.groups.asked = 5 * CLOCK_S;
    add("http://a.test/1", 6 * CLOCK_S);
    add("http://b.test/2", 6 * CLOCK_S);
    open_at("192.0.2.1", 6 * CLOCK_S);
    open_at("192.0.2.2", 6 * CLOCK_S);
    assert_next(NULL, 6 * CLOCK_S);
    frontier_advance(&f, 7 * CLOCK_S);
    assert_next("/1", 7 * CLOCK_S);
    assert_next(NULL, 7 * CLOCK_S);
    frontier_advance(&f, 15 * CLOCK_S);
    assert_next("/2", 15 * CLOCK_S);
    add("http://c.test/3", 16 * CLOCK_S); // later ones wait for nothing
    open_at("192.0.2.3", 16 * CLOCK_S);
    assert_next("/3", 16 * CLOCK_S);
    drain(NULL);
    rules_fini(&rules);
}

static void a_rule_sets_the_pace_of_a_host(void **state)
{
    struct rules rules = { 0 };
    struct rule rule = { .parts = RULE_DELAY | RULE_CONNECTIONS, .connections = 2 };
    (void)state;
    assert_int_equal(rules_add(&rules, span_of("127.0.0.2"), &rule), 0);
    manners.rules = &rules;
    make(1, CLOCK_S);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.1/2", 0);
    add("http://127.0.0.2/3", 0);
    add("http://127.0.0.2/4", 0);
    assert_next("/1", 0);
    struct item *three = frontier_next(&f, 0);
    assert_non_null(three);
    assert_next("/4", 0);
    assert_next(NULL, 0);
    frontier_ended(&f, three->host, 0, 0);
    item_free(three);
    drain(NULL);
    rules_fini(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hosts_of_one_domain_share_a_pace, reset),
        cmocka_unit_test_setup(hosts_at_one_address_share_a_pace, reset),
        cmocka_unit_test_setup(a_host_moves_to_another_address_when_nothing_is_under_way, reset),
        cmocka_unit_test_setup(an_address_that_is_still_there_stays_the_first, reset),
        cmocka_unit_test_setup(who_goes_on_waits_as_if_everybody_had_just_been_asked, reset),
        cmocka_unit_test_setup(a_rule_sets_the_pace_of_a_host, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

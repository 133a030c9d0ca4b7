// SPDX-License-Identifier: MIT
// Who is asked for what, and when, with times that the test chooses: groups, robots, hosts that are
// set aside.
#include "check.h"
#include "frontier/frontier.h"
#include "frontier/rules.h"
#include "sys/clock.h"
#include "web/domain.h"
#include "web/robots.h"
#include <stdio.h>

static struct frontier f;
static struct manners manners;

static void make(unsigned limit, int64_t delay)
{
    struct gate pace;
    gate_init(&pace, limit, delay, 0);
    frontier_init(&f, &pace, 100);
    assert_int_equal(frontier_set_manners(&f, &manners), 0);
}

static struct item *item(const char *url)
{
    struct item *i;
    assert_int_equal(item_new(&i, span_of(url), 1, NULL), 0);
    return i;
}

static void add(const char *url, int64_t now)
{
    assert_int_equal(frontier_add(&f, item(url), false, now), 0);
}

static void open_as(const char *const addresses[], int64_t now)
{
    struct resolve_answer answer = { .status = RESOLVE_FOUND, .expires = CLOCK_NEVER };
    while (addresses[answer.count]) {
        assert_int_equal(
            address_parse(&answer.address[answer.count], span_of(addresses[answer.count])), 0);
        answer.count++;
    }
    struct host *h = frontier_unopened(&f, now);
    assert_non_null(h);
    assert_int_equal(host_answer(h, &answer, now), 0);
    frontier_opened(&f, h, true, now);
}

static void open_at(const char *address, int64_t now)
{
    open_as((const char *const[]){ address, NULL }, now);
}

static void assert_next(const char *path, int64_t now)
{
    struct item *i = frontier_next(&f, now);
    if (!path) {
        assert_null(i);
        return;
    }
    assert_non_null(i);
    struct span got = url_path(&i->url);
    if (!span_is(got, path))
        fail_msg("got %.*s, want %s", (int)got.n, got.p, path);
    frontier_ended(&f, i->host, now, 0);
    item_free(i);
}

static void give_rules(struct host *h, const char *text, int64_t until)
{
    struct robots *r;
    struct buffer rules = { 0 }, sitemaps = { 0 };
    assert_int_equal(robots_new(&r, span_of("us")), 0);
    assert_int_equal(robots_feed(r, span_of(text)), 0);
    assert_int_equal(robots_compile(r, &rules, &sitemaps), 0);
    robots_free(r);
    assert_int_equal(host_take_rules(&f.hosts, h, buffer_span(&rules), until), 0);
    buffer_fini(&rules);
    buffer_fini(&sitemaps);
}

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

static int reset(void **state)
{
    (void)state;
    manners = (struct manners){ .most_crawl_delay = 30 * CLOCK_S };
    return 0;
}

static int drain(void **state)
{
    struct item *i;
    unsigned line;
    (void)state;
    while ((i = frontier_drain(&f, CLOCK_NEVER / 2)) || (i = frontier_denied(&f, &line)))
        item_free(i);
    assert_int_equal(f.waiting, 0);
    frontier_fini(&f);
    return 0;
}

// ---- groups

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

// ---- robots

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

// ---- hosts that fail

static void fail_host(struct host *h, unsigned times, int64_t now)
{
    assert_non_null(host_conduct(h));
    while (times-- > 0)
        health_bad(&h->conduct->health, &f.network, false, now);
}

static void who_is_set_aside_is_left_alone_and_then_tried_once(void **state)
{
    (void)state;
    make(8, 0);
    for (int k = 0; k < 4; k++)
        add("http://127.0.0.1/x", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    fail_host(h, HEALTH_ILL, 0);
    assert_int_equal(frontier_set_aside(&f, h, 10 * CLOCK_S, 0), 0);
    frontier_ended(&f, h, 0, 0);
    item_free(i);
    assert_next(NULL, 0);
    assert_int_equal(frontier_due(&f), 10 * CLOCK_S);
    frontier_advance(&f, 10 * CLOCK_S);
    i = frontier_next(&f, 10 * CLOCK_S);
    assert_non_null(i);
    assert_next(NULL, 10 * CLOCK_S);
    health_good(&h->conduct->health, &f.network, 10 * CLOCK_S);
    frontier_ended(&f, h, 10 * CLOCK_S, 0);
    item_free(i);
    i = frontier_next(&f, 10 * CLOCK_S);
    assert_non_null(i);
    assert_next("/x", 10 * CLOCK_S);
    frontier_ended(&f, h, 10 * CLOCK_S, 0);
    item_free(i);
    drain(NULL);
}

static void who_answers_all_the_same_is_back_at_once(void **state)
{
    (void)state;
    make(8, 0);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.1/2", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    fail_host(h, HEALTH_ILL, 0);
    assert_int_equal(frontier_set_aside(&f, h, 10 * CLOCK_S, 0), 0);
    assert_next(NULL, 0);
    health_good(&h->conduct->health, &f.network, 1);
    frontier_recall(&f, h, 1);
    frontier_ended(&f, h, 1, 0);
    item_free(i);
    assert_next("/2", 1);
    drain(NULL);
}

static void when_the_network_is_back_all_come_back_soon(void **state)
{
    char url[40];
    (void)state;
    make(8, 0);
    for (int k = 1; k <= 200; k++) {
        snprintf(url, sizeof url, "http://127.0.0.%d/", k);
        add(url, 0);
        struct item *i = frontier_next(&f, 0);
        struct host *h = i->host;
        fail_host(h, HEALTH_ILL, 0);
        assert_int_equal(frontier_set_aside(&f, h, k * 100 * CLOCK_S, 0), 0);
        assert_int_equal(frontier_add(&f, i, true, 0), 0);
        frontier_ended(&f, h, 0, 0);
    }
    frontier_recall_all(&f, CLOCK_S, 10 * CLOCK_S, 7);
    frontier_advance(&f, 11 * CLOCK_S);
    for (int k = 1; k <= 200; k++)
        assert_next("/", 11 * CLOCK_S);
    drain(NULL);
}

static void whatever_is_queued_for_who_is_given_up_comes_out(void **state)
{
    (void)state;
    make(1, 0);
    add("http://127.0.0.1/1", 0);
    add("http://127.0.0.1/2", 0);
    struct item *i = frontier_next(&f, 0);
    struct host *h = i->host;
    frontier_give_up(&f, h, 0);
    frontier_ended(&f, h, 0, 0);
    item_free(i);
    assert_next(NULL, 0);
    assert_ptr_equal(frontier_lost(&f), h);
    item_free(frontier_take(&f, h, 0));
    assert_null(frontier_lost(&f));
    add("http://127.0.0.1/3", 0);
    assert_ptr_equal(frontier_lost(&f), h);
    item_free(frontier_take(&f, h, 0));
    drain(NULL);
}

static void all_that_waits_can_be_drained(void **state)
{
    (void)state;
    manners.robots = true;
    make(1, CLOCK_S);
    add("http://127.0.0.1/asking", 0);
    add("http://127.0.0.2/asked", 0);
    add("http://127.0.0.3/aside", 0);
    add("http://127.0.0.4/lost", 0);
    add("http://a.test/unopened", 0);
    assert_next(NULL, 0);
    struct host *h = NULL;
    for (int k = 0; k < 3; k++) {
        h = frontier_asking(&f);
        assert_non_null(h);
        if (strstr(h->origin, "127.0.0.3")) {
            fail_host(h, 1, 0);
            assert_int_equal(frontier_set_aside(&f, h, CLOCK_S, 0), 0);
        }
        frontier_asked(&f, h, 0);
    }
    h = frontier_asking(&f);
    frontier_give_up(&f, h, 0);
    frontier_asked(&f, h, 0);
    assert_int_equal(f.waiting, 5);
    drain(NULL);
}

// Whatever happens in whatever order: no group has more under way than it may, and nothing is lost.
static void any_order_of_events_keeps_the_pace(void **state)
{
    enum { HOSTS = 12, STEPS = 40000, FLYING = 64 };
    unsigned seed = 5, line, added = 0, out = 0;
    struct item *flying[FLYING] = { 0 }, *asked[HOSTS] = { 0 };
    struct host *asker[HOSTS] = { 0 };
    int64_t now = CLOCK_S;
    (void)state;
    manners = (struct manners){ .robots = true,
                                .group = MANNERS_IP,
                                .adapt = true,
                                .most_crawl_delay = CLOCK_S,
                                .adaptation = { 2, 4 * CLOCK_S },
                                .least_delay = 10 * CLOCK_MS };
    make(3, 20 * CLOCK_MS);
    f.hosts.keep = 3;
    for (unsigned step = 0; step < STEPS; step++) {
        seed = seed * 1664525 + 1013904223;
        unsigned what = (seed >> 10) % 16, which = (seed >> 16) % HOSTS;
        struct host *h;
        struct item *i;
        char url[60];
        now += (seed >> 8) % (4 * CLOCK_MS);
        frontier_advance(&f, now);
        while ((h = frontier_lost(&f)))
            for (unsigned left = h->queued; left > 0; left--, out++)
                item_free(frontier_take(&f, h, now));
        if (what < 4) {
            snprintf(url, sizeof url, "http://h%u.test/%s%u", which, what ? "" : "private", step);
            add(url, now);
            added++;
        } else if (what < 6 && (h = frontier_unopened(&f, now))) {
            struct resolve_answer answer = { .status = RESOLVE_FOUND,
                                             .count = 2,
                                             .expires = now + (seed >> 4) % CLOCK_S };
            answer.address[0] = (struct address){ 4, { 192, 0, 2, (uint8_t)(1 + which % 3) } };
            answer.address[1] = (struct address){ 4, { 192, 0, 2, 9 } };
            bool found = (seed >> 5) % 8 != 0;
            if (found)
                assert_int_equal(host_answer(h, &answer, now), 0);
            frontier_opened(&f, h, found, now);
        } else if (what == 6 && !asker[which] && (h = frontier_asking(&f))) {
            asker[which] = h;
            asked[which] = item("http://x/robots.txt");
            frontier_ask(&f, asked[which], h, now);
        } else if (what == 7 && asker[which]) {
            h = asker[which];
            bool started = list_empty(&asked[which]->node);
            bool ended = true;
            for (unsigned k = 0; k < FLYING; k++)
                ended &= flying[k] != asked[which];
            if (started && !ended)
                continue; // its outcome has to come first
            if (!started)
                frontier_unask(&f, asked[which], now);
            item_free(asked[which]);
            asker[which] = NULL;
            asked[which] = NULL;
            if (started && (seed >> 5) % 4) {
                give_rules(h, "User-agent: *\nDisallow: /private\n",
                           now + (seed >> 6) % (2 * CLOCK_S));
            } else {
                fail_host(h, 1, now);
                assert_int_equal(frontier_set_aside(&f, h, now + (seed >> 5) % CLOCK_S, now), 0);
            }
            frontier_asked(&f, h, now);
        } else if (what < 12) {
            for (unsigned k = 0; k < FLYING; k++)
                if (!flying[k]) {
                    i = frontier_next(&f, now);
                    flying[k] = i;
                    if (!i)
                        break;
                    struct group *g = i->host->group;
                    assert_in_range(g->gate.in_flight, 1, g->gate.delay ? 1 : 3);
                    break;
                }
            while ((i = frontier_denied(&f, &line))) {
                assert_int_equal(line, 2);
                item_free(i);
                out++;
            }
        } else {
            unsigned k = (seed >> 7) % FLYING;
            if (!(i = flying[k]))
                continue;
            flying[k] = NULL;
            h = i->host;
            bool ours = false; // a robots.txt
            for (unsigned a = 0; a < HOSTS; a++)
                ours |= asked[a] == i;
            if ((seed >> 5) % 3 == 0) {
                group_bad(&f.hosts.groups, h->group, now, now);
                fail_host(h, 1, now);
                host_turn_address(h);
                h->moving |= host_must_move(&f.hosts, h);
                if ((seed >> 9) % 50 == 0)
                    frontier_give_up(&f, h, now);
                if (health_is_ill(&h->conduct->health) && h->state == HOST_OPEN)
                    assert_int_equal(frontier_set_aside(&f, h, now + (seed >> 5) % CLOCK_S, now),
                                     0);
            } else {
                group_good(&f.hosts.groups, h->group, (seed >> 4) % (5 * CLOCK_MS));
                if (h->conduct)
                    health_good(&h->conduct->health, &f.network, now);
                frontier_recall(&f, h, now);
            }
            frontier_ended(&f, h, now, 0);
            if (!ours) {
                item_free(i);
                out++;
            }
        }
    }
    for (unsigned k = 0; k < FLYING; k++)
        if (flying[k]) {
            frontier_ended(&f, flying[k]->host, now, 0);
            bool ours = false;
            for (unsigned a = 0; a < HOSTS; a++)
                ours |= asked[a] == flying[k];
            if (!ours) {
                item_free(flying[k]);
                out++;
            }
        }
    for (unsigned a = 0; a < HOSTS; a++)
        if (asker[a]) {
            if (!list_empty(&asked[a]->node))
                frontier_unask(&f, asked[a], now);
            item_free(asked[a]);
            frontier_asked(&f, asker[a], now);
        }
    struct item *i;
    for (; (i = frontier_drain(&f, now)); out++)
        item_free(i);
    assert_in_range(added, 1000, STEPS);
    while ((i = frontier_denied(&f, &line))) {
        item_free(i);
        out++;
    }
    assert_int_equal(out, added);
    frontier_fini(&f);
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
        cmocka_unit_test_setup(robots_come_first_and_obey_the_pace, reset),
        cmocka_unit_test_setup(a_group_of_many_hosts_opens_one_at_a_time, reset),
        cmocka_unit_test_setup(what_is_not_allowed_is_taken_out, reset),
        cmocka_unit_test_setup(a_million_that_are_not_allowed_come_in_portions, reset),
        cmocka_unit_test_setup(rules_are_asked_for_again_when_they_are_old, reset),
        cmocka_unit_test_setup(a_crawl_delay_is_the_least_up_to_a_cap, reset),
        cmocka_unit_test_setup(a_rule_may_say_that_robots_do_not_count, reset),
        cmocka_unit_test_setup(who_is_set_aside_is_left_alone_and_then_tried_once, reset),
        cmocka_unit_test_setup(who_answers_all_the_same_is_back_at_once, reset),
        cmocka_unit_test_setup(when_the_network_is_back_all_come_back_soon, reset),
        cmocka_unit_test_setup(whatever_is_queued_for_who_is_given_up_comes_out, reset),
        cmocka_unit_test_setup(all_that_waits_can_be_drained, reset),
        cmocka_unit_test_setup(any_order_of_events_keeps_the_pace, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

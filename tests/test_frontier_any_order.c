// SPDX-License-Identifier: MIT
// Groups, robots and hosts that fail, all at once and at random.
#include "frontier_fixture.h"
#include <stdio.h>

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
        cmocka_unit_test_setup(any_order_of_events_keeps_the_pace, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

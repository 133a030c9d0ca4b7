// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "fetch/places.h"
#include <errno.h>
#include <stdio.h>

static struct span places_key(unsigned n)
{
    static char text[4][40];
    static unsigned turn;
    char *p = text[turn++ % 4];
    snprintf(p, 40, "http://h%u.test", n);
    return span_of(p);
}

static void a_host_returns_to_its_idle_connection(void **state)
{
    (void)state;
    struct places p;
    struct place at[3], again;
    assert_int_equal(places_init(&p, 8, 1), 0);
    for (int i = 0; i < 3; i++) { // full multis: each goes to another
        assert_int_equal(places_take(&p, places_key(1), true, false, &at[i]), 0);
        assert_true(at[i].dialling);
        place_settle(&at[i]);
        places_connected(at[i].seat);
    }
    assert_true(at[0].multi != at[1].multi && at[1].multi != at[2].multi &&
                at[0].multi != at[2].multi);
    for (int i = 0; i < 3; i++) {
        places_leave(&p, &at[i]);
        assert_int_equal(places_take(&p, places_key(1), true, false, &again), 0);
        assert_int_equal(again.multi, at[i].multi);
        assert_ptr_equal(again.seat, at[i].seat);
        assert_false(again.dialling);
    }
    for (int i = 0; i < 3; i++) {
        places_leave(&p, &at[i]);
        places_disconnected(&p, at[i].seat);
    }
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void an_idle_connection_is_found_beside_one_that_is_being_made(void **state)
{
    (void)state;
    struct places p;
    struct place used, dialling, next;
    assert_int_equal(places_init(&p, 8, 2), 0);
    assert_int_equal(places_take(&p, places_key(1), true, false, &used), 0);
    place_settle(&used);
    places_connected(used.seat);
    assert_int_equal(places_take(&p, places_key(1), true, false, &dialling), 0);
    assert_ptr_equal(dialling.seat, used.seat);
    assert_true(dialling.dialling);
    places_leave(&p, &used);
    assert_int_equal(places_take(&p, places_key(1), true, false, &next), 0);
    assert_ptr_equal(next.seat, used.seat);
    assert_false(next.dialling);
    // If the one that was to dial has taken what was idle, the other one makes a connection.
    place_settle(&dialling);
    place_settle(&next);
    places_connected(next.seat);
    places_leave(&p, &dialling);
    places_leave(&p, &next);
    assert_int_equal(used.seat->connections, 2);
    places_disconnected(&p, used.seat);
    places_disconnected(&p, used.seat);
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void nothing_is_remembered_of_hosts_that_keep_nothing(void **state)
{
    (void)state;
    struct places p;
    assert_int_equal(places_init(&p, 8, 64), 0);
    for (unsigned i = 0; i < 10000; i++) {
        struct place at;
        assert_int_equal(places_take(&p, places_key(i), i % 2, false, &at), 0);
        assert_int_equal(at.seat != NULL, i % 2);
        places_leave(&p, &at);
    }
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void load_is_spread_within_the_room_there_is(void **state)
{
    (void)state;
    struct places p;
    static struct place at[600];
    assert_int_equal(places_init(&p, 8, 64), 0);
    for (unsigned i = 0; i < 600; i++) { // one host alone, and more than there is room for
        assert_int_equal(places_take(&p, places_key(1), true, false, &at[i]), 0);
        for (unsigned k = 0; i < 512 && k < 8; k++)
            assert_in_range(p.load[k], 0, 64);
    }
    for (unsigned i = 0; i < 600; i++)
        places_leave(&p, &at[i]);
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void a_host_of_one_place_stays_there(void **state)
{
    (void)state;
    struct places p;
    struct place at[10];
    assert_int_equal(places_init(&p, 8, 2), 0);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(places_take(&p, places_key(1), false, true, &at[i]), 0);
        assert_int_equal(at[i].multi, at[0].multi);
    }
    for (unsigned i = 0; i < 10; i++)
        places_leave(&p, &at[i]);
    places_fini(&p);
}

static void a_lack_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    struct places p;
    struct place at;
    assert_int_equal(places_init(&p, 4, 4), 0);
    for (unsigned nth = 1;; nth++) {
        faults_fail_allocation(nth);
        int r = places_take(&p, places_key(nth), true, false, &at);
        bool unused = faults_pending();
        faults_fail_allocation(0);
        if (r == 0)
            places_leave(&p, &at);
        else
            assert_int_equal(r, -ENOMEM);
        assert_int_equal(p.hosts.count, 0);
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(p.load[i], 0);
        if (unused)
            break;
    }
    places_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_returns_to_its_idle_connection),
        cmocka_unit_test(an_idle_connection_is_found_beside_one_that_is_being_made),
        cmocka_unit_test(nothing_is_remembered_of_hosts_that_keep_nothing),
        cmocka_unit_test(load_is_spread_within_the_room_there_is),
        cmocka_unit_test(a_host_of_one_place_stays_there),
        cmocka_unit_test(a_lack_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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
    struct seat *s[3], *again;
    unsigned m[3], where;
    assert_int_equal(places_init(&p, 8, 1), 0);
    for (int i = 0; i < 3; i++) { // full multis: each goes to another
        assert_int_equal(places_take(&p, places_key(1), true, false, &m[i], &s[i]), 0);
        places_connected(s[i]);
    }
    assert_true(m[0] != m[1] && m[1] != m[2] && m[0] != m[2]);
    for (int i = 0; i < 3; i++) {
        places_leave(&p, m[i], s[i]);
        assert_int_equal(places_take(&p, places_key(1), true, false, &where, &again), 0);
        assert_int_equal(where, m[i]);
        assert_ptr_equal(again, s[i]);
    }
    for (int i = 0; i < 3; i++) {
        places_leave(&p, m[i], s[i]);
        places_disconnected(&p, s[i]);
    }
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void nothing_is_remembered_of_hosts_that_keep_nothing(void **state)
{
    (void)state;
    struct places p;
    assert_int_equal(places_init(&p, 8, 64), 0);
    for (unsigned i = 0; i < 10000; i++) {
        struct seat *s;
        unsigned m;
        assert_int_equal(places_take(&p, places_key(i), i % 2, false, &m, &s), 0);
        assert_int_equal(s != NULL, i % 2);
        places_leave(&p, m, s);
    }
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void load_is_spread_within_the_room_there_is(void **state)
{
    (void)state;
    struct places p;
    static struct seat *s[600];
    static unsigned m[600];
    assert_int_equal(places_init(&p, 8, 64), 0);
    for (unsigned i = 0; i < 600; i++) { // one host alone, and more than there is room for
        assert_int_equal(places_take(&p, places_key(1), true, false, &m[i], &s[i]), 0);
        for (unsigned k = 0; i < 512 && k < 8; k++)
            assert_in_range(p.load[k], 0, 64);
    }
    for (unsigned i = 0; i < 600; i++)
        places_leave(&p, m[i], s[i]);
    assert_int_equal(p.hosts.count, 0);
    places_fini(&p);
}

static void a_host_of_one_place_stays_there(void **state)
{
    (void)state;
    struct places p;
    struct seat *s[10];
    unsigned m[10];
    assert_int_equal(places_init(&p, 8, 2), 0);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(places_take(&p, places_key(1), false, true, &m[i], &s[i]), 0);
        assert_int_equal(m[i], m[0]);
    }
    for (unsigned i = 0; i < 10; i++)
        places_leave(&p, m[i], s[i]);
    places_fini(&p);
}

static void a_lack_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    struct places p;
    struct seat *s;
    unsigned m;
    assert_int_equal(places_init(&p, 4, 4), 0);
    for (unsigned nth = 1;; nth++) {
        faults_fail_allocation(nth);
        int r = places_take(&p, places_key(nth), true, false, &m, &s);
        bool unused = faults_pending();
        faults_fail_allocation(0);
        if (r == 0)
            places_leave(&p, m, s);
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
        cmocka_unit_test(nothing_is_remembered_of_hosts_that_keep_nothing),
        cmocka_unit_test(load_is_spread_within_the_room_there_is),
        cmocka_unit_test(a_host_of_one_place_stays_there),
        cmocka_unit_test(a_lack_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

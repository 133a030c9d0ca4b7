// SPDX-License-Identifier: MIT
#include "check.h"
#include "dns_responder.h"
#include "in_loop.h"
#include "patience.h"
#include "resolve/flights.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// Lookups by a resolv.conf that changes. `one` and `two` are servers; `all` asks whom the file
// names.
static struct dns_responder one, two;
static struct flights all;
static struct resolve_answer a;
static char path[64];

static void write_conf(const char *format, const char *server)
{
    char text[128];
    int n = snprintf(text, sizeof text, format, server);
    unlink(path); // so that it is another file even within a tick of the clock
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, (size_t)n), n);
    close(fd);
    all.roster.looked = -100 * CLOCK_S; // it is time to look again
}

static void open_flights(void)
{
    struct flights_options options = { .conf = path,
                                       .cache_bytes = 100000,
                                       .in_flight = 100,
                                       .timeout = patience(2 * CLOCK_S),
                                       .ipv4 = true,
                                       .ipv6 = true };
    assert_int_equal(flights_init(&all, loop_current(), &options), 0);
}

static int look_up(const char *name, struct resolve_answer *out)
{
    struct waiter w = { .slot = out };
    struct flight *f = flights_join(&all, span_of(name));
    assert_non_null(f);
    list_init(&w.node);
    list_push(&f->waiters, &w.node);
    return park(&w, 1, in_ms(5000));
}

static void assert_from(const struct dns_responder *r)
{
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_string_equal(a.server, r->name);
}

IN_LOOP(a_changed_resolv_conf_is_followed)
{
    write_conf("nameserver %s\n", one.name);
    open_flights();
    assert_int_equal(look_up("ok1.test", &a), 0);
    assert_from(&one);
    write_conf("nameserver %s\n", two.name);
    assert_int_equal(look_up("ok2.test", &a), 0);
    assert_from(&two);
    assert_int_equal(roster_asked(&all.roster), 4);
    sleep_until(in_ms(1300));
    assert_true(list_empty(&all.roster.old)); // and what was replaced is gone
    assert_int_equal(roster_asked(&all.roster), 4);
    flights_fini(&all);
    return 0;
}

static struct resolve_answer slow;

static int look_up_slowly(void *arg)
{
    (void)arg;
    return look_up("slow.test", &slow);
}

IN_LOOP(what_is_under_way_finishes_where_it_was_asked)
{
    struct nursery n;
    write_conf("nameserver %s\n", one.name);
    open_flights();
    nursery_init(&n, "test");
    nursery_spawn(&n, "slow", look_up_slowly, NULL);
    sleep_until(in_ms(20));
    write_conf("nameserver %s\n", two.name);
    assert_int_equal(look_up("ok.test", &a), 0);
    assert_from(&two);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(slow.status, RESOLVE_FOUND);
    assert_string_equal(slow.server, one.name);
    flights_fini(&all);
    return 0;
}

IN_LOOP(a_resolv_conf_that_is_gone_changes_nothing)
{
    write_conf("nameserver %s\n", one.name);
    open_flights();
    unlink(path);
    all.roster.looked = -100 * CLOCK_S;
    assert_int_equal(look_up("ok.test", &a), 0);
    assert_from(&one);
    flights_fini(&all);
    return 0;
}

IN_LOOP(short_names_are_searched_for)
{
    write_conf("nameserver %s\nsearch nowhere.test search.test\n", one.name);
    open_flights();
    assert_int_equal(look_up("corp", &a), 0);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_true(cache_get(&all.cache, span_of("corp"), loop_now(all.loop), &a));
    assert_int_equal(look_up("corp.", &a), 0); // not the same name
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    assert_int_equal(look_up("corp.with.dots", &a), 0);
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    flights_fini(&all);
    return 0;
}

IN_LOOP(a_server_may_be_spoken_to_by_tcp_only)
{
    write_conf("options use-vc\nnameserver %s\n", one.name);
    open_flights();
    unsigned before = __atomic_load_n(&one.tcp_asked, __ATOMIC_ACQUIRE);
    assert_int_equal(look_up("ok.test", &a), 0);
    assert_from(&one);
    assert_int_equal(__atomic_load_n(&one.tcp_asked, __ATOMIC_ACQUIRE) - before, 2);
    flights_fini(&all);
    return 0;
}

static int start(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/test_roster.%ld", (long)getpid());
    dns_responder_start(&one);
    dns_responder_start(&two);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    dns_responder_stop(&one);
    dns_responder_stop(&two);
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_resolv_conf_is_followed),
        cmocka_unit_test(what_is_under_way_finishes_where_it_was_asked),
        cmocka_unit_test(a_resolv_conf_that_is_gone_changes_nothing),
        cmocka_unit_test(short_names_are_searched_for),
        cmocka_unit_test(a_server_may_be_spoken_to_by_tcp_only),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

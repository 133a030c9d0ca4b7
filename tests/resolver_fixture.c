// SPDX-License-Identifier: MIT
#include "resolver_fixture.h"
#include <stdio.h>

struct dns_responder dns;
struct resolver *resolver;
struct resolve_answer a;

void open_with(const struct resolver_options *options)
{
    char why[128] = "";
    int err = resolver_new(&resolver, loop_current(), options, why, sizeof why);
    assert_string_equal(why, "");
    assert_int_equal(err, 0);
}

void open_resolver(void)
{
    open_with(&(struct resolver_options){ .servers = dns.name });
}

static const char *asked; // last

int lookup(const char *name)
{
    asked = name;
    return resolver_lookup(resolver, span_of(name), 80, &a, in_ms(8000));
}

bool known(const char *name)
{
    asked = name;
    return resolver_known(resolver, span_of(name), 80, &a);
}

void assert_address(unsigned i, const char *text)
{
    char got[ADDRESS_TEXT_ROOM];
    assert_true(i < a.count);
    address_text(&a.address[i], got);
    assert_string_equal(got, text);
}

void assert_ok(void)
{
    // The second family is waited for 50 ms only, and joins the cache when it comes later.
    int64_t end = in_ms(8000);
    while (a.count == 1 && clock_mono() < end && (sleep_until(in_ms(5)), known(asked)))
        ;
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 2);
    assert_address(0, "2001:db8::1");
    assert_address(1, "192.0.2.1");
    assert_string_equal(a.why, "");
}

void assert_no_address(enum resolve_status status, const char *why)
{
    char expected[128];
    snprintf(expected, sizeof expected, why, dns.name);
    assert_int_equal(a.status, status);
    assert_int_equal(a.count, 0);
    assert_string_equal(a.why, expected);
}

int64_t elapsed_ms(int64_t since)
{
    return (clock_mono() - since) / CLOCK_MS;
}

bool is_within(int64_t since, int64_t ms)
{
    return elapsed_ms(since) < (annotate_under_valgrind() ? 20 : 1) * ms;
}

static int runs;

static int look_up_ok(void *arg)
{
    struct resolve_answer mine;
    int err = resolver_lookup(resolver, span_of(arg), 80, &mine, in_ms(8000));
    if (err == 0 && mine.status == RESOLVE_FOUND)
        runs++;
    return 0;
}

void look_up_often(const char *name, unsigned fibers)
{
    struct nursery n;
    runs = 0;
    nursery_init(&n, "test");
    for (unsigned i = 0; i < fibers; i++)
        nursery_spawn(&n, "lookup", look_up_ok, (void *)(uintptr_t)name);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(runs, fibers);
}

static char names[300][32];

void look_up_many(const char *label, unsigned count)
{
    struct nursery n;
    runs = 0;
    nursery_init(&n, "test");
    for (unsigned i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%s%u.test", label, i);
        nursery_spawn(&n, "lookup", look_up_ok, names[i]);
    }
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(runs, count);
}

int start_dns(void **state)
{
    (void)state;
    dns_responder_start(&dns);
    return 0;
}

int stop_dns(void **state)
{
    (void)state;
    dns_responder_stop(&dns);
    return 0;
}

// SPDX-License-Identifier: MIT
// What names come to: families, the cache, chains, words for what went wrong, what needs no server.
#include "resolver_fixture.h"
#include <errno.h>

IN_LOOP(a_name_is_found_in_both_families_ipv6_first)
{
    static const char *const names[] = { "ok1.test", "ok2.test", "ok3.test", "ok4.test",
                                         "ok5.test" };
    open_resolver();
    // On a busy machine the second answer may be too late, but not each time.
    a.count = 0;
    for (unsigned i = 0; i < sizeof names / sizeof names[0] && a.count < 2; i++)
        assert_int_equal(lookup(names[i]), 0);
    assert_int_equal(a.count, 2);
    assert_ok();
    assert_string_equal(a.server, dns.name);
    int64_t left = a.expires - loop_now(loop_current());
    assert_true(left > 58 * CLOCK_S && left <= 60 * CLOCK_S);
    resolver_free(resolver);
    return 0;
}

static int runs;

static int count_a_run(void *arg)
{
    (void)arg;
    runs++;
    return 0;
}

IN_LOOP(a_name_in_the_cache_is_answered_without_parking)
{
    struct nursery n;
    open_resolver();
    assert_false(known("ok.test"));
    assert_int_equal(lookup("ok.test"), 0);
    assert_ok();
    struct resolver_stats before, s;
    resolver_stats(resolver, &before);
    assert_int_equal(before.lookups - before.from_cache, 1);
    unsigned asked = dns_responder_asked(&dns);
    runs = 0;
    nursery_init(&n, "test");
    nursery_spawn(&n, "other", count_a_run, NULL);
    assert_int_equal(lookup("ok.test"), 0);
    assert_ok();
    assert_true(known("ok.test."));
    assert_ok();
    assert_int_equal(runs, 0); // nobody else had a turn
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(dns_responder_asked(&dns), asked);
    resolver_stats(resolver, &s);
    assert_int_equal(s.lookups - before.lookups, 2);
    assert_int_equal(s.from_cache - before.from_cache, 2);
    assert_int_equal(s.queries, 2);
    assert_int_equal(s.found, 1);
    assert_true(s.cache_bytes > 0);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(however_many_ask_for_a_name_it_is_asked_for_once)
{
    open_resolver();
    unsigned asked = dns_responder_asked(&dns);
    look_up_often("slow1.test", 50);
    assert_int_equal(dns_responder_asked(&dns) - asked, 2);
    struct resolver_stats s;
    resolver_stats(resolver, &s);
    assert_int_equal(s.joined, 49);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(an_answer_for_no_time_serves_those_who_wait_and_nobody_later)
{
    open_resolver();
    unsigned asked = dns_responder_asked(&dns);
    look_up_often("ttl0.test", 10);
    assert_false(known("ttl0.test"));
    assert_int_equal(dns_responder_asked(&dns) - asked, 2);
    assert_int_equal(lookup("ttl0.test"), 0);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(dns_responder_asked(&dns) - asked, 4);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(an_answer_is_asked_for_anew_when_its_time_is_over)
{
    open_resolver();
    assert_int_equal(lookup("ttl1.test"), 0);
    assert_true(known("ttl1.test"));
    sleep_until(in_ms(1050));
    assert_false(known("ttl1.test"));
    unsigned asked = dns_responder_asked(&dns);
    assert_int_equal(lookup("ttl1.test"), 0);
    assert_int_equal(dns_responder_asked(&dns) - asked, 2);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(only_the_wanted_family_is_asked_for)
{
    unsigned asked = dns_responder_asked(&dns);
    open_with(&(struct resolver_options){ .servers = dns.name, .ipv4 = true });
    assert_int_equal(lookup("ok.test"), 0);
    assert_int_equal(a.count, 1);
    assert_address(0, "192.0.2.1");
    resolver_free(resolver);
    open_with(&(struct resolver_options){ .servers = dns.name, .ipv6 = true });
    assert_int_equal(lookup("ok.test"), 0);
    assert_int_equal(a.count, 1);
    assert_address(0, "2001:db8::1");
    assert_int_equal(dns_responder_asked(&dns) - asked, 2);
    assert_int_equal(lookup("four.test"), 0);
    assert_no_address(RESOLVE_NOTFOUND, "no IPv6 address, says %s");
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_name_with_one_family_is_found)
{
    open_resolver();
    assert_int_equal(lookup("four.test"), 0);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 1);
    assert_address(0, "192.0.2.1");
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_family_that_is_slow_is_waited_for_fifty_milliseconds)
{
    open_resolver();
    int64_t began = clock_mono();
    assert_int_equal(lookup("deaf6.test"), 0);
    int64_t ms = elapsed_ms(began);
    assert_true(ms >= 40 && is_within(began, 500));
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 1);
    assert_address(0, "192.0.2.1");
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_family_that_comes_late_joins_the_cache)
{
    open_resolver();
    unsigned asked = dns_responder_asked(&dns);
    assert_int_equal(lookup("slow6.test"), 0);
    assert_int_equal(a.count, 1);
    assert_true(known("slow6.test"));
    assert_int_equal(a.count, 1);
    sleep_until(in_ms(300));
    assert_true(known("slow6.test"));
    assert_ok();
    assert_int_equal(dns_responder_asked(&dns) - asked, 2);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(chains_are_followed)
{
    open_resolver();
    assert_int_equal(lookup("chain.test"), 0);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

IN_LOOP(what_went_wrong_is_told_in_words)
{
    open_resolver();
    assert_int_equal(lookup("nx.test"), 0);
    assert_no_address(RESOLVE_NOTFOUND, "NXDOMAIN from %s");
    assert_true(a.expires > loop_now(loop_current()) + 25 * CLOCK_S);
    assert_int_equal(lookup("servfail.test"), 0);
    assert_no_address(RESOLVE_FAILED, "SERVFAIL from %s");
    assert_true(a.expires <= loop_now(loop_current()) + CLOCK_S);
    assert_int_equal(lookup("loop.test"), 0);
    assert_no_address(RESOLVE_FAILED, "a damaged answer from %s");
    assert_int_equal(lookup("garbage.test"), 0);
    assert_no_address(RESOLVE_FAILED, "a damaged answer from %s");
    assert_int_equal(lookup("alien.test"), 0);
    assert_no_address(RESOLVE_NOTFOUND, "no address, says %s");
    resolver_free(resolver);
    return 0;
}

IN_LOOP(what_is_fixed_needs_no_server)
{
    static const char *const overrides[] = { "over.test:80:192.0.2.80,[2001:db8::80]",
                                             "*:81:192.0.2.81", NULL };
    open_with(&(struct resolver_options){ .servers = dns.name, .overrides = overrides });
    unsigned asked = dns_responder_asked(&dns);
    assert_true(known("over.test"));
    assert_int_equal(a.count, 2);
    assert_address(0, "2001:db8::80");
    assert_string_equal(a.server, "--resolve");
    assert_true(a.expires == CLOCK_NEVER);
    assert_true(resolver_known(resolver, span_of("any.test"), 81, &a));
    assert_address(0, "192.0.2.81");
    assert_true(known("192.0.2.9"));
    assert_address(0, "192.0.2.9");
    assert_true(known("[2001:db8::9]"));
    assert_address(0, "2001:db8::9");
    assert_true(known("localhost"));
    assert_true(known("some.localhost."));
    assert_int_equal(a.count, 2);
    assert_address(0, "::1");
    assert_address(1, "127.0.0.1");
    assert_true(known("abc.onion"));
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    assert_true(known("a..b"));
    assert_no_address(RESOLVE_NOTFOUND, "not a name that DNS can hold");
    assert_int_equal(lookup("over.test"), 0);
    assert_int_equal(dns_responder_asked(&dns), asked);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(options_that_cannot_be_read_are_refused_in_a_sentence)
{
    char why[128];
    static const char *const overrides[] = { "nonsense", NULL };
    struct resolver_options options = { .servers = "nonsense" };
    assert_int_equal(resolver_new(&resolver, loop_current(), &options, why, sizeof why), -EINVAL);
    assert_string_equal(why, "--dns-servers: \"nonsense\" is not ADDRESS[:PORT]");
    options = (struct resolver_options){ .overrides = overrides };
    assert_int_equal(resolver_new(&resolver, loop_current(), &options, why, sizeof why), -EINVAL);
    assert_string_equal(why, "--resolve \"nonsense\": not HOST:PORT:ADDRESS[,ADDRESS]...");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_in_both_families_ipv6_first),
        cmocka_unit_test(a_name_in_the_cache_is_answered_without_parking),
        cmocka_unit_test(however_many_ask_for_a_name_it_is_asked_for_once),
        cmocka_unit_test(an_answer_for_no_time_serves_those_who_wait_and_nobody_later),
        cmocka_unit_test(an_answer_is_asked_for_anew_when_its_time_is_over),
        cmocka_unit_test(only_the_wanted_family_is_asked_for),
        cmocka_unit_test(a_name_with_one_family_is_found),
        cmocka_unit_test(a_family_that_is_slow_is_waited_for_fifty_milliseconds),
        cmocka_unit_test(a_family_that_comes_late_joins_the_cache),
        cmocka_unit_test(chains_are_followed),
        cmocka_unit_test(what_went_wrong_is_told_in_words),
        cmocka_unit_test(what_is_fixed_needs_no_server),
        cmocka_unit_test(options_that_cannot_be_read_are_refused_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, start_dns, stop_dns);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "dns_responder.h"
#include "faults.h"
#include "in_loop.h"
#include "resolve/resolver.h"
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

static struct dns_responder dns;
static struct resolver *resolver;
static struct resolve_answer a;

static void open_with(const struct resolver_options *options)
{
    char why[128] = "";
    int err = resolver_new(&resolver, loop_current(), options, why, sizeof why);
    assert_string_equal(why, "");
    assert_int_equal(err, 0);
}

static void open_resolver(void)
{
    open_with(&(struct resolver_options){ .servers = dns.name });
}

static int lookup(const char *name)
{
    return resolver_lookup(resolver, span_of(name), 80, &a, in_ms(8000));
}

static bool known(const char *name)
{
    return resolver_known(resolver, span_of(name), 80, &a);
}

static void assert_address(unsigned i, const char *text)
{
    char got[ADDRESS_TEXT_ROOM];
    assert_true(i < a.count);
    address_text(&a.address[i], got);
    assert_string_equal(got, text);
}

static void assert_ok(void)
{
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, 2);
    assert_address(0, "2001:db8::1");
    assert_address(1, "192.0.2.1");
    assert_string_equal(a.why, "");
}

static void assert_no_address(enum resolve_status status, const char *why)
{
    char expected[128];
    snprintf(expected, sizeof expected, why, dns.name);
    assert_int_equal(a.status, status);
    assert_int_equal(a.count, 0);
    assert_string_equal(a.why, expected);
}

static int64_t elapsed_ms(int64_t since)
{
    return (clock_mono() - since) / CLOCK_MS;
}

IN_LOOP(a_name_is_found_in_both_families_ipv6_first)
{
    open_resolver();
    assert_int_equal(lookup("ok.test"), 0);
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
    struct resolver_stats s;
    resolver_stats(resolver, &s);
    assert_int_equal(s.lookups, 3);
    assert_int_equal(s.from_cache, 2);
    assert_int_equal(s.queries, 2);
    assert_int_equal(s.found, 1);
    assert_true(s.cache_bytes > 0);
    resolver_free(resolver);
    return 0;
}

static int look_up_ok(void *arg)
{
    struct resolve_answer mine;
    int err = resolver_lookup(resolver, span_of(arg), 80, &mine, in_ms(8000));
    if (err == 0 && mine.status == RESOLVE_FOUND)
        runs++;
    return 0;
}

static void look_up_often(const char *name, unsigned fibers)
{
    struct nursery n;
    runs = 0;
    nursery_init(&n, "test");
    for (unsigned i = 0; i < fibers; i++)
        nursery_spawn(&n, "lookup", look_up_ok, (void *)(uintptr_t)name);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(runs, fibers);
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
    assert_true(ms >= 40 && ms < 500);
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

IN_LOOP(an_answer_that_was_cut_is_asked_for_over_tcp)
{
    open_resolver();
    assert_int_equal(lookup("cut.test"), 0);
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
    unsigned before = __atomic_load_n(&dns.tcp_asked, __ATOMIC_ACQUIRE);
    assert_true(before >= 2);
    assert_int_equal(lookup("cut2.test"), 0); // on the same connection
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
    assert_int_equal(__atomic_load_n(&dns.tcp_asked, __ATOMIC_ACQUIRE) - before, 2);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(what_was_cut_does_when_tcp_fails)
{
    open_resolver();
    int64_t began = clock_mono();
    assert_int_equal(lookup("cutoff.test"), 0);
    assert_true(elapsed_ms(began) < 500);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_server_without_edns_is_asked_without)
{
    open_resolver();
    assert_int_equal(lookup("noedns1.test"), 0);
    assert_ok();
    assert_int_equal(lookup("noedns2.test"), 0);
    assert_ok();
    look_up_often("noedns3.test", 3);
    assert_int_equal(lookup("cut3.test"), 0); // long answers come through, by TCP
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
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

IN_LOOP(no_answer_is_a_timeout)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .timeout = 300 * CLOCK_MS });
    int64_t began = clock_mono();
    assert_int_equal(lookup("silent.test"), 0);
    int64_t ms = elapsed_ms(began);
    assert_true(ms >= 250 && ms < 1500);
    assert_no_address(RESOLVE_TIMEOUT, "no answer from %s");
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_lost_question_is_asked_again)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .timeout = 3 * CLOCK_S });
    int64_t began = clock_mono();
    assert_int_equal(lookup("lost.test"), 0);
    assert_ok();
    assert_true(elapsed_ms(began) < 2500);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_forged_answer_is_not_believed)
{
    open_resolver();
    assert_int_equal(lookup("forged.test"), 0);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_server_that_refuses_under_load_is_asked_again)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .timeout = 5 * CLOCK_S });
    assert_int_equal(lookup("ok.test"), 0); // it does answer us
    assert_int_equal(lookup("busy.test"), 0);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_server_that_refuses_for_good_is_believed)
{
    open_resolver();
    int64_t began = clock_mono();
    assert_int_equal(lookup("refused.test"), 0);
    assert_no_address(RESOLVE_FAILED, "REFUSED from %s");
    assert_true(elapsed_ms(began) < 500);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_lack_of_descriptors_says_nothing_of_the_name)
{
    struct rlimit l;
    open_resolver();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    struct rlimit none = { .rlim_cur = 0, .rlim_max = l.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(lookup("ok.test"), -EMFILE);
    assert_false(known("ok.test"));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(lookup("ok.test"), 0);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

IN_LOOP(a_deadline_ends_the_wait_and_not_the_lookup)
{
    open_resolver();
    assert_int_equal(resolver_lookup(resolver, span_of("slow2.test"), 80, &a, in_ms(20)),
                     -ETIMEDOUT);
    assert_false(known("slow2.test"));
    int64_t end = in_ms(8000);
    do
        sleep_until(in_ms(10));
    while ((!known("slow2.test") || a.count < 2) && clock_mono() < end);
    assert_ok();
    resolver_free(resolver);
    return 0;
}

static int told;

static int look_up_and_tell(void *arg)
{
    struct resolve_answer mine;
    told = resolver_lookup(resolver, span_of(arg), 80, &mine, CLOCK_NEVER);
    return told;
}

IN_LOOP(a_cancelled_fiber_leaves_the_lookup_to_the_others)
{
    struct nursery n;
    open_resolver();
    nursery_init(&n, "test");
    nursery_spawn(&n, "lookup", look_up_and_tell, (void *)(uintptr_t) "slow3.test");
    sleep_until(in_ms(20));
    nursery_cancel(&n);
    unsigned asked = dns_responder_asked(&dns);
    assert_int_equal(lookup("slow3.test"), 0);
    assert_int_equal(a.status, RESOLVE_FOUND); // in one family or, the other being in time, in both
    assert_int_equal(told, -ECANCELED);
    assert_int_equal(dns_responder_asked(&dns), asked);
    assert_int_equal(nursery_close(&n), 0);
    resolver_free(resolver);
    return 0;
}

static char names[300][32];

static int look_up_one_of_many(void *arg)
{
    return look_up_ok(arg);
}

static void look_up_many(const char *label, unsigned count)
{
    struct nursery n;
    runs = 0;
    nursery_init(&n, "test");
    for (unsigned i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%s%u.test", label, i);
        nursery_spawn(&n, "lookup", look_up_one_of_many, names[i]);
    }
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(runs, count);
}

IN_LOOP(lookups_beyond_the_bound_wait_their_turn)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .in_flight = 4 });
    int64_t began = clock_mono();
    look_up_many("slow", 12); // 100 ms each, four at a time
    int64_t ms = elapsed_ms(began);
    assert_true(ms >= 250 && ms < 2000);
    resolver_free(resolver);
    return 0;
}

IN_LOOP(what_nobody_waits_for_any_more_is_not_begun)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .in_flight = 1 });
    unsigned asked = dns_responder_asked(&dns);
    assert_int_equal(resolver_lookup(resolver, span_of("slow4.test"), 80, &a, in_ms(10)),
                     -ETIMEDOUT);
    assert_int_equal(resolver_lookup(resolver, span_of("ok5.test"), 80, &a, in_ms(10)), -ETIMEDOUT);
    assert_int_equal(lookup("ok6.test"), 0);
    assert_ok();
    assert_int_equal(dns_responder_asked(&dns) - asked, 4);
    assert_false(known("ok5.test"));
    resolver_free(resolver);
    return 0;
}

IN_LOOP(many_names_at_once_are_all_found_over_changing_ports)
{
    open_resolver();
    unsigned ports = __atomic_load_n(&dns.ports, __ATOMIC_ACQUIRE);
    for (int i = 0; i < 8; i++) { // 4,800 questions
        char label[16];
        snprintf(label, sizeof label, "ok%c", 'a' + i);
        look_up_many(label, 300);
    }
    assert_true(__atomic_load_n(&dns.ports, __ATOMIC_ACQUIRE) - ports >= 3);
    resolver_free(resolver);
    return 0;
}

// Two servers, of which the first is unwell.
static struct dns_responder sick;

static void open_two(const char *first, int64_t timeout)
{
    char list[80];
    snprintf(list, sizeof list, "%s,%s", first, dns.name);
    open_with(&(struct resolver_options){ .servers = list, .timeout = timeout });
}

IN_LOOP(the_next_server_is_asked_when_one_is_silent)
{
    dns_responder_start(&sick);
    __atomic_store_n(&sick.silent, 1, __ATOMIC_RELEASE);
    open_two(sick.name, 3 * CLOCK_S);
    int64_t began = clock_mono();
    assert_int_equal(lookup("ok1.test"), 0);
    assert_ok();
    assert_string_equal(a.server, dns.name);
    assert_true(elapsed_ms(began) >= 200 && elapsed_ms(began) < 1500);
    lookup("ok2.test");
    lookup("ok3.test");
    began = clock_mono();
    assert_int_equal(lookup("ok4.test"), 0); // by now it is taken for down
    assert_true(elapsed_ms(began) < 200);
    resolver_free(resolver);
    dns_responder_stop(&sick);
    return 0;
}

IN_LOOP(the_next_server_is_asked_at_once_when_one_fails)
{
    dns_responder_start(&sick);
    __atomic_store_n(&sick.servfail, 1, __ATOMIC_RELEASE);
    open_two(sick.name, 0);
    int64_t began = clock_mono();
    assert_int_equal(lookup("ok.test"), 0);
    assert_ok();
    assert_string_equal(a.server, dns.name);
    assert_true(elapsed_ms(began) < 500);
    resolver_free(resolver);
    dns_responder_stop(&sick);
    return 0;
}

IN_LOOP(the_next_server_is_asked_at_once_when_there_is_none_at_a_port)
{
    dns_responder_start(&sick);
    dns_responder_stop(&sick); // now nobody listens there
    open_two(sick.name, 0);
    int64_t began = clock_mono();
    assert_int_equal(lookup("ok.test"), 0);
    assert_ok();
    assert_true(elapsed_ms(began) < 500);
    resolver_free(resolver);
    open_with(&(struct resolver_options){ .servers = sick.name, .timeout = CLOCK_S });
    assert_int_equal(lookup("ok.test"), 0);
    char why[96];
    snprintf(why, sizeof why, "%s: Connection refused", sick.name);
    assert_no_address(RESOLVE_FAILED, why);
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

IN_LOOP(a_resolver_may_be_freed_while_lookups_that_nobody_waits_for_go_on)
{
    open_with(&(struct resolver_options){ .servers = dns.name, .in_flight = 2 });
    for (int i = 0; i < 4; i++) {
        snprintf(names[i], sizeof names[i], "silent%d.test", i);
        assert_int_equal(resolver_lookup(resolver, span_of(names[i]), 80, &a, in_ms(5)),
                         -ETIMEDOUT);
    }
    lookup("deaf6.test");
    resolver_free(resolver);
    return 0;
}

// Each allocation of a lookup fails in turn: it ends in an answer or in -ENOMEM, and what follows
// works.
IN_LOOP(running_out_of_memory_ends_a_lookup_and_nothing_else)
{
    for (unsigned nth = 1, again = 1; again && nth < 100; nth++) {
        char name[32];
        snprintf(name, sizeof name, "ok%u.test", nth);
        open_with(&(struct resolver_options){ .servers = dns.name, .timeout = CLOCK_S });
        faults_fail_allocation(nth);
        int err = lookup(name);
        again = !faults_pending();
        faults_fail_allocation(0);
        assert_true(err == 0 || err == -ENOMEM);
        assert_int_equal(lookup("four.test"), 0);
        assert_int_equal(a.status, RESOLVE_FOUND);
        resolver_free(resolver);
    }
    return 0;
}

IN_LOOP(a_resolver_that_cannot_be_made_for_lack_of_memory_leaves_nothing)
{
    static const char *const overrides[] = { "over.test:80:192.0.2.80", NULL };
    struct resolver_options options = { .servers = dns.name, .overrides = overrides };
    for (unsigned nth = 1, again = 1; again && nth < 100; nth++) {
        char why[128];
        faults_fail_allocation(nth);
        int err = resolver_new(&resolver, loop_current(), &options, why, sizeof why);
        again = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(err, again ? -ENOMEM : 0);
        if (err == 0)
            resolver_free(resolver);
    }
    return 0;
}

static int start_dns(void **state)
{
    (void)state;
    dns_responder_start(&dns);
    return 0;
}

static int stop_dns(void **state)
{
    (void)state;
    dns_responder_stop(&dns);
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
        cmocka_unit_test(an_answer_that_was_cut_is_asked_for_over_tcp),
        cmocka_unit_test(what_was_cut_does_when_tcp_fails),
        cmocka_unit_test(a_server_without_edns_is_asked_without),
        cmocka_unit_test(what_went_wrong_is_told_in_words),
        cmocka_unit_test(no_answer_is_a_timeout),
        cmocka_unit_test(a_lost_question_is_asked_again),
        cmocka_unit_test(a_forged_answer_is_not_believed),
        cmocka_unit_test(a_server_that_refuses_under_load_is_asked_again),
        cmocka_unit_test(a_server_that_refuses_for_good_is_believed),
        cmocka_unit_test(a_lack_of_descriptors_says_nothing_of_the_name),
        cmocka_unit_test(a_deadline_ends_the_wait_and_not_the_lookup),
        cmocka_unit_test(a_cancelled_fiber_leaves_the_lookup_to_the_others),
        cmocka_unit_test(lookups_beyond_the_bound_wait_their_turn),
        cmocka_unit_test(what_nobody_waits_for_any_more_is_not_begun),
        cmocka_unit_test(many_names_at_once_are_all_found_over_changing_ports),
        cmocka_unit_test(the_next_server_is_asked_when_one_is_silent),
        cmocka_unit_test(the_next_server_is_asked_at_once_when_one_fails),
        cmocka_unit_test(the_next_server_is_asked_at_once_when_there_is_none_at_a_port),
        cmocka_unit_test(what_is_fixed_needs_no_server),
        cmocka_unit_test(options_that_cannot_be_read_are_refused_in_a_sentence),
        cmocka_unit_test(a_resolver_may_be_freed_while_lookups_that_nobody_waits_for_go_on),
        cmocka_unit_test(running_out_of_memory_ends_a_lookup_and_nothing_else),
        cmocka_unit_test(a_resolver_that_cannot_be_made_for_lack_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, start_dns, stop_dns);
}

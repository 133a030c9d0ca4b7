// SPDX-License-Identifier: MIT
// What bounds a lookup - its deadline, those who wait for it, how many there are at once,
// descriptors and memory - and what goes on after it.
#include "faults.h"
#include "resolver_fixture.h"
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

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
    while (!known("slow2.test") && clock_mono() < end)
        sleep_until(in_ms(10));
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
    assert_ok();
    assert_int_equal(told, -ECANCELED);
    assert_int_equal(dns_responder_asked(&dns), asked);
    assert_int_equal(nursery_close(&n), 0);
    resolver_free(resolver);
    return 0;
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

static char names[4][32];

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lack_of_descriptors_says_nothing_of_the_name),
        cmocka_unit_test(a_deadline_ends_the_wait_and_not_the_lookup),
        cmocka_unit_test(a_cancelled_fiber_leaves_the_lookup_to_the_others),
        cmocka_unit_test(lookups_beyond_the_bound_wait_their_turn),
        cmocka_unit_test(what_nobody_waits_for_any_more_is_not_begun),
        cmocka_unit_test(a_resolver_may_be_freed_while_lookups_that_nobody_waits_for_go_on),
        cmocka_unit_test(running_out_of_memory_ends_a_lookup_and_nothing_else),
        cmocka_unit_test(a_resolver_that_cannot_be_made_for_lack_of_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, start_dns, stop_dns);
}

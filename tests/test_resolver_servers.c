// SPDX-License-Identifier: MIT
// What becomes of a name when its server cuts, loses, refuses or forges answers, or gives none.
#include "resolver_fixture.h"
#include <stdio.h>

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
    assert_true(is_within(began, 500));
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
    assert_true(is_within(began, 2500));
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
    assert_true(is_within(began, 500));
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
    assert_true(elapsed_ms(began) >= 200 && is_within(began, 1500));
    lookup("ok2.test");
    lookup("ok3.test");
    began = clock_mono();
    assert_int_equal(lookup("ok4.test"), 0); // by now it is taken for down
    assert_true(is_within(began, 200));
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
    assert_true(is_within(began, 500));
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
    assert_true(is_within(began, 500));
    resolver_free(resolver);
    open_with(&(struct resolver_options){ .servers = sick.name, .timeout = CLOCK_S });
    assert_int_equal(lookup("ok.test"), 0);
    char why[96];
    snprintf(why, sizeof why, "%s: Connection refused", sick.name);
    assert_no_address(RESOLVE_FAILED, why);
    resolver_free(resolver);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_that_was_cut_is_asked_for_over_tcp),
        cmocka_unit_test(what_was_cut_does_when_tcp_fails),
        cmocka_unit_test(a_server_without_edns_is_asked_without),
        cmocka_unit_test(no_answer_is_a_timeout),
        cmocka_unit_test(a_lost_question_is_asked_again),
        cmocka_unit_test(a_forged_answer_is_not_believed),
        cmocka_unit_test(a_server_that_refuses_under_load_is_asked_again),
        cmocka_unit_test(a_server_that_refuses_for_good_is_believed),
        cmocka_unit_test(many_names_at_once_are_all_found_over_changing_ports),
        cmocka_unit_test(the_next_server_is_asked_when_one_is_silent),
        cmocka_unit_test(the_next_server_is_asked_at_once_when_one_fails),
        cmocka_unit_test(the_next_server_is_asked_at_once_when_there_is_none_at_a_port),
    };
    return cmocka_run_group_tests(tests, start_dns, stop_dns);
}

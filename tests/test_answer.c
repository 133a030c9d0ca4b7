// SPDX-License-Identifier: MIT
// What an answer says: addresses, chains, absence, times, error codes.
#include "answer_fixture.h"
#include <stdio.h>

static void assert_address(unsigned i, const char *text)
{
    char got[ADDRESS_TEXT_ROOM];
    assert_true(i < a.count);
    address_text(&a.address[i], got);
    assert_string_equal(got, text);
}

static void addresses_of_the_asked_name_are_taken_in_order(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 2);
    packet_address(&w, NULL, "192.0.2.7", 300);
    packet_address(&w, "a.test", "192.0.2.3", 200);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.count, 2);
    assert_address(0, "192.0.2.7");
    assert_address(1, "192.0.2.3");
    assert_true(a.timed);
    assert_int_equal(a.ttl, 200);
}

static void ipv6_addresses_are_taken_for_aaaa(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_AAAA);
    packet_count(&w, 1, 2);
    packet_address(&w, NULL, "192.0.2.7", 1);
    packet_address(&w, NULL, "2001:db8::7", 300);
    read_packet("a.test", QUERY_AAAA);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.count, 1);
    assert_address(0, "2001:db8::7");
    assert_int_equal(a.ttl, 300);
}

static void a_chain_is_followed_with_its_least_ttl(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 3);
    packet_cname(&w, NULL, "b.test", 500);
    packet_cname(&w, "b.test", "c.test", 50);
    packet_address(&w, "c.test", "192.0.2.1", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_address(0, "192.0.2.1");
    assert_int_equal(a.ttl, 50);
}

static void a_chain_is_followed_whatever_the_order_of_its_records(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 4);
    packet_address(&w, "d.test", "192.0.2.1", 300);
    packet_cname(&w, "c.test", "d.test", 300);
    packet_cname(&w, "b.test", "c.test", 300);
    packet_cname(&w, "a.test", "b.test", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_address(0, "192.0.2.1");
}

static void names_are_compared_without_case_and_through_compression(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "wWw.A.tesT", QUERY_A);
    packet_count(&w, 1, 2);
    size_t data = packet_record(&w, NULL, 5, 60);
    w.p[w.n++] = 1;
    w.p[w.n++] = 'x';
    packet_pointer(&w, PACKET_QUESTION + 4); // A.tesT
    packet_end_record(&w, data);
    packet_address(&w, "X.a.TEST", "192.0.2.1", 60);
    read_packet("www.a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.count, 1);
}

static void addresses_of_other_names_are_not_believed(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 3);
    packet_cname(&w, NULL, "b.test", 300);
    packet_address(&w, "a.test", "192.0.2.66", 300); // beside a CNAME: not the chain's end
    packet_address(&w, "bank.test", "192.0.2.66", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_EMPTY);
    assert_int_equal(a.count, 0);
}

static void records_of_another_class_are_not_believed(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    size_t at = w.n;
    packet_address(&w, NULL, "192.0.2.66", 300);
    w.p[at + 5] = 3; // CH
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.count, 0);
}

static void a_loop_of_cnames_ends_as_damaged(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 3);
    packet_cname(&w, NULL, "b.test", 300);
    packet_cname(&w, "b.test", "a.test", 300);
    packet_address(&w, "b.test", "192.0.2.66", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_DAMAGED);
    assert_int_equal(a.count, 0);
}

// A chain of `links` CNAMEs and an address.
static void write_chain(unsigned links)
{
    char from[32], to[32];
    packet_begin(&w, PACKET_ANSWER, "c0.test", QUERY_A);
    packet_count(&w, 1, links + 1);
    for (unsigned i = 0; i < links; i++) {
        snprintf(from, sizeof from, "c%u.test", i);
        snprintf(to, sizeof to, "c%u.test", i + 1);
        packet_cname(&w, from, to, 300);
    }
    snprintf(to, sizeof to, "c%u.test", links);
    packet_address(&w, to, "192.0.2.1", 300);
}

static void a_chain_has_a_bound(void **state)
{
    (void)state;
    write_chain(ANSWER_CHAIN);
    read_packet("c0.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    write_chain(ANSWER_CHAIN + 1);
    read_packet("c0.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_DAMAGED);
}

static void no_more_addresses_are_taken_than_there_is_room_for(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 3000);
    for (unsigned i = 0; i < 3000; i++)
        packet_address(&w, NULL, "192.0.2.1", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
}

static void absence_lasts_as_long_as_the_soa_says(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_AAAA);
    packet_count(&w, 2, 1);
    packet_soa(&w, "test", 900, 60);
    read_packet("a.test", QUERY_AAAA);
    assert_int_equal(a.kind, ANSWER_EMPTY);
    assert_true(a.timed);
    assert_int_equal(a.ttl, 60);

    packet_begin(&w, PACKET_ANSWER | 3, "a.test", QUERY_A);
    packet_count(&w, 2, 1);
    packet_soa(&w, "test", 30, 600);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_NO_NAME);
    assert_int_equal(a.ttl, 30);
}

static void absence_is_not_believed_for_longer_than_an_hour(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER | 3, "a.test", QUERY_A);
    packet_count(&w, 2, 1);
    packet_soa(&w, "test", 1000000, 1000000);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.ttl, ANSWER_NEGATIVE_MOST);
}

static void absence_without_a_soa_has_no_time(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER | 3, "a.test", QUERY_A);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_NO_NAME);
    assert_false(a.timed);
    assert_int_equal(a.ttl, 0);
}

static void the_end_of_a_chain_may_not_exist(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER | 3, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    packet_count(&w, 2, 1);
    packet_cname(&w, NULL, "gone.test", 20);
    packet_soa(&w, "test", 300, 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_NO_NAME);
    assert_int_equal(a.ttl, 20);
}

static void nxdomain_gives_no_addresses(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER | 3, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    packet_address(&w, NULL, "192.0.2.66", 300);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_NO_NAME);
    assert_int_equal(a.count, 0);
}

static void a_time_to_live_is_a_day_at_most_and_none_when_negative(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    packet_address(&w, NULL, "192.0.2.1", 0x7fffffff);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.ttl, ANSWER_TTL_MOST);

    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    packet_address(&w, NULL, "192.0.2.1", 0x80000001);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.ttl, 0);
}

static void a_cut_answer_keeps_the_addresses_that_fitted(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_CUT, "a.test", QUERY_A);
    packet_count(&w, 1, 3);
    packet_address(&w, NULL, "192.0.2.1", 300);
    packet_address(&w, NULL, "192.0.2.2", 300);
    packet_address(&w, NULL, "192.0.2.3", 300);
    read_bytes(w.p, w.n - 3, "a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_CUT);
    assert_int_equal(a.count, 2);
    assert_address(1, "192.0.2.2");

    packet_begin(&w, PACKET_CUT, "a.test", QUERY_A);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_CUT);
    assert_int_equal(a.count, 0);
}

static void error_codes_are_told_with_whether_edns_was_understood(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER | 2, "a.test", QUERY_A);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_REFUSED);
    assert_string_equal(answer_rcode_name(a.rcode), "SERVFAIL");
    assert_false(a.edns);

    packet_begin(&w, PACKET_ANSWER | 1, "a.test", QUERY_A);
    packet_count(&w, 3, 1);
    packet_opt(&w);
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_REFUSED);
    assert_string_equal(answer_rcode_name(a.rcode), "FORMERR");
    assert_true(a.edns);
    assert_string_equal(answer_rcode_name(15), "an unknown code");
}

static void a_referral_is_no_answer(void **state)
{
    (void)state;
    packet_begin(&w, 0x8100, "a.test", QUERY_A); // recursion not available, not authoritative
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_REFUSED);
    packet_begin(&w, 0x8500, "a.test", QUERY_A); // authoritative: there is none
    read_packet("a.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_asked_name_are_taken_in_order),
        cmocka_unit_test(ipv6_addresses_are_taken_for_aaaa),
        cmocka_unit_test(a_chain_is_followed_with_its_least_ttl),
        cmocka_unit_test(a_chain_is_followed_whatever_the_order_of_its_records),
        cmocka_unit_test(names_are_compared_without_case_and_through_compression),
        cmocka_unit_test(addresses_of_other_names_are_not_believed),
        cmocka_unit_test(records_of_another_class_are_not_believed),
        cmocka_unit_test(a_loop_of_cnames_ends_as_damaged),
        cmocka_unit_test(a_chain_has_a_bound),
        cmocka_unit_test(no_more_addresses_are_taken_than_there_is_room_for),
        cmocka_unit_test(absence_lasts_as_long_as_the_soa_says),
        cmocka_unit_test(absence_is_not_believed_for_longer_than_an_hour),
        cmocka_unit_test(absence_without_a_soa_has_no_time),
        cmocka_unit_test(the_end_of_a_chain_may_not_exist),
        cmocka_unit_test(nxdomain_gives_no_addresses),
        cmocka_unit_test(a_time_to_live_is_a_day_at_most_and_none_when_negative),
        cmocka_unit_test(a_cut_answer_keeps_the_addresses_that_fitted),
        cmocka_unit_test(error_codes_are_told_with_whether_edns_was_understood),
        cmocka_unit_test(a_referral_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/dns_answer.h"
#include <stdio.h>
#include <stdlib.h>

enum { A = 1, CNAME = 5, SOA = 6, AAAA = 28, OPT = 41 };

static const struct web web = {
    .seed = 1, .hosts = 300, .pages = 1, .suffix = "web.test", .port = 80
};
static const struct dns_zone zone = {
    .suffix = "web.test", .web = &web, .ttl = 60, .negative_ttl = 7
};

// An answer as it was understood.
struct reply {
    struct dns_verdict verdict;
    unsigned code, flags, answers, authorities, extra;
    unsigned type[40];
    uint32_t ttl[40];
    char address[40][20];
    char cname[40][256];
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

static size_t put_query(uint8_t *out, const char *name, unsigned type, unsigned edns)
{
    uint8_t head[12] = { 0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, edns > 0 };
    size_t n = sizeof head;
    memcpy(out, head, n);
    while (*name) {
        size_t label = strcspn(name, ".");
        out[n++] = (uint8_t)label;
        memcpy(out + n, name, label);
        n += label;
        name += label + (name[label] == '.');
    }
    memcpy(out + n, (uint8_t[]){ 0, 0, (uint8_t)type, 0, 1 }, 5);
    n += 5;
    if (edns) {
        memcpy(out + n,
               (uint8_t[]){ 0, 0, OPT, (uint8_t)(edns >> 8), (uint8_t)edns, 0, 0, 0, 0, 0, 0 }, 11);
        n += 11;
    }
    return n;
}

// Reads the name at `at` into `to`; returns where what follows it stands.
static size_t read_name(const uint8_t *p, size_t n, size_t at, char *to)
{
    size_t end = 0;
    for (int hops = 0; p[at] != 0;) {
        assert_true(at < n);
        if (p[at] >= 0xc0) {
            if (!end)
                end = at + 2;
            at = get16(p + at) & 0x3fff;
            assert_true(++hops < 40);
            continue;
        }
        assert_true(at + 1 + p[at] < n);
        to += sprintf(to, "%.*s.", p[at], (const char *)p + at + 1);
        at += p[at] + 1u;
    }
    *to = '\0';
    return end ? end : at + 1;
}

static void ask_zone(struct reply *r, const struct dns_zone *z, const char *name, unsigned type,
                     bool tcp, unsigned edns)
{
    uint8_t query[600], out[DNS_ANSWER_MAX];
    char text[256];
    size_t n = put_query(query, name, type, edns);
    memset(r, 0, sizeof *r);
    r->verdict = dns_answer(z, query, n, tcp, out);
    if (r->verdict.size == 0)
        return;
    n = r->verdict.size;
    assert_int_equal(get16(out), 0x1234);
    assert_int_equal(get16(out + 4), 1);
    r->flags = get16(out + 2);
    r->code = r->flags & 15;
    r->answers = get16(out + 6);
    r->authorities = get16(out + 8);
    r->extra = get16(out + 10);
    size_t at = read_name(out, n, 12, text) + 4;
    for (unsigned i = 0; i < r->answers + r->authorities + r->extra; i++) {
        at = read_name(out, n, at, text);
        assert_true(at + 10 <= n);
        r->type[i] = get16(out + at);
        r->ttl[i] = (uint32_t)get16(out + at + 4) << 16 | get16(out + at + 6);
        size_t length = get16(out + at + 8);
        at += 10;
        if (r->type[i] == A)
            sprintf(r->address[i], "%u.%u.%u.%u", out[at], out[at + 1], out[at + 2], out[at + 3]);
        if (r->type[i] == CNAME)
            assert_int_equal(read_name(out, n, at, r->cname[i]), at + length);
        at += length;
    }
    assert_int_equal(at, n);
}

static void ask(struct reply *r, const char *name, unsigned type)
{
    ask_zone(r, &zone, name, type, false, 0);
}

static void a_host_has_an_address_made_of_its_number(void **state)
{
    (void)state;
    static const struct {
        const char *name, *address;
    } cases[] = { { "h0.web.test", "127.1.0.0" },
                  { "h1.web.test", "127.1.0.1" },
                  { "H255.WEB.test", "127.1.0.255" },
                  { "h256.web.test", "127.1.1.0" },
                  { "web.test", "127.0.0.1" } };
    struct reply r;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(&r, cases[i].name, A);
        assert_int_equal(r.code, 0);
        assert_int_equal(r.answers, 1);
        assert_string_equal(r.address[0], cases[i].address);
        assert_int_equal(r.ttl[0], 60);
        assert_int_equal(r.flags & 0x8400, 0x8400);
    }
    struct dns_zone all = zone;
    all.web = NULL;
    ask_zone(&r, &all, "h8323071.web.test", A, false, 0);
    assert_string_equal(r.address[0], "127.127.255.255");
}

static void another_name_of_the_zone_has_an_address_of_the_upper_half(void **state)
{
    (void)state;
    struct reply r, again, other;
    ask(&r, "www.web.test", A);
    ask(&again, "WWW.web.test", A);
    ask(&other, "ftp.web.test", A);
    unsigned second = 0;
    assert_int_equal(sscanf(r.address[0], "127.%u.", &second), 1);
    assert_true(second >= 128);
    assert_string_equal(r.address[0], again.address[0]);
    assert_string_not_equal(r.address[0], other.address[0]);
}

static void all_names_lead_to_one_address_when_told_so(void **state)
{
    (void)state;
    struct dns_zone one = zone;
    struct reply r;
    one.only = (struct dns_address){ 4, { 127, 0, 0, 9 } };
    ask_zone(&r, &one, "h5.web.test", A, false, 0);
    assert_string_equal(r.address[0], "127.0.0.9");
    one.only = (struct dns_address){ 6, { [15] = 1 } };
    ask_zone(&r, &one, "h5.web.test", A, false, 0);
    assert_int_equal(r.answers, 0);
    ask_zone(&r, &one, "h5.web.test", AAAA, false, 0);
    assert_int_equal(r.answers, 1);
    assert_int_equal(r.type[0], AAAA);
}

static void a_type_that_a_name_lacks_gets_the_soa_and_its_negative_ttl(void **state)
{
    (void)state;
    struct reply r;
    ask(&r, "h1.web.test", AAAA);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.answers, 0);
    assert_int_equal(r.authorities, 1);
    assert_int_equal(r.type[0], SOA);
    assert_int_equal(r.ttl[0], 7);
}

static void names_that_are_not_served_do_not_exist(void **state)
{
    (void)state;
    static const char *const names[] = { "h300.web.test", "nx.h1.web.test", "example.com", "test",
                                         "xweb.test" };
    struct reply r;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ask(&r, names[i], A);
        assert_int_equal(r.code, 3);
        assert_int_equal(r.answers, 0);
        assert_int_equal(r.authorities, 1);
    }
}

static void labels_in_front_ask_for_trouble(void **state)
{
    (void)state;
    struct reply r;
    ask(&r, "servfail.h1.web.test", A);
    assert_int_equal(r.code, 2);
    ask(&r, "refused.h1.web.test", A);
    assert_int_equal(r.code, 5);
    ask(&r, "nodata.h1.web.test", A);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.answers, 0);
    ask(&r, "drop.h1.web.test", A);
    assert_int_equal(r.verdict.size, 0);
    ask(&r, "slow.h1.web.test", A);
    assert_int_equal(r.verdict.delay_ms, 2000);
    assert_string_equal(r.address[0], "127.1.0.1");
    ask(&r, "slow-30.ttl-9.h1.web.test", A);
    assert_int_equal(r.verdict.delay_ms, 30);
    assert_int_equal(r.ttl[0], 9);
    ask(&r, "many.h1.web.test", A);
    assert_int_equal(r.answers, 16);
    assert_string_equal(r.address[15], "127.1.0.1");
    ask(&r, "slow-x.web.test", A); // an ordinary name
    assert_int_equal(r.verdict.delay_ms, 0);
    assert_int_equal(r.answers, 1);
}

static void truncated_answers_come_whole_over_tcp(void **state)
{
    (void)state;
    struct reply r;
    ask(&r, "trunc.h1.web.test", A);
    assert_int_equal(r.flags & 0x200, 0x200);
    assert_int_equal(r.answers, 0);
    ask_zone(&r, &zone, "trunc.h1.web.test", A, true, 0);
    assert_int_equal(r.flags & 0x200, 0);
    assert_string_equal(r.address[0], "127.1.0.1");
}

static void an_answer_too_long_for_the_asker_is_truncated(void **state)
{
    (void)state;
    struct reply r;
    ask(&r, "cname-20.many.h1.web.test", A);
    assert_int_equal(r.flags & 0x200, 0x200);
    assert_int_equal(r.answers, 0);
    ask_zone(&r, &zone, "cname-20.many.h1.web.test", A, false, 1232);
    assert_int_equal(r.flags & 0x200, 0);
    assert_int_equal(r.answers, 36);
    assert_int_equal(r.extra, 1);
}

static void aliases_lead_to_the_rest_of_the_name(void **state)
{
    (void)state;
    struct reply r;
    ask(&r, "cname.h1.web.test", A);
    assert_int_equal(r.answers, 2);
    assert_string_equal(r.cname[0], "h1.web.test.");
    assert_string_equal(r.address[1], "127.1.0.1");
    ask(&r, "cname-3.h1.web.test", A);
    assert_int_equal(r.answers, 4);
    assert_string_equal(r.cname[0], "cname-02.h1.web.test.");
    assert_string_equal(r.cname[1], "cname-01.h1.web.test.");
    assert_string_equal(r.cname[2], "h1.web.test.");
    ask(&r, "loop.h1.web.test", A);
    assert_int_equal(r.answers, 1);
    assert_string_equal(r.cname[0], "loop.h1.web.test.");
}

static void what_is_no_query_gets_no_answer_or_a_format_error(void **state)
{
    (void)state;
    uint8_t query[600], out[DNS_ANSWER_MAX];
    size_t n = put_query(query, "h1.web.test", A, 0);
    assert_int_equal(dns_answer(&zone, query, 11, false, out).size, 0);
    query[2] |= 0x80;
    assert_int_equal(dns_answer(&zone, query, n, false, out).size, 0);
    query[2] = 0x01;
    assert_int_equal(dns_answer(&zone, query, n - 3, false, out).size, 12);
    assert_int_equal(out[3] & 15, 1);
    query[12] = 70; // no label is so long
    assert_int_equal(dns_answer(&zone, query, n, false, out).size, 12);
    assert_int_equal(out[3] & 15, 1);
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    uint32_t draw = 5;
    for (int round = 0; round < 100000; round++) {
        uint8_t query[600], out[DNS_ANSWER_MAX];
        size_t n = put_query(
            query, round % 2 ? "cname-99.many.loop.h1.web.test" : "trunc.ttl-5.h2.web.test", A,
            4096);
        for (int k = 0; k < 4; k++) {
            draw = draw * 1664525 + 1013904223;
            query[2 + (draw >> 8) % (n - 2)] = (uint8_t)(draw >> 24);
        }
        uint8_t *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, query, n);
        assert_true(dns_answer(&zone, exact, n, round % 3 == 0, out).size <= sizeof out);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_an_address_made_of_its_number),
        cmocka_unit_test(another_name_of_the_zone_has_an_address_of_the_upper_half),
        cmocka_unit_test(all_names_lead_to_one_address_when_told_so),
        cmocka_unit_test(a_type_that_a_name_lacks_gets_the_soa_and_its_negative_ttl),
        cmocka_unit_test(names_that_are_not_served_do_not_exist),
        cmocka_unit_test(labels_in_front_ask_for_trouble),
        cmocka_unit_test(truncated_answers_come_whole_over_tcp),
        cmocka_unit_test(an_answer_too_long_for_the_asker_is_truncated),
        cmocka_unit_test(aliases_lead_to_the_rest_of_the_name),
        cmocka_unit_test(what_is_no_query_gets_no_answer_or_a_format_error),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

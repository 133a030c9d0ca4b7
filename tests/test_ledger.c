// SPDX-License-Identifier: MIT
// What stands in a state beside its items.
#include "check.h"
#include "ledger/host_entry.h"
#include "ledger/ledger.h"
#include "ledger/page_entry.h"
#include "ledger/robots_entry.h"
#include <errno.h>
#include <stdlib.h>

static void fill_page(struct page_entry *p)
{
    *p = (struct page_entry){ .when = 1700000000123000000,
                              .error = FETCH_TIMEOUT,
                              .status = 503,
                              .asked = true,
                              .digested = true,
                              .etag = span_of("\"abc\""),
                              .last_modified = span_of("Sat, 21 Nov 2026 10:00:00 GMT"),
                              .url = span_of("http://example.com/"),
                              .run = 300,
                              .captured = 1700000000123456000,
                              .payload = span_of("sha1:ABC"),
                              .found = true,
                              .depth = 400,
                              .mark = 200 };
    memset(p->digest, 7, sizeof p->digest);
}

static void a_page_comes_back_as_it_was(void **state)
{
    (void)state;
    struct page_entry p, back;
    struct buffer b = { 0 };
    fill_page(&p);
    page_entry_write(&b, &p);
    assert_int_equal(page_entry_read(&back, buffer_span(&b)), 0);
    assert_int_equal(back.when, p.when);
    assert_int_equal(back.error, p.error);
    assert_int_equal(back.status, p.status);
    assert_true(back.asked && back.digested);
    assert_memory_equal(back.digest, p.digest, sizeof p.digest);
    assert_true(span_equal(back.etag, p.etag));
    assert_true(span_equal(back.last_modified, p.last_modified));
    assert_true(span_equal(back.url, p.url));
    assert_true(back.found);
    assert_int_equal(back.depth, 400);
    assert_int_equal(back.mark, 200);
    assert_int_equal(back.run, 300);
    assert_int_equal(back.captured, p.captured);
    assert_true(span_equal(back.payload, p.payload));
    buffer_fini(&b);
}

static void a_page_without_anything_special_is_short(void **state)
{
    (void)state;
    struct page_entry p = { .when = 1700000000123000000, .status = 200, .asked = true }, back;
    struct buffer b = { 0 };
    page_entry_write(&b, &p);
    assert_true(b.n <= 12);
    assert_int_equal(page_entry_read(&back, buffer_span(&b)), 0);
    assert_null(back.etag.p);
    assert_null(back.url.p);
    assert_false(back.digested);
    buffer_fini(&b);
}

static void a_validator_that_is_too_long_is_left_out(void **state)
{
    (void)state;
    char *long_tag = calloc(1, 5000);
    struct page_entry p = { .etag = { long_tag, 5000 } }, back;
    struct buffer b = { 0 };
    page_entry_write(&b, &p);
    assert_int_equal(page_entry_read(&back, buffer_span(&b)), 0);
    assert_null(back.etag.p);
    free(long_tag);
    buffer_fini(&b);
}

static void fill_host(struct host_entry *h)
{
    *h = (struct host_entry){ .origin = span_of("https://example.com:8443"),
                              .until = 1700000000000000000,
                              .held = true,
                              .delay = 1500000000,
                              .interval = 250000000,
                              .learnt = 700000000,
                              .latency = 80000000,
                              .exchanges = 12345,
                              .spent = 99999,
                              .expires = 1700000100000000000,
                              .addresses = 2,
                              .failures = 7,
                              .pauses = 2,
                              .failed = 1700000000000000001,
                              .failing = 33,
                              .blamed = 32,
                              .aside = 1700000000000000009,
                              .given_up = true,
                              .given_up_robots = true,
                              .why = span_of("refused") };
    h->address[0] = (struct address){ .family = 4, .bytes = { 127, 0, 0, 1 } };
    h->address[1] = (struct address){ .family = 6, .bytes = { 1, [15] = 2 } };
}

static void a_host_comes_back_as_it_was(void **state)
{
    (void)state;
    struct host_entry h, back;
    struct buffer b = { 0 };
    fill_host(&h);
    host_entry_write(&b, &h);
    assert_int_equal(host_entry_read(&back, buffer_span(&b)), 0);
    assert_true(span_equal(back.origin, h.origin));
    assert_true(span_equal(back.why, h.why));
    assert_int_equal(back.until, h.until);
    assert_int_equal(back.delay, h.delay);
    assert_int_equal(back.interval, h.interval);
    assert_int_equal(back.exchanges, h.exchanges);
    assert_int_equal(back.spent, h.spent);
    assert_int_equal(back.failures, h.failures);
    assert_int_equal(back.expires, h.expires);
    assert_int_equal(back.learnt, h.learnt);
    assert_int_equal(back.latency, h.latency);
    assert_int_equal(back.pauses, h.pauses);
    assert_int_equal(back.failed, h.failed);
    assert_int_equal(back.failing, h.failing);
    assert_int_equal(back.blamed, h.blamed);
    assert_int_equal(back.aside, h.aside);
    assert_true(back.held && back.given_up && back.given_up_robots);
    assert_int_equal(back.addresses, 2);
    assert_true(address_equal(&back.address[0], &h.address[0]));
    assert_true(address_equal(&back.address[1], &h.address[1]));
    buffer_fini(&b);
}

static void a_host_that_does_well_says_nothing_of_failing(void **state)
{
    (void)state;
    struct host_entry h, back;
    struct buffer b = { 0 };
    fill_host(&h);
    h.failures = 0;
    host_entry_write(&b, &h);
    assert_int_equal(host_entry_read(&back, buffer_span(&b)), 0);
    assert_int_equal(back.aside, 0);
    assert_false(back.given_up || back.given_up_robots);
    assert_null(back.why.p);
    buffer_fini(&b);
}

static void a_robots_txt_comes_back_as_it_was(void **state)
{
    (void)state;
    struct robots_entry e = { span_of("tester"), 1700000000000000000, span_of("rules") }, back;
    struct buffer b = { 0 };
    robots_entry_write(&b, &e);
    assert_int_equal(robots_entry_read(&back, buffer_span(&b)), 0);
    assert_true(span_equal(back.agent, e.agent));
    assert_true(span_equal(back.rules, e.rules));
    assert_int_equal(back.until, e.until);
    buffer_clear(&b);
    e.rules = (struct span){ 0 };
    robots_entry_write(&b, &e);
    assert_int_equal(robots_entry_read(&back, buffer_span(&b)), 0);
    assert_null(back.rules.p);
    buffer_fini(&b);
}

static void fill_ledger(struct ledger *l)
{
    *l = (struct ledger){ .when = 1,
                          .spent = 2,
                          .finished = true,
                          .enough = true,
                          .fed = true,
                          .refresh = 20,
                          .source = { .arguments = 3,
                                      .line = 4,
                                      .offset = 5,
                                      .mark = { 6, 7 },
                                      .ended = true,
                                      .compressed = true,
                                      .device = 8,
                                      .inode = 9,
                                      .size = 10,
                                      .modified = -11,
                                      .spooled = 12,
                                      .spooled_all = true },
                          .records = 13,
                          .failed = 14,
                          .index = 15,
                          .held = 16,
                          .save_since = 17,
                          .stats = span_of("numbers") };
    ledger_add_archive(l, &(struct ledger_archive){ span_of("a.warc.gz"), 18 });
    ledger_add_archive(l, &(struct ledger_archive){ span_of("b.warc.gz"), 19 });
    ledger_add_rename(l, &(struct ledger_rename){ span_of(".part-1"), span_of("host/x") });
}

static void a_ledger_comes_back_as_it_was(void **state)
{
    (void)state;
    struct ledger l, back;
    struct ledger_archive a;
    struct ledger_rename r;
    struct buffer b = { 0 }, again = { 0 };
    fill_ledger(&l);
    ledger_write(&b, &l);
    assert_int_equal(ledger_read(&back, buffer_span(&b)), 0);
    ledger_write(&again, &back);
    assert_true(span_equal(buffer_span(&b), buffer_span(&again)));
    assert_int_equal(back.source.modified, -11);
    assert_int_equal(back.refresh, 20);
    assert_true(back.finished && back.enough && back.fed && back.source.spooled_all);
    struct span rest = buffer_span(&back.archives);
    assert_true(ledger_next_archive(&rest, &a) && span_is(a.name, "a.warc.gz") && a.length == 18);
    assert_true(ledger_next_archive(&rest, &a) && span_is(a.name, "b.warc.gz") && a.length == 19);
    assert_int_equal(rest.n, 0);
    rest = buffer_span(&back.renames);
    assert_true(ledger_next_rename(&rest, &r) && span_is(r.to, "host/x"));
    ledger_fini(&l);
    ledger_fini(&back);
    buffer_fini(&b);
    buffer_fini(&again);
}

static void damage(struct span good, int (*read)(struct span bytes))
{
    uint64_t x = 88172645463325252U;
    for (size_t n = 0; n < good.n; n++)
        assert_int_equal(read((struct span){ good.p, n }), -EUCLEAN);
    char *copy = malloc(good.n);
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, good.p, good.n);
        for (int k = 0; k < 1 + round % 3; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            copy[x % good.n] = (char)(x >> 32);
        }
        int r = read((struct span){ copy, good.n });
        assert_true(r == 0 || r == -EUCLEAN || r == -EPROTO);
    }
    memcpy(copy, good.p, good.n);
    copy[0]++;
    assert_int_equal(read((struct span){ copy, good.n }), -EPROTO);
    free(copy);
}

static int read_page(struct span bytes)
{
    struct page_entry p;
    return page_entry_read(&p, bytes);
}

static int read_host(struct span bytes)
{
    struct host_entry h;
    return host_entry_read(&h, bytes);
}

static int read_robots(struct span bytes)
{
    struct robots_entry e;
    return robots_entry_read(&e, bytes);
}

static int read_ledger(struct span bytes)
{
    struct ledger l = { 0 };
    int r = ledger_read(&l, bytes);
    ledger_fini(&l);
    return r;
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    struct page_entry p;
    struct host_entry h;
    struct ledger l;
    struct buffer b = { 0 };
    fill_page(&p);
    page_entry_write(&b, &p);
    damage(buffer_span(&b), read_page);
    buffer_clear(&b);
    fill_host(&h);
    host_entry_write(&b, &h);
    damage(buffer_span(&b), read_host);
    buffer_clear(&b);
    robots_entry_write(&b, &(struct robots_entry){ span_of("a"), 1, span_of("rules") });
    damage(buffer_span(&b), read_robots);
    buffer_clear(&b);
    fill_ledger(&l);
    ledger_write(&b, &l);
    damage(buffer_span(&b), read_ledger);
    ledger_fini(&l);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_comes_back_as_it_was),
        cmocka_unit_test(a_page_without_anything_special_is_short),
        cmocka_unit_test(a_validator_that_is_too_long_is_left_out),
        cmocka_unit_test(a_host_comes_back_as_it_was),
        cmocka_unit_test(a_host_that_does_well_says_nothing_of_failing),
        cmocka_unit_test(a_robots_txt_comes_back_as_it_was),
        cmocka_unit_test(a_ledger_comes_back_as_it_was),
        cmocka_unit_test(damaged_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// A state whose run is finished becomes that of a refresh: the ledger, and the pages of a crawl.
#include "check.h"
#include "data/pack.h"
#include "frontier/continuation.h"
#include "ledger/host_entry.h"
#include "ledger/page_entry.h"
#include "ledger/renew.h"
#include "ledger/revive.h"
#include "store/state_frontier.h"
#include "store/state_hosts.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include <errno.h>
#include <stdio.h>

static struct state *s;
static char why[STATE_WHY];

static int open_state(void **state)
{
    (void)state;
    return state_open_temporary(&s, why) == 0 ? state_begin(s) : -1;
}

static int close_state(void **state)
{
    (void)state;
    state_close(s);
    return 0;
}

static void a_run_is_renewed_only_when_nothing_is_left(void **state)
{
    (void)state;
    assert_false(renew_may(&(struct ledger){ .fed = true }));
    assert_true(renew_may(&(struct ledger){ .finished = true }));
    assert_true(renew_may(&(struct ledger){ .enough = true }));
}

static void renew(const struct ledger *l, bool go_on, bool explore, struct ledger *out)
{
    struct span bytes;
    assert_int_equal(renew_state(s, l, &(struct renewal){ go_on, explore }), 0);
    assert_int_equal(state_meta_get(s, "ledger", &bytes), 1);
    assert_int_equal(ledger_read(out, bytes), 0);
}

static void a_refresh_has_done_nothing_and_forgets_no_file(void **state)
{
    (void)state;
    struct ledger l = { .when = 5,
                        .spent = 6,
                        .finished = true,
                        .fed = true,
                        .refresh = 2,
                        .source.line = 7,
                        .records = 100,
                        .failed = 50,
                        .index = 30,
                        .rejected = 20,
                        .save_since = 8,
                        .stats = span_of("numbers") },
                  next, again;
    struct ledger_archive a;
    struct ledger_rename r;
    struct span trust, rest;
    ledger_add_archive(&l, &(struct ledger_archive){ span_of("a.warc.gz"), 18 });
    ledger_add_rename(&l, &(struct ledger_rename){ span_of(".part-1"), span_of("host/x") });
    assert_int_equal(state_meta_put(s, "trust", span_of("places")), 0);
    for (int go_on = 0; go_on < 2; go_on++) {
        renew(&l, go_on, false, &next);
        assert_int_equal(next.refresh, 3);
        assert_false(next.finished || next.enough || next.fed);
        assert_int_equal(next.records, go_on ? 100 : 0);
        assert_int_equal(next.failed + next.rejected + next.held + next.source.line, 0);
        assert_int_equal(next.spent + next.save_since, 0);
        assert_int_equal(next.stats.n, 0);
        assert_int_equal(next.index, 30);
        rest = buffer_span(&next.archives);
        assert_true(ledger_next_archive(&rest, &a) && span_is(a.name, "a.warc.gz") &&
                    a.length == 18);
        rest = buffer_span(&next.renames);
        assert_true(ledger_next_rename(&rest, &r) && span_is(r.to, "host/x"));
        if (!go_on)
            ledger_fini(&next);
    }
    renew(&next, false, false, &again); // once more, before it has done anything
    assert_int_equal(again.refresh, 3);
    ledger_fini(&again);
    ledger_fini(&next);
    assert_int_equal(state_meta_get(s, "trust", &trust), 0);
    assert_int_equal(state_meta_get(s, REVIVE_NOTE, &trust), 0);
    renew(&l, true, true, &next);
    assert_int_equal(state_meta_get(s, REVIVE_NOTE, &trust), 1);
    ledger_fini(&next);
    ledger_fini(&l);
}

static void put_host(uint64_t hash, const struct host_entry *h)
{
    struct buffer b = { 0 };
    host_entry_write(&b, h);
    assert_int_equal(state_hosts_put(s, hash, buffer_span(&b)), 0);
    buffer_fini(&b);
}

static void get_host(uint64_t hash, struct host_entry *out)
{
    struct span bytes;
    assert_int_equal(state_hosts_get(s, hash, &bytes), 1);
    assert_int_equal(host_entry_read(out, bytes), 0);
}

static void a_host_that_was_given_up_is_asked_again(void **state)
{
    (void)state;
    struct host_entry bad = { .origin = span_of("http://bad:80"),
                              .failures = 9,
                              .pauses = 2,
                              .failed = 5,
                              .until = 77,
                              .given_up = true,
                              .why = span_of("refused"),
                              .delay = 6 },
                      good = { .origin = span_of("http://good:80"), .until = 66, .held = true },
                      back;
    struct ledger l = { .finished = true }, next;
    put_host(1, &bad);
    put_host(2, &good);
    renew(&l, true, false, &next);
    get_host(1, &back);
    assert_int_equal(back.failures, 0);
    assert_false(back.given_up);
    assert_int_equal(back.until, 0);
    assert_int_equal(back.delay, 6);
    assert_true(span_is(back.origin, "http://bad:80"));
    get_host(2, &back);
    assert_int_equal(back.until, 66);
    ledger_fini(&next);
}

// ---- pages of a crawl

static void put_page(uint64_t host, uint64_t hash, const struct page_entry *p)
{
    struct buffer b = { 0 };
    page_entry_write(&b, p);
    assert_int_equal(state_pages_put(s, host, hash, buffer_span(&b)), 0);
    buffer_fini(&b);
}

static int add_item(void *arg, const struct state_place *at, struct span item)
{
    char *text = arg;
    struct item *i;
    int64_t wait;
    size_t held = 0;
    assert_int_equal(continuation_read(&i, item, at->number, (struct continuation_time){ 1, 1, 1 },
                                       &held, &wait),
                     0);
    assert_int_equal(at->depth, 0); // before everything else
    sprintf(text + strlen(text), "%llu:%llu:%s:%u:%u ", (unsigned long long)at->host,
            (unsigned long long)at->number, i->url.href, i->depth, i->mark);
    item_free(i);
    return 0;
}

static void check_frontier(const char *expected)
{
    char text[1024] = "";
    assert_int_equal(state_frontier_each(s, add_item, text), 0);
    assert_string_equal(text, expected);
}

static void check_hosts(struct buffer *hosts, size_t n, const uint64_t *expected)
{
    assert_int_equal(hosts->n, n * sizeof *expected);
    assert_memory_equal(hosts->p, expected, hosts->n);
    buffer_clear(hosts);
}

static void known_pages_go_back_a_few_at_a_time(void **state)
{
    (void)state;
    struct page_entry page = { .asked = true,
                               .found = true,
                               .status = 200,
                               .depth = 3,
                               .mark = 5,
                               .url = span_of("http://a/1") };
    struct buffer hosts = { 0 };
    bool more = true;
    put_page(1, 1, &page);
    page.url = span_of("http://a/2");
    put_page(1, UINT64_MAX, &page);
    page.url = span_of("http://b/1");
    page.depth = page.mark = 0;
    put_page(2, 0, &page);
    page.run = 1;
    put_page(2, 1, &page); // has its record of this run
    page.run = 0;
    page.asked = false;
    put_page(2, 2, &page); // nobody asked for it: where a redirect led
    page.asked = true;
    page.found = false;
    put_page(2, 3, &page); // no crawl's
    assert_int_equal(revive_begin(s), 0);
    assert_int_equal(revive_some(s, 1, 2, &hosts, &more), 2);
    assert_true(more);
    check_hosts(&hosts, 1, (const uint64_t[]){ 1 });
    check_frontier("1:1:http://a/1:3:5 1:2:http://a/2:3:5 ");
    assert_int_equal(revive_some(s, 1, 2, &hosts, &more), 1);
    assert_true(more);
    check_hosts(&hosts, 1, (const uint64_t[]){ 2 });
    assert_int_equal(revive_some(s, 1, 100, &hosts, &more), 0);
    assert_false(more);
    check_hosts(&hosts, 0, NULL);
    check_frontier("1:1:http://a/1:3:5 1:2:http://a/2:3:5 2:3:http://b/1:0:0 ");
    for (int again = 0; again < 2; again++) { // all are back: nothing happens any more
        assert_int_equal(revive_some(s, 1, 100, &hosts, &more), 0);
        assert_false(more);
    }
    assert_int_equal(revive_begin(s), 0); // the next refresh: the others are still there
    assert_int_equal(revive_some(s, 2, 100, &hosts, &more), 1);
    check_hosts(&hosts, 1, (const uint64_t[]){ 2 });
    check_frontier("1:1:http://a/1:3:5 1:2:http://a/2:3:5 2:3:http://b/1:0:0 2:4:http://b/1:0:0 ");
    buffer_fini(&hosts);
}

static void damage_is_refused(void **state)
{
    (void)state;
    struct buffer hosts = { 0 };
    bool more;
    assert_int_equal(state_pages_put(s, 1, 1, span_of("\1no page at all")), 0);
    assert_int_equal(revive_begin(s), 0);
    assert_int_equal(revive_some(s, 1, 2, &hosts, &more), -EUCLEAN);
    assert_int_equal(state_meta_put(s, REVIVE_NOTE, span_of("no place")), 0);
    assert_int_equal(revive_some(s, 1, 2, &hosts, &more), -EUCLEAN);
    buffer_fini(&hosts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_state, close_state)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_renewed_only_when_nothing_is_left),
        TEST(a_refresh_has_done_nothing_and_forgets_no_file),
        TEST(a_host_that_was_given_up_is_asked_again),
        TEST(known_pages_go_back_a_few_at_a_time),
        TEST(damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "frontier_fixture.h"
#include "web/robots.h"

struct frontier f;
struct manners manners;

void make(unsigned limit, int64_t delay)
{
    struct gate pace;
    gate_init(&pace, limit, delay, 0);
    frontier_init(&f, &pace, 100);
    assert_int_equal(frontier_set_manners(&f, &manners), 0);
}

struct item *item(const char *url)
{
    struct item *i;
    assert_int_equal(item_new(&i, span_of(url), 1, NULL), 0);
    return i;
}

void add(const char *url, int64_t now)
{
    assert_int_equal(frontier_add(&f, item(url), false, now), 0);
}

void open_as(const char *const addresses[], int64_t now)
{
    struct resolve_answer answer = { .status = RESOLVE_FOUND, .expires = CLOCK_NEVER };
    while (addresses[answer.count]) {
        assert_int_equal(
            address_parse(&answer.address[answer.count], span_of(addresses[answer.count])), 0);
        answer.count++;
    }
    struct host *h = frontier_unopened(&f, now);
    assert_non_null(h);
    assert_int_equal(host_answer(h, &answer, now), 0);
    frontier_opened(&f, h, true, now);
}

void open_at(const char *address, int64_t now)
{
    open_as((const char *const[]){ address, NULL }, now);
}

void assert_next(const char *path, int64_t now)
{
    struct item *i = frontier_next(&f, now);
    if (!path) {
        assert_null(i);
        return;
    }
    assert_non_null(i);
    struct span got = url_path(&i->url);
    if (!span_is(got, path))
        fail_msg("got %.*s, want %s", (int)got.n, got.p, path);
    frontier_ended(&f, i->host, now, 0);
    item_free(i);
}

void give_rules(struct host *h, const char *text, int64_t until)
{
    struct robots *r;
    struct buffer rules = { 0 }, sitemaps = { 0 };
    assert_int_equal(robots_new(&r, span_of("us")), 0);
    assert_int_equal(robots_feed(r, span_of(text)), 0);
    assert_int_equal(robots_compile(r, &rules, &sitemaps), 0);
    robots_free(r);
    assert_int_equal(host_take_rules(&f.hosts, h, buffer_span(&rules), until), 0);
    buffer_fini(&rules);
    buffer_fini(&sitemaps);
}

int reset(void **state)
{
    (void)state;
    manners = (struct manners){ .most_crawl_delay = 30 * CLOCK_S };
    return 0;
}

int drain(void **state)
{
    struct item *i;
    unsigned line;
    (void)state;
    while ((i = frontier_drain(&f, CLOCK_NEVER / 2)) || (i = frontier_denied(&f, &line)))
        item_free(i);
    assert_int_equal(f.waiting, 0);
    frontier_fini(&f);
    return 0;
}

void fail_host(struct host *h, unsigned times, int64_t now)
{
    assert_non_null(host_conduct(h));
    while (times-- > 0)
        health_bad(&h->conduct->health, &f.network, false, now);
}

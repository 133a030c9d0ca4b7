// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "resolve/cache.h"
#include <stdio.h>

// Times are any numbers: the cache has no clock.
enum { NOW = 1000, LATER = 2000, LAST = 3000 };

static struct resolve_answer answer_until(int64_t expires, uint8_t last)
{
    struct resolve_answer a = { .status = RESOLVE_FOUND, .count = 2, .expires = expires };
    a.address[0] = (struct address){ 6, { 0x20, 1, [15] = last } };
    a.address[1] = (struct address){ 4, { 192, 0, 2, last } };
    snprintf(a.server, sizeof a.server, "192.0.2.53");
    return a;
}

static void assert_known(struct cache *c, const char *name, int64_t now,
                         const struct resolve_answer *expected)
{
    struct resolve_answer got;
    assert_true(cache_get(c, span_of(name), now, &got));
    assert_int_equal(got.status, expected->status);
    assert_int_equal(got.count, expected->count);
    assert_int_equal(got.expires, expected->expires);
    assert_memory_equal(got.address, expected->address, expected->count * sizeof *got.address);
    assert_string_equal(got.server, expected->server);
    assert_string_equal(got.why, expected->why);
}

static void assert_unknown(struct cache *c, const char *name, int64_t now)
{
    struct resolve_answer got;
    assert_false(cache_get(c, span_of(name), now, &got));
}

static void an_answer_is_known_until_it_expires_and_no_longer(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = answer_until(LATER, 1);
    cache_init(&c, 10000);
    assert_true(cache_put(&c, span_of("a.test"), &a, NOW) > 0);
    assert_known(&c, "a.test", NOW, &a);
    assert_known(&c, "a.test", LATER - 1, &a);
    assert_unknown(&c, "b.test", NOW);
    assert_unknown(&c, "a.test", LATER);
    assert_int_equal(c.bytes, 0);
    cache_fini(&c);
}

static void an_answer_that_has_expired_is_not_kept_and_drops_the_old_one(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = answer_until(LATER, 1), b = answer_until(NOW, 2);
    cache_init(&c, 10000);
    cache_put(&c, span_of("a.test"), &a, NOW);
    assert_int_equal(cache_put(&c, span_of("a.test"), &b, NOW), 0);
    assert_unknown(&c, "a.test", NOW);
    cache_fini(&c);
}

static void absence_and_its_reason_are_kept_too(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = { .status = RESOLVE_NOTFOUND, .expires = LATER };
    snprintf(a.why, sizeof a.why, "NXDOMAIN from 192.0.2.53");
    cache_init(&c, 10000);
    cache_put(&c, span_of("gone.test"), &a, NOW);
    assert_known(&c, "gone.test", NOW, &a);
    cache_fini(&c);
}

static void a_later_answer_takes_the_place_of_the_earlier(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = answer_until(LATER, 1), b = answer_until(LAST, 2);
    cache_init(&c, 10000);
    cache_put(&c, span_of("a.test"), &a, NOW);
    size_t bytes = c.bytes;
    cache_put(&c, span_of("a.test"), &b, NOW);
    assert_int_equal(c.bytes, bytes);
    assert_int_equal(c.entries.count, 1);
    assert_known(&c, "a.test", LATER, &b);
    cache_fini(&c);
}

static void only_the_entry_it_belongs_to_is_amended(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = answer_until(LATER, 1), b = answer_until(LAST, 2);
    cache_init(&c, 10000);
    uint64_t first = cache_put(&c, span_of("a.test"), &a, NOW);
    cache_amend(&c, span_of("a.test"), first, &b, NOW);
    assert_known(&c, "a.test", NOW, &b);
    cache_put(&c, span_of("a.test"), &b, NOW);
    cache_amend(&c, span_of("a.test"), first, &a, NOW);
    assert_known(&c, "a.test", NOW, &b);
    cache_amend(&c, span_of("other.test"), first, &a, NOW);
    assert_unknown(&c, "other.test", NOW);
    cache_fini(&c);
}

static void put_number(struct cache *c, unsigned i)
{
    char name[32];
    struct resolve_answer a = answer_until(LATER, (uint8_t)i);
    snprintf(name, sizeof name, "host%u.test", i);
    cache_put(c, span_of(name), &a, NOW);
}

static void bytes_stay_within_the_bound_and_the_longest_unasked_goes_first(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer got;
    enum { BOUND = 20000 };
    cache_init(&c, BOUND);
    for (unsigned i = 0; i < 1000; i++) {
        put_number(&c, i);
        assert_true(c.bytes <= BOUND);
        if (i > 0) // asked for again and again: it stays
            assert_true(cache_get(&c, span_of("host0.test"), NOW, &got));
    }
    assert_true(c.entries.count > 50);
    assert_true(c.bytes > BOUND - 500);
    assert_unknown(&c, "host1.test", NOW);
    assert_true(cache_get(&c, span_of("host999.test"), NOW, &got));
    cache_fini(&c);
}

static void what_is_larger_than_the_bound_is_not_kept(void **state)
{
    (void)state;
    struct cache c;
    struct resolve_answer a = answer_until(LATER, 1);
    cache_init(&c, 50);
    assert_int_equal(cache_put(&c, span_of("a.test"), &a, NOW), 0);
    assert_unknown(&c, "a.test", NOW);
    assert_int_equal(c.bytes, 0);
    cache_fini(&c);
}

static void without_memory_nothing_is_known(void **state)
{
    (void)state;
    struct resolve_answer a = answer_until(LATER, 1), b = answer_until(LAST, 2);
    for (unsigned nth = 1; nth < 5; nth++) {
        struct cache c;
        cache_init(&c, 10000);
        faults_fail_allocation(nth);
        uint64_t kept = cache_put(&c, span_of("a.test"), &a, NOW);
        uint64_t again = cache_put(&c, span_of("a.test"), &b, NOW);
        faults_fail_allocation(0);
        (void)kept;
        if (again)
            assert_known(&c, "a.test", NOW, &b);
        else
            assert_unknown(&c, "a.test", NOW);
        cache_fini(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_known_until_it_expires_and_no_longer),
        cmocka_unit_test(an_answer_that_has_expired_is_not_kept_and_drops_the_old_one),
        cmocka_unit_test(absence_and_its_reason_are_kept_too),
        cmocka_unit_test(a_later_answer_takes_the_place_of_the_earlier),
        cmocka_unit_test(only_the_entry_it_belongs_to_is_amended),
        cmocka_unit_test(bytes_stay_within_the_bound_and_the_longest_unasked_goes_first),
        cmocka_unit_test(what_is_larger_than_the_bound_is_not_kept),
        cmocka_unit_test(without_memory_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

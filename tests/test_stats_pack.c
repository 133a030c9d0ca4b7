// SPDX-License-Identifier: MIT
#include "check.h"
#include "crawl/stats_pack.h"
#include <errno.h>
#include <stdlib.h>

static struct crawl_stats *filled(void)
{
    struct crawl_stats *s = calloc(1, sizeof *s);
    s->total = 10;
    s->taken = 9;
    s->records = 8;
    s->failed = 7;
    s->skipped = 6;
    s->exchanges = 5;
    s->not_modified = 14;
    s->retries = 4;
    s->redirects = 3;
    s->bytes = UINT64_MAX;
    s->links = 21;
    s->robots = 22;
    s->denied = 23;
    s->given_up = 24;
    s->left_out[LEFT_OUT_SCOPE] = 25;
    s->status[200] = 11;
    s->status[599] = 12;
    s->error[FETCH_TIMEOUT] = 13;
    for (uint64_t k = 1; k < 1000000; k *= 3)
        histogram_add(&s->latency, k);
    strcpy(s->slowest[0].name, "slow.example");
    s->slowest[0].exchanges = 2;
    s->slowest[0].mean = 99;
    s->engines = 2;
    s->engine[0] =
        (struct stats_engine){ .name = "coro", .exchanges = 3, .records = 2, .spent = 5 };
    s->engine[1] =
        (struct stats_engine){ .name = "forks:2", .exchanges = 2, .errors = 1, .bytes = 4 };
    return s;
}

static void counts_come_back_as_they_were(void **state)
{
    (void)state;
    struct crawl_stats *s = filled(), *back = calloc(1, sizeof *back);
    struct buffer b = { 0 };
    stats_pack(&b, s);
    assert_true(b.n < 1000);
    back->engines = 2;
    back->engine[0].name = "forks:2"; // the engines of another part, in another order
    back->engine[1].name = "serial";
    back->engine[1].exchanges = 77;
    assert_int_equal(stats_unpack(back, buffer_span(&b)), 0);
    assert_int_equal(back->total, 10);
    assert_int_equal(back->records, 8);
    assert_int_equal(back->not_modified, 14);
    assert_int_equal(back->bytes, UINT64_MAX);
    assert_int_equal(back->links, 21);
    assert_int_equal(back->robots, 22);
    assert_int_equal(back->denied, 23);
    assert_int_equal(back->given_up, 24);
    assert_memory_equal(back->left_out, s->left_out, sizeof s->left_out);
    assert_memory_equal(back->status, s->status, sizeof s->status);
    assert_memory_equal(back->error, s->error, sizeof s->error);
    assert_memory_equal(&back->latency, &s->latency, sizeof s->latency);
    assert_string_equal(back->slowest[0].name, "slow.example");
    assert_int_equal(back->slowest[0].mean, 99);
    assert_string_equal(back->engine[0].name, "forks:2");
    assert_int_equal(back->engine[0].exchanges, 2);
    assert_int_equal(back->engine[0].bytes, 4);
    assert_int_equal(back->engine[1].exchanges, 77);
    free(s);
    free(back);
    buffer_fini(&b);
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    struct crawl_stats *s = filled(), *back = calloc(1, sizeof *back);
    struct buffer b = { 0 };
    uint64_t x = 88172645463325252U;
    stats_pack(&b, s);
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(stats_unpack(back, (struct span){ b.p, n }), -EUCLEAN);
    char *copy = malloc(b.n);
    for (int round = 0; round < 20000; round++) {
        memcpy(copy, b.p, b.n);
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        copy[x % b.n] = (char)(x >> 32);
        int r = stats_unpack(back, (struct span){ copy, b.n });
        assert_true(r == 0 || r == -EUCLEAN || r == -EPROTO);
    }
    free(copy);
    free(s);
    free(back);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_come_back_as_they_were),
        cmocka_unit_test(damaged_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/blocks.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void blocks_of_every_size_hold_what_is_put_there(void **state)
{
    (void)state;
    enum { STEP = 37, COUNT = 70000 / STEP };
    static unsigned char *p[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        p[i] = blocks_malloc(i * STEP);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % 16, 0);
        memset(p[i], (int)(i & 255), i * STEP);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < i * STEP; k++)
            assert_int_equal(p[i][k], i & 255);
        blocks_free(p[i]);
    }
    blocks_free(NULL);
}

static void cleared_blocks_are_clear_also_when_used_before(void **state)
{
    (void)state;
    for (size_t n = 1; n < 70000; n += 997) {
        void *dirty = blocks_malloc(n);
        memset(dirty, 255, n);
        blocks_free(dirty);
        unsigned char *p = blocks_calloc(1, n);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(p[k], 0);
        blocks_free(p);
    }
    assert_null(blocks_calloc((size_t)-1, 2));
}

static void growing_and_shrinking_keeps_what_fits(void **state)
{
    (void)state;
    unsigned char *p = blocks_realloc(NULL, 1);
    p[0] = 1;
    for (size_t n = 2; n < 200000; n = n * 3 / 2 + 1) {
        p = blocks_realloc(p, n);
        assert_int_equal(p[0], 1);
        for (size_t k = 1; k < n; k++)
            p[k] = (unsigned char)k;
    }
    for (size_t n = 100000; n > 1; n = n * 2 / 3) {
        p = blocks_realloc(p, n);
        assert_int_equal(p[0], 1);
        assert_int_equal(p[n - 1], (unsigned char)(n - 1));
    }
    blocks_free(p);
    char *s = blocks_strdup("a string");
    assert_string_equal(s, "a string");
    blocks_free(s);
}

static void *blocks_take_some(void *arg)
{
    void **p = arg;
    for (int i = 0; i < 1000; i++) {
        p[i] = blocks_malloc((size_t)i * 20);
        memset(p[i], i & 255, (size_t)i * 20);
    }
    return NULL;
}

static void what_one_thread_took_another_may_free(void **state)
{
    (void)state;
    static void *p[1000];
    for (int round = 0; round < 20; round++) {
        pthread_t t;
        assert_int_equal(pthread_create(&t, NULL, blocks_take_some, p), 0);
        pthread_join(t, NULL);
        for (int i = 0; i < 1000; i++) {
            if (i)
                assert_int_equal(((unsigned char *)p[i])[i * 20 - 1], i & 255);
            blocks_free(p[i]);
        }
    }
}

static void *blocks_churn(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    void *p[64] = { NULL };
    for (int i = 0; i < 20000; i++) {
        unsigned k = (unsigned)rand_r(&seed) % 64, n = (unsigned)rand_r(&seed) % 20000;
        blocks_free(p[k]);
        p[k] = blocks_malloc(n + 1);
        memset(p[k], (int)k, n + 1);
    }
    for (int k = 0; k < 64; k++)
        blocks_free(p[k]);
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    pthread_t t[4];
    for (uintptr_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, blocks_churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_every_size_hold_what_is_put_there),
        cmocka_unit_test(cleared_blocks_are_clear_also_when_used_before),
        cmocka_unit_test(growing_and_shrinking_keeps_what_fits),
        cmocka_unit_test(what_one_thread_took_another_may_free),
        cmocka_unit_test(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/buffer.h"
#include "faults.h"
#include <stdio.h>
#include <stdlib.h>

static void appends_stand_one_after_the_other(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    buffer_add(&b, "ab\0c", 4);
    buffer_add_byte(&b, '-');
    buffer_add_string(&b, "xyz");
    buffer_add_string(&b, "");
    buffer_add_uint(&b, 0);
    buffer_add_uint(&b, UINT64_MAX);
    buffer_add_format(&b, "<%d %s>", -7, "s");
    static const char want[] = "ab\0c-xyz018446744073709551615<-7 s>";
    assert_false(b.failed);
    assert_int_equal(b.n, sizeof want - 1);
    assert_memory_equal(b.p, want, b.n);
    assert_true(span_equal(buffer_span(&b), (struct span){ want, sizeof want - 1 }));
    buffer_fini(&b);
}

static void long_appends_of_every_kind_grow_it(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    char *want = malloc(400000), piece[301];
    size_t n = 0;
    assert_non_null(want);
    for (unsigned i = 0; i < 600; i++) {
        size_t k = i % 300;
        memset(piece, 'a' + (int)(i % 26), k);
        piece[k] = '\0';
        buffer_add(&b, piece, k);
        buffer_add_format(&b, "%s", piece);
        buffer_add_string(&b, piece);
        for (int copy = 0; copy < 3; copy++, n += k)
            memcpy(want + n, piece, k);
    }
    assert_int_equal(b.n, n);
    assert_memory_equal(b.p, want, n);
    buffer_fini(&b);
    free(want);
}

static void a_formatted_append_may_fill_the_room_exactly(void **state)
{
    (void)state;
    char text[600];
    for (int n = 100; n < 600; n++) {
        struct buffer b = { 0 };
        memset(text, 'q', sizeof text);
        buffer_add_format(&b, "%.*s", n, text);
        assert_int_equal(b.n, n);
        assert_memory_equal(b.p, text, (size_t)n);
        buffer_fini(&b);
    }
}

static void a_failed_append_is_remembered_and_changes_nothing(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    char big[1000] = { 0 };
    buffer_add_string(&b, "kept");
    faults_fail_allocation(1);
    buffer_add(&b, big, sizeof big);
    assert_true(b.failed);
    buffer_add_string(&b, "x");
    buffer_add_byte(&b, 'x');
    buffer_add_uint(&b, 1);
    buffer_add_format(&b, "%d", 1);
    assert_null(buffer_reserve(&b, 1));
    assert_null(buffer_string(&b));
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "kept", 4);
    buffer_clear(&b);
    buffer_add(&b, big, sizeof big);
    assert_false(b.failed);
    assert_int_equal(b.n, sizeof big);
    buffer_fini(&b);
}

static void a_size_beyond_the_address_space_fails(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    buffer_add_string(&b, "kept");
    assert_null(buffer_reserve(&b, SIZE_MAX - 2));
    assert_true(b.failed);
    assert_int_equal(b.n, 4);
    buffer_fini(&b);
}

static void consume_leaves_the_rest(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    buffer_consume(&b, 0);
    buffer_add_string(&b, "headtail");
    buffer_consume(&b, 4);
    assert_string_equal(buffer_string(&b), "tail");
    buffer_consume(&b, 4);
    assert_int_equal(b.n, 0);
    assert_string_equal(buffer_string(&b), "");
    buffer_fini(&b);
}

static void the_string_of_an_empty_buffer_is_empty(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_string_equal(buffer_string(&b), "");
    assert_int_equal(b.n, 0);
    buffer_fini(&b);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_stand_one_after_the_other),
        cmocka_unit_test(long_appends_of_every_kind_grow_it),
        cmocka_unit_test(a_formatted_append_may_fill_the_room_exactly),
        cmocka_unit_test(a_failed_append_is_remembered_and_changes_nothing),
        cmocka_unit_test(a_size_beyond_the_address_space_fails),
        cmocka_unit_test(consume_leaves_the_rest),
        cmocka_unit_test(the_string_of_an_empty_buffer_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

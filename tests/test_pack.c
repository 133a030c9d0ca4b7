// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/pack.h"

static void numbers_come_back_as_they_were(void **state)
{
    (void)state;
    static const uint64_t number[] = { 0,         1,     127,        128,
                                       16383,     16384, UINT32_MAX, UINT64_MAX - 1,
                                       UINT64_MAX };
    static const int64_t whole[] = { 0, -1, 1, -64, 64, INT64_MIN, INT64_MAX };
    struct buffer b = { 0 };
    for (unsigned i = 0; i < sizeof number / sizeof *number; i++)
        pack_uint(&b, number[i]);
    for (unsigned i = 0; i < sizeof whole / sizeof *whole; i++)
        pack_int(&b, whole[i]);
    pack_word(&b, UINT64_C(0x0102030405060708));
    struct unpack u = unpack_of(buffer_span(&b));
    for (unsigned i = 0; i < sizeof number / sizeof *number; i++)
        assert_int_equal(unpack_uint(&u), number[i]);
    for (unsigned i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_int_equal(unpack_int(&u), whole[i]);
    assert_int_equal(unpack_word(&u), UINT64_C(0x0102030405060708));
    assert_true(unpack_ended(&u));
    buffer_fini(&b);
}

static void small_numbers_take_one_byte(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    pack_uint(&b, 127);
    pack_int(&b, -64);
    assert_int_equal(b.n, 2);
    buffer_fini(&b);
}

static void an_absent_string_stays_absent_and_an_empty_one_empty(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    pack_span(&b, (struct span){ NULL, 0 });
    pack_span(&b, span_of(""));
    pack_span(&b, span_of("text"));
    struct unpack u = unpack_of(buffer_span(&b));
    struct span absent = unpack_span(&u), empty = unpack_span(&u), text = unpack_span(&u);
    assert_null(absent.p);
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
    assert_true(span_is(text, "text"));
    assert_true(unpack_ended(&u));
    buffer_fini(&b);
}

static void what_was_cut_is_bad_wherever_it_was_cut(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    pack_uint(&b, UINT64_MAX);
    pack_span(&b, span_of("some text"));
    pack_word(&b, 7);
    for (size_t n = 0; n < b.n; n++) {
        struct unpack u = unpack_of((struct span){ b.p, n });
        unpack_uint(&u);
        unpack_span(&u);
        unpack_word(&u);
        assert_false(unpack_ended(&u));
        assert_true(u.bad);
        assert_int_equal(unpack_uint(&u), 0);
    }
    buffer_fini(&b);
}

static void a_number_of_more_than_64_bits_is_bad(void **state)
{
    (void)state;
    static const char ten[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
    static const char eleven[] = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";
    struct unpack u = unpack_of((struct span){ ten, 10 });
    assert_int_equal(unpack_uint(&u), 0);
    assert_true(u.bad);
    u = unpack_of((struct span){ eleven, 11 });
    assert_int_equal(unpack_uint(&u), 0);
    assert_true(u.bad);
}

static void a_number_beyond_its_bound_is_bad(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    pack_uint(&b, 101);
    struct unpack u = unpack_of(buffer_span(&b));
    assert_int_equal(unpack_uint_to(&u, 100), 0);
    assert_true(u.bad);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back_as_they_were),
        cmocka_unit_test(small_numbers_take_one_byte),
        cmocka_unit_test(an_absent_string_stays_absent_and_an_empty_one_empty),
        cmocka_unit_test(what_was_cut_is_bad_wherever_it_was_cut),
        cmocka_unit_test(a_number_of_more_than_64_bits_is_bad),
        cmocka_unit_test(a_number_beyond_its_bound_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

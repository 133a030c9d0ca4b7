// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/json.h"
#include <jansson.h>
#include <stdlib.h>

static void holds(struct buffer *b, const char *want)
{
    assert_false(b->failed);
    assert_string_equal(buffer_string(b), want);
    buffer_clear(b);
}

static void commas_stand_where_they_must(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    json_object_open(&b);
    json_key(&b, "a");
    json_uint(&b, 1);
    json_key(&b, "b");
    json_array_open(&b);
    json_array_close(&b);
    json_key(&b, "c");
    json_array_open(&b);
    json_object_open(&b);
    json_object_close(&b);
    json_none(&b);
    json_bool(&b, true);
    json_bool(&b, false);
    json_array_open(&b);
    json_int(&b, -5);
    json_text(&b, span_of("{"));
    json_text(&b, span_of("["));
    json_text(&b, span_of(":"));
    json_array_close(&b);
    json_seconds_us(&b, 0);
    json_array_close(&b);
    json_object_close(&b);
    json_newline(&b);
    json_object_open(&b);
    json_object_close(&b);
    json_newline(&b);
    holds(&b,
          "{\"a\":1,\"b\":[],\"c\":[{},null,true,false,[-5,\"{\",\"[\",\":\"],0.000000]}\n{}\n");
    buffer_fini(&b);
}

static void a_top_level_value_may_stand_alone(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    json_text(&b, span_of("x"));
    holds(&b, "\"x\"");
    json_text(&b, (struct span){ NULL, 0 });
    holds(&b, "null");
    json_text(&b, span_of(""));
    holds(&b, "\"\"");
    buffer_fini(&b);
}

static void what_must_be_escaped_is(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    json_text(&b, (struct span){ "\0\x1f \"\\\b\f\n\r\t/\x7f~", 13 });
    holds(&b, "\"\\u0000\\u001f \\\"\\\\\\b\\f\\n\\r\\t/\\u007f~\"");
    json_text(&b, span_of("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"
                          "\xF0\x9F\x98\x80"));
    holds(&b, "\"\\u0080\\u009b\\u009f\xC2\xA0\\u2028\\u2029\xE2\x80\xAA\xF0\x9F\x98\x80\"");
    buffer_fini(&b);
}

// The examples of Unicode 15 §3.9 tables 3-8 to 3-11, and ends in the middle.
static void a_maximal_subpart_that_is_not_utf8_becomes_one_replacement(void **state)
{
    (void)state;
#define R "\xEF\xBF\xBD"
    static const char *const pairs[][2] = {
        { "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", R R R R R R R R "A" },
        { "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", R R R R R R R R "A" },
        { "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", R R R R R "A" R R "B" },
        { "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", R R R R "A" },
        { "\xE2\x82", R },
        { "\xF0\x9F\x98", R },
        { "a\xFF"
          "bcdefgh\xC3",
          "a" R "bcdefgh" R },
        { "\xF4\x8F\xBF\xBF\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF" R },
    };
    struct buffer b = { 0 };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char want[64];
        snprintf(want, sizeof want, "\"%s\"", pairs[i][1]);
        json_text(&b, span_of(pairs[i][0]));
        holds(&b, want);
    }
    buffer_fini(&b);
#undef R
}

static void a_special_byte_is_found_at_every_place(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    for (unsigned byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 20; at++) {
            char text[20], *exact = malloc(sizeof text);
            memset(text, 'x', sizeof text);
            text[at] = (char)byte;
            assert_non_null(exact);
            memcpy(exact, text, sizeof text);
            json_text(&b, (struct span){ exact, sizeof text });
            free(exact);
            json_t *read = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert_non_null(read);
            size_t n = json_string_length(read);
            if (byte < 0x80) {
                assert_int_equal(n, sizeof text);
                assert_memory_equal(json_string_value(read), text, n);
            } else {
                assert_int_equal(n, sizeof text + 2);
                assert_memory_equal(json_string_value(read) + at, "\xEF\xBF\xBD", 3);
            }
            json_decref(read);
            buffer_clear(&b);
        }
    }
    buffer_fini(&b);
}

static void any_bytes_make_a_string_that_reads_back(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    uint32_t seed = 3;
    for (unsigned round = 0; round < 30000; round++) {
        size_t n = round % 37;
        char *text = malloc(n + 1);
        assert_non_null(text);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = (char)(seed >> (round & 1 ? 24 : 25));
        }
        json_text(&b, (struct span){ text, n });
        free(text);
        json_t *read = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(read);
        for (size_t i = 0; i < b.n; i++)
            assert_true((unsigned char)b.p[i] >= ' ' && b.p[i] != 0x7F);
        json_decref(read);
        buffer_clear(&b);
    }
    buffer_fini(&b);
}

static void numbers_are_exact_to_their_ends(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    json_uint(&b, UINT64_MAX);
    json_int(&b, INT64_MIN);
    json_int(&b, INT64_MAX);
    json_int(&b, 0);
    holds(&b, "18446744073709551615,-9223372036854775808,9223372036854775807,0");
    buffer_fini(&b);
}

static void seconds_have_six_digits_and_are_rounded(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *want;
    } cases[] = {
        { 0, "0.000000" },
        { 499, "0.000000" },
        { 500, "0.000001" },
        { 1234567, "0.001235" },
        { 999999500, "1.000000" },
        { 61 * INT64_C(1000000000), "61.000000" },
        { -1, "0.000000" },
        { -1500000, "-0.001500" },
        { INT64_MAX, "9223372036.854776" },
        { INT64_MIN, "-9223372036.854776" },
    };
    struct buffer b = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_seconds_us(&b, cases[i].ns);
        holds(&b, cases[i].want);
    }
    buffer_fini(&b);
}

static void times_are_rfc_3339_in_utc(void **state)
{
    (void)state;
    const int64_t second = INT64_C(1000000000);
    struct json_time cache = { 0 };
    struct buffer b = { 0 };
    json_time(&b, &cache, 0, 0);
    holds(&b, "\"1970-01-01T00:00:00Z\"");
    json_time(&b, &cache, 999999999, 3);
    holds(&b, "\"1970-01-01T00:00:00.999Z\"");
    json_time(&b, &cache, -1, 6);
    holds(&b, "\"1969-12-31T23:59:59.999999Z\"");
    json_time(&b, &cache, 1709251199 * second + 123456789, 6);
    json_time(&b, &cache, 1709251199 * second + 7000, 6);
    json_time(&b, &cache, 1709251200 * second, 3);
    holds(&b, "\"2024-02-29T23:59:59.123456Z\",\"2024-02-29T23:59:59.000007Z\",\"2024-03-01T00:00:"
              "00.000Z\"");
    json_time(&b, &cache, INT64_MAX, 6);
    json_time(&b, &cache, INT64_MIN, 0);
    holds(&b, "\"2262-04-11T23:47:16.854775Z\",\"1677-09-21T00:12:43Z\"");
    buffer_fini(&b);
}

static void no_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct json_time cache = { 0 };
    faults_fail_all_allocations();
    json_object_open(&b);
    json_key(&b, "k");
    json_text(&b, span_of("v\n"));
    json_key(&b, "t");
    json_time(&b, &cache, 1, 3);
    json_object_close(&b);
    faults_fail_allocation(0);
    assert_true(b.failed);
    assert_int_equal(b.n, 0);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_where_they_must),
        cmocka_unit_test(a_top_level_value_may_stand_alone),
        cmocka_unit_test(what_must_be_escaped_is),
        cmocka_unit_test(a_maximal_subpart_that_is_not_utf8_becomes_one_replacement),
        cmocka_unit_test(a_special_byte_is_found_at_every_place),
        cmocka_unit_test(any_bytes_make_a_string_that_reads_back),
        cmocka_unit_test(numbers_are_exact_to_their_ends),
        cmocka_unit_test(seconds_have_six_digits_and_are_rounded),
        cmocka_unit_test(times_are_rfc_3339_in_utc),
        cmocka_unit_test(no_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

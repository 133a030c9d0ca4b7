// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/json.h"
#include "store/json_read.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool good(struct span text)
{
    struct json_read_fault f = { 0, NULL };
    int r = json_read_check(text, &f);
    if (r < 0) {
        assert_int_equal(r, -EINVAL);
        assert_non_null(f.why);
        assert_true(f.at <= text.n);
    }
    return r == 0;
}

// In memory of its own size, so that a sanitizer sees whoever reads beyond it.
static bool good_copy(const char *p, size_t n)
{
    char *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    bool is = good((struct span){ copy, n });
    free(copy);
    return is;
}

static void what_is_json_is_taken(void **state)
{
    (void)state;
    const char *texts[] = { "{}",
                            "[]",
                            " [ ] ",
                            "null",
                            "true",
                            "false",
                            "0",
                            "-0",
                            "10.5e+3",
                            "1E9",
                            "\"\"",
                            "{\"a\":1}",
                            "[1,2,[3]]",
                            "\"\\u00e9\\n\\/\"",
                            "{\"a\":{\"b\":[{}]},\"c\":\"d\"}",
                            "\t[\n1 , 2\r]\n",
                            "\"\xc3\xa9\xf0\x9f\x98\x80\"",
                            "{\"\":\"\"}" };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!good_copy(texts[i], strlen(texts[i])))
            fail_msg("%s", texts[i]);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    const char *texts[] = { "",
                            " ",
                            "{",
                            "}",
                            "[1,]",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{a:1}",
                            "{'a':1}",
                            "[1 2]",
                            "01",
                            "1.",
                            ".5",
                            "1e",
                            "+1",
                            "-",
                            "nul",
                            "True",
                            "\"",
                            "\"\\x\"",
                            "\"\\u12g4\"",
                            "\"\\u123\"",
                            "\"a\nb\"",
                            "[1}",
                            "{\"a\":1]",
                            "{} {}",
                            "[1],",
                            "{\"a\":1,}",
                            "\"\xff\"",
                            "\"\xed\xa0\x80\"",
                            "nan",
                            "{,}",
                            "[,1]",
                            "\xef\xbb\xbf{}",
                            "{\"a\" 1}",
                            "\"\\" };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        if (good_copy(texts[i], strlen(texts[i])))
            fail_msg("%s", texts[i]);
    assert_false(good_copy("[\0]", 3));
}

static void a_fault_is_said_with_its_place(void **state)
{
    (void)state;
    struct json_read_fault f;
    assert_int_equal(json_read_check(span_of("{\"a\" 1}"), &f), -EINVAL);
    assert_int_equal(f.at, 5);
    assert_string_equal(f.why, "a colon is missing");
    assert_int_equal(json_read_check(span_of("[1,2"), &f), -EINVAL);
    assert_int_equal(f.at, 4);
    assert_string_equal(f.why, "a comma or ']' is missing");
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    for (unsigned depth = JSON_READ_DEPTH; depth <= JSON_READ_DEPTH + 1; depth++) {
        buffer_clear(&b);
        for (unsigned i = 0; i < depth; i++)
            buffer_add_string(&b, i % 2 ? "[" : "{\"a\":");
        buffer_add_string(&b, "1");
        for (unsigned i = depth; i-- > 0;)
            buffer_add_string(&b, i % 2 ? "]" : "}");
        assert_int_equal(good(buffer_span(&b)), depth == JSON_READ_DEPTH);
    }
    buffer_clear(&b);
    for (unsigned i = 0; i < 1000000; i++)
        buffer_add_byte(&b, '[');
    assert_false(good(buffer_span(&b)));
    buffer_fini(&b);
}

static void members_come_in_order_with_their_values(void **state)
{
    (void)state;
    struct span rest = span_of(" { \"a\" : [1, {\"}\":\"]\\\"\"}] ,\"b\":-1.50 , \"c\":\"x,\\\"y\","
                               "\"d\" :null, \"e\":{ } } ");
    const char *names[] = { "\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\"" };
    const char *values[] = { "[1, {\"}\":\"]\\\"\"}]", "-1.50", "\"x,\\\"y\"", "null", "{ }" };
    const enum json_read_kind kinds[] = { JSON_READ_ARRAY, JSON_READ_NUMBER, JSON_READ_TEXT,
                                          JSON_READ_NULL, JSON_READ_OBJECT };
    struct span name, value;
    assert_true(good(rest));
    for (unsigned i = 0; i < 5; i++) {
        assert_true(json_read_member(&rest, &name, &value));
        assert_true(span_is(name, names[i]));
        assert_true(span_is(value, values[i]));
        assert_int_equal(json_read_kind(value), kinds[i]);
    }
    assert_false(json_read_member(&rest, &name, &value));
    rest = span_of("{ }");
    assert_false(json_read_member(&rest, &name, &value));
    assert_int_equal(json_read_kind(span_of(" true")), JSON_READ_BOOL);
}

static void reads_as(const char *text, const char *want, size_t n)
{
    struct buffer b = { 0 };
    assert_true(good(span_of(text)));
    json_read_text(span_of(text), &b);
    assert_int_equal(b.n, n);
    assert_memory_equal(b.p ? b.p : "", want, n);
    buffer_fini(&b);
}

static void strings_are_decoded(void **state)
{
    (void)state;
    reads_as("\"\"", "", 0);
    reads_as("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz", 10);
    reads_as("\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6);
    reads_as("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4);
    reads_as("\"\\ud83dx\\ude00\\ud83d\"", "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd", 10);
    reads_as("\"a\\u0000b\"", "a\0b", 3);
    assert_true(json_read_is(span_of("\"url\""), "url"));
    assert_true(json_read_is(span_of("\"\\u0075rl\""), "url"));
    assert_false(json_read_is(span_of("\"URL\""), "url"));
    assert_false(json_read_is(span_of("\"\""), "url"));
}

static void compacts_to(const char *text, const char *want)
{
    struct buffer b = { 0 };
    assert_true(good(span_of(text)));
    json_read_compact(span_of(text), &b);
    assert_string_equal(buffer_string(&b), want);
    buffer_fini(&b);
}

static void compacting_takes_out_white_space_alone(void **state)
{
    (void)state;
    compacts_to(
        " { \"a b\" : [ 1.10 , 123456789012345678901234567890, -0 ] ,\n\"c\" : \"\\u0041 \\/\" } ",
        "{\"a b\":[1.10,123456789012345678901234567890,-0],\"c\":\"\\u0041 \\/\"}");
    compacts_to("true ", "true");
    compacts_to("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}");
}

static void what_a_terminal_would_act_upon_is_escaped(void **state)
{
    (void)state;
    compacts_to("\"a\x7f\xc2\x9b\xc3\xa9\xe2\x80\xa8z\"", "\"a\\u007f\\u009b\xc3\xa9\\u2028z\"");
}

// ---- the same as libjansson

static uint64_t seed = 1;

static unsigned any(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

// A text that is likely to be JSON, or nearly.
static void babble(struct buffer *b, unsigned depth)
{
    static const char *const scraps[] = { "1",    "-2.5",        "1e3",     "true", "null",
                                          "\"\"", "\"x\"",       "\"\\n\"", "{}",   "[]",
                                          "0",    "\"\\u00e9\"", "01",      "x" };
    unsigned n = any(4);
    switch (depth ? any(3) : 2) {
    case 0:
        buffer_add_byte(b, '[');
        for (unsigned i = 0; i < n; i++) {
            buffer_add_string(b, i ? any(20) ? "," : " " : "");
            babble(b, depth - 1);
        }
        buffer_add_byte(b, any(30) ? ']' : '}');
        break;
    case 1:
        buffer_add_byte(b, '{');
        for (unsigned i = 0; i < n; i++) {
            buffer_add_format(b, "%s\"k%u\"%s", i ? ", " : "", i, any(30) ? ":" : "");
            babble(b, depth - 1);
        }
        buffer_add_byte(b, '}');
        break;
    default:
        buffer_add_string(b, scraps[any(any(10) ? 12 : 14)]);
    }
}

static void libjansson_agrees_on_what_is_json(void **state)
{
    (void)state;
    struct buffer b = { 0 }, compact = { 0 };
    unsigned taken = 0;
    for (unsigned round = 0; round < 20000; round++) {
        json_error_t e;
        buffer_clear(&b);
        babble(&b, 4);
        json_t *tree = json_loadb(b.p, b.n, JSON_DECODE_ANY, &e);
        if (good_copy(b.p, b.n) != (tree != NULL))
            fail_msg("%.*s", (int)b.n, b.p);
        if (tree) {
            taken++;
            buffer_clear(&compact);
            json_read_compact(buffer_span(&b), &compact);
            json_t *again = json_loadb(compact.p, compact.n, JSON_DECODE_ANY, &e);
            assert_true(json_equal(tree, again));
            json_decref(again);
        }
        json_decref(tree);
    }
    assert_true(taken > 5000 && taken < 20000);
    buffer_fini(&b);
    buffer_fini(&compact);
}

static void without_memory_the_buffer_says_so(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    faults_fail_allocation(1);
    json_read_text(span_of("\"abc\""), &b);
    faults_fail_allocation(0);
    assert_true(b.failed);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_taken),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_fault_is_said_with_its_place),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(members_come_in_order_with_their_values),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(compacting_takes_out_white_space_alone),
        cmocka_unit_test(what_a_terminal_would_act_upon_is_escaped),
        cmocka_unit_test(libjansson_agrees_on_what_is_json),
        cmocka_unit_test(without_memory_the_buffer_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

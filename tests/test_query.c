// SPDX-License-Identifier: MIT
#include "check.h"
#include "resolve/query.h"

static void a_question_is_written_as_rfc_1035_says(void **state)
{
    (void)state;
    static const uint8_t expected[] = { 0xab, 0xcd, 1, 0,   0,   1,   0,   0, 0, 0,  0, 0,
                                        1,    'a',  4, 't', 'e', 's', 't', 0, 0, 28, 0, 1 };
    uint8_t out[QUERY_ROOM];
    assert_int_equal(query_write(out, span_of("a.test"), QUERY_AAAA, 0xabcd, false),
                     sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    assert_int_equal(query_write(out, span_of("a.test."), QUERY_AAAA, 0xabcd, false),
                     sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

static void edns_adds_an_empty_opt_record_at_the_end(void **state)
{
    (void)state;
    static const uint8_t opt[QUERY_OPT] = { 0, 0, 41, QUERY_PAYLOAD >> 8, QUERY_PAYLOAD & 255 };
    uint8_t with[QUERY_ROOM], without[QUERY_ROOM];
    size_t n = query_write(without, span_of("a.test"), QUERY_A, 7, false);
    assert_int_equal(query_write(with, span_of("a.test"), QUERY_A, 7, true), n + QUERY_OPT);
    assert_memory_equal(with + n, opt, QUERY_OPT);
    assert_int_equal(with[11], 1);
    with[11] = 0;
    assert_memory_equal(with, without, n);
}

// `labels` labels of `size` bytes.
static struct span name_of(char *room, unsigned labels, unsigned size)
{
    size_t n = 0;
    for (unsigned i = 0; i < labels; i++) {
        if (i)
            room[n++] = '.';
        memset(room + n, 'x', size);
        n += size;
    }
    return (struct span){ room, n };
}

static void names_that_dns_cannot_hold_are_told_apart(void **state)
{
    (void)state;
    char room[400];
    assert_true(query_holds(span_of("a")));
    assert_true(query_holds(span_of("a.b.")));
    assert_false(query_holds(span_of("")));
    assert_false(query_holds(span_of(".")));
    assert_false(query_holds(span_of("a..b")));
    assert_false(query_holds(span_of(".a")));
    assert_false(query_holds(span_of("a..")));
    assert_true(query_holds(name_of(room, 1, 63)));
    assert_false(query_holds(name_of(room, 1, 64)));
    assert_true(query_holds(name_of(room, 127, 1)));
    assert_false(query_holds(name_of(room, 128, 1)));
}

static void the_longest_name_fits(void **state)
{
    (void)state;
    char room[400];
    uint8_t out[QUERY_ROOM];
    struct span name = name_of(room, 127, 1);
    assert_int_equal(name.n, QUERY_NAME);
    assert_int_equal(query_write(out, name, QUERY_A, 0, true), QUERY_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_written_as_rfc_1035_says),
        cmocka_unit_test(edns_adds_an_empty_opt_record_at_the_end),
        cmocka_unit_test(names_that_dns_cannot_hold_are_told_apart),
        cmocka_unit_test(the_longest_name_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

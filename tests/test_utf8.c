// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/utf8.h"
#include <stdlib.h>

static void every_code_point_goes_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4];
        const char *p = text;
        bool valid = false;
        if (c >= 0xD800 && c < 0xE000)
            continue;
        size_t n = utf8_put(text, c);
        assert_int_equal(utf8_next(&p, text + n, &valid), c);
        assert_true(valid && p == text + n);
    }
}

static void what_is_not_utf8_is_replaced_once_a_maximal_subpart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned replaced; // code points in all, every one of them U+FFFD
    } wrong[] = {
        { "\x80", 1 },
        { "\xC0\xAF", 2 },             // overlong
        { "\xE0\x80\xBF", 3 },         // overlong
        { "\xED\xA0\x80", 3 },         // a surrogate
        { "\xF4\x90\x80\x80", 4 },     // beyond U+10FFFF
        { "\xF5\x80", 2 },             // never in UTF-8
        { "\xE2\x82", 1 },             // cut
        { "\xF0\x9F\x98", 1 },         // cut
        { "\xF0\x9F\xF0\x9F\x98", 2 }, // cut by another
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        size_t n = strlen(wrong[i].text);
        char *exact = malloc(n);
        const char *p = exact;
        unsigned count = 0;
        assert_non_null(exact);
        memcpy(exact, wrong[i].text, n);
        for (; p < exact + n; count++) {
            bool valid = true;
            assert_int_equal(utf8_next(&p, exact + n, &valid), UTF8_REPLACEMENT);
            assert_false(valid);
        }
        assert_int_equal(count, wrong[i].replaced);
        assert_false(utf8_valid((struct span){ exact, n }));
        free(exact);
    }
}

static void a_replacement_that_stands_in_the_text_is_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid(span_of("a\xEF\xBF\xBD")));
    assert_true(utf8_valid((struct span){ NULL, 0 }));
    assert_true(utf8_valid((struct span){ "\0", 1 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_goes_there_and_back),
        cmocka_unit_test(what_is_not_utf8_is_replaced_once_a_maximal_subpart),
        cmocka_unit_test(a_replacement_that_stands_in_the_text_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "page/html.h"
#include <math.h>

static const char *text_of(struct buffer *b, const char *s)
{
    buffer_clear(b);
    html_text(b, s);
    return buffer_string(b);
}

static void text_cannot_become_markup(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_string_equal(text_of(&b, "<a href=\"x\" id='y'>&amp;"),
                        "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
    buffer_fini(&b);
}

static void text_is_always_utf8_without_control_characters(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_string_equal(text_of(&b, "a\001\033[2J\177"),
                        "a\357\277\275\357\277\275[2J\357\277\275");
    assert_string_equal(text_of(&b, "\377\300\257"), "\357\277\275\357\277\275\357\277\275");
    assert_string_equal(text_of(&b, "\302\205"), "\357\277\275");     // a control character of C1
    assert_string_equal(text_of(&b, "\357\277\277"), "\357\277\275"); // U+FFFF is none
    assert_string_equal(text_of(&b, "\302\265s\n\t"), "\302\265s\n\t");
    buffer_fini(&b);
}

static void an_element_closes_by_its_name_alone(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    html_element(&b, "p class=\"note\"", "1 < 2");
    assert_string_equal(buffer_string(&b), "<p class=\"note\">1 &lt; 2</p>");
    buffer_fini(&b);
}

static const char *number_of(struct buffer *b, double v)
{
    buffer_clear(b);
    html_number(b, v);
    return buffer_string(b);
}

static void coordinates_are_short_and_always_numbers(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_string_equal(number_of(&b, 12.5), "12.5");
    assert_string_equal(number_of(&b, 100), "100");
    assert_string_equal(number_of(&b, -0.256), "-0.26");
    assert_string_equal(number_of(&b, NAN), "0");
    assert_string_equal(number_of(&b, INFINITY), "0");
    assert_string_equal(number_of(&b, 1e300), "0");
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_cannot_become_markup),
        cmocka_unit_test(text_is_always_utf8_without_control_characters),
        cmocka_unit_test(an_element_closes_by_its_name_alone),
        cmocka_unit_test(coordinates_are_short_and_always_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

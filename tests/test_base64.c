// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/base64.h"
#include <errno.h>
#include <stdlib.h>

static const struct {
    const char *text, *bytes;
} base64_cases[] = {
    // RFC 4648 §10
    { "", "" },
    { "Zg==", "f" },
    { "Zm8=", "fo" },
    { "Zm9v", "foo" },
    { "Zm9vYg==", "foob" },
    { "Zm9vYmE=", "fooba" },
    { "Zm9vYmFy", "foobar" },
};

static void the_examples_of_the_standard_go_there_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof base64_cases / sizeof *base64_cases; i++) {
        struct buffer b = { 0 };
        assert_int_equal(base64_decode(span_of(base64_cases[i].text), &b), 0);
        assert_string_equal(buffer_string(&b), base64_cases[i].bytes);
        buffer_clear(&b);
        base64_encode(span_of(base64_cases[i].bytes), &b);
        assert_string_equal(buffer_string(&b), base64_cases[i].text);
        buffer_fini(&b);
    }
}

static void all_bytes_go_there_and_back(void **state)
{
    (void)state;
    char bytes[768];
    struct buffer coded = { 0 }, decoded = { 0 };
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        buffer_clear(&coded);
        buffer_clear(&decoded);
        base64_encode((struct span){ bytes, n }, &coded);
        assert_int_equal(base64_decode(buffer_span(&coded), &decoded), 0);
        assert_true(span_equal(buffer_span(&decoded), (struct span){ bytes, n }));
    }
    buffer_fini(&coded);
    buffer_fini(&decoded);
}

static void padding_may_be_left_out(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_int_equal(base64_decode(span_of("Zg"), &b), 0);
    assert_int_equal(base64_decode(span_of("Zm8"), &b), 0);
    assert_string_equal(buffer_string(&b), "ffo");
    buffer_fini(&b);
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    const char *texts[] = { "Z",    "Zg=",  "Z===", "====",     "=",     "Zm9v Zm9v", "Zm9v\n",
                            "Zh==", "Zm9=", "Zm-_", "Zg==Zg==", "Zm9vY", "\xc3\xa9Zg" };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buffer b = { 0 };
        buffer_add_string(&b, "x");
        if (base64_decode(span_of(texts[i]), &b) != -EINVAL)
            fail_msg("%s", texts[i]);
        assert_int_equal(b.n, 1);
        buffer_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_go_there_and_back),
        cmocka_unit_test(all_bytes_go_there_and_back),
        cmocka_unit_test(padding_may_be_left_out),
        cmocka_unit_test(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

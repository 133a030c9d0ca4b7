// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "faults.h"
#include "web/content_disposition.h"
#include <stdlib.h>
#include <strings.h>

static void check_case(const json_t *one)
{
    const char *id = cases_text(one, "id");
    struct span header = cases_span(one, "header"), want = cases_span(one, "filename");
    struct buffer got = { 0 };
    if (!header.p) // the last case makes its header by a function that we do not have
        return;
    // The header's text comes as characters; as UTF-8 it is what a header is whose bytes are UTF-8.
    bool plain = strstr(cases_text(one, "test"), "\"extended\" option is false");
    bool has = plain ? content_disposition_plain_name(header, &got)
                     : content_disposition_name(header, &got);
    if (has != (want.p != NULL) || (has && !span_equal(buffer_span(&got), want)))
        fail_msg("%s: got %d \"%.*s\", want \"%s\"", id, has, (int)got.n, got.p,
                 want.p ? want.p : "none");
    struct span type = content_disposition_type(header), want_type = cases_span(one, "type");
    assert_int_equal(type.n, want_type.n);
    assert_int_equal(strncasecmp(type.p, want_type.p, type.n), 0);
    buffer_fini(&got);
}

static void every_case_agrees(void **state)
{
    (void)state;
    assert_int_equal(cases_each("content_disposition.jsonl", check_case), 136);
}

static void bytes_that_are_not_utf8_are_latin1(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "attachment; filename=\"foo-\xE4.html\"", "foo-\xC3\xA4.html" },
        { "attachment; filename=foo-\xC3\xA4.html", "foo-\xC3\xA4.html" },
        { "attachment; filename*=ISO-8859-1''%A3%20rates", "\xC2\xA3 rates" },
    };
    for (size_t i = 0; i < 3; i++) {
        struct buffer b = { 0 };
        assert_true(content_disposition_name(span_of(pairs[i][0]), &b));
        assert_string_equal(buffer_string(&b), pairs[i][1]);
        buffer_fini(&b);
    }
}

static void no_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct buffer b = { 0 };
        faults_fail_allocation(nth);
        content_disposition_name(span_of("attachment; filename*=utf-8''%41b"), &b);
        bool through = faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(b.failed, !through);
        buffer_fini(&b);
        if (through)
            break;
    }
}

static void any_bytes_are_a_header_or_not(void **state)
{
    (void)state;
    static const char alphabet[] = "a;= \"\\'*%4filename\xC3\xA4\0";
    uint32_t seed = 17;
    for (unsigned round = 0; round < 100000; round++) {
        size_t n = round % 40, fixed = round & 1 ? 10 : 0;
        char *exact = malloc(fixed + n + 1);
        struct buffer b = { 0 };
        assert_non_null(exact);
        memcpy(exact, round & 2 ? ";filename=" : "filename*=", fixed);
        for (size_t i = fixed; i < fixed + n; i++) {
            seed = seed * 1664525 + 1013904223;
            exact[i] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        content_disposition_name((struct span){ exact, fixed + n }, &b);
        content_disposition_type((struct span){ exact, fixed + n });
        assert_false(b.failed);
        buffer_fini(&b);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_agrees),
        cmocka_unit_test(bytes_that_are_not_utf8_are_latin1),
        cmocka_unit_test(no_memory_shows_in_the_buffer),
        cmocka_unit_test(any_bytes_are_a_header_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

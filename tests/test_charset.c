// SPDX-License-Identifier: MIT
#include "check.h"
#include "html/charset.h"
#include "html/prescan.h"

static void labels_are_those_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(charset_find(span_of(" UTF-8\n")), CHARSET_UTF_8);
    assert_int_equal(charset_find(span_of("latin1")), CHARSET_WINDOWS_1252);
    assert_int_equal(charset_find(span_of("us-ascii")), CHARSET_WINDOWS_1252);
    assert_int_equal(charset_find(span_of("Shift_JIS")), CHARSET_SHIFT_JIS);
    assert_int_equal(charset_find(span_of("gb2312")), CHARSET_GBK);
    assert_int_equal(charset_find(span_of("x-x-big5")), CHARSET_BIG5);
    assert_int_equal(charset_find(span_of("iso-2022-kr")), CHARSET_REPLACEMENT);
    assert_int_equal(charset_find(span_of("866")), CHARSET_IBM866);
    assert_int_equal(charset_find(span_of("utf-7")), CHARSET_UNKNOWN);
    assert_int_equal(charset_find(span_of("")), CHARSET_UNKNOWN);
    assert_int_equal(charset_find(span_of("a-label-longer-than-any-there-is")), CHARSET_UNKNOWN);
}

static void a_content_type_says_its_charset(void **state)
{
    (void)state;
    assert_int_equal(charset_of_type(span_of("text/html; charset=utf-8")), CHARSET_UTF_8);
    assert_int_equal(charset_of_type(span_of("text/html;x=\";charset=big5\"; Charset=\"koi8-r\"")),
                     CHARSET_KOI8_R);
    assert_int_equal(charset_of_type(span_of("text/html; charset='utf-8'")), CHARSET_UTF_8);
    assert_int_equal(charset_of_type(span_of("text/html; charset=")), CHARSET_UNKNOWN);
    assert_int_equal(charset_of_type(span_of("text/html; charset")), CHARSET_UNKNOWN);
    assert_int_equal(charset_of_type(span_of("text/html; charset=no; charset=big5")), CHARSET_BIG5);
    assert_int_equal(charset_of_type(span_of("text/html")), CHARSET_UNKNOWN);
    assert_int_equal(charset_of_type((struct span){ NULL, 0 }), CHARSET_UNKNOWN);
}

static void a_mark_goes_by_its_bytes(void **state)
{
    (void)state;
    size_t n;
    assert_int_equal(charset_of_mark(span_of("\xef\xbb\xbf<"), &n), CHARSET_UTF_8);
    assert_int_equal(n, 3);
    assert_int_equal(charset_of_mark(span_of("\xfe\xff<"), &n), CHARSET_UTF_16BE);
    assert_int_equal(charset_of_mark(span_of("\xff\xfe<"), &n), CHARSET_UTF_16LE);
    assert_int_equal(charset_of_mark(span_of("\xef\xbb"), &n), CHARSET_UNKNOWN);
    assert_int_equal(n, 0);
}

static void says(const char *head, enum charset want)
{
    assert_int_equal(prescan(span_of(head)), want);
}

static void a_meta_element_is_found_before_anything_is_read(void **state)
{
    (void)state;
    says("<meta charset=big5>", CHARSET_BIG5);
    says("<META CHARSET='Big5'", CHARSET_BIG5);
    says("<!-- <meta charset=big5> --><meta/charset=\"koi8-r\">", CHARSET_KOI8_R);
    says("<!--><meta charset=big5>", CHARSET_BIG5);
    says("<meta http-equiv=content-type content='text/html; charset=euc-jp'>", CHARSET_EUC_JP);
    says("<meta content='text/html; charset=\"euc-jp\"' http-equiv=Content-Type>", CHARSET_EUC_JP);
    says("<meta content='text/html; charset=euc-jp'>", CHARSET_UNKNOWN);
    says("<meta http-equiv=content-type content='charset charset = euc-jp;'>", CHARSET_EUC_JP);
    says("<meta http-equiv=content-type content='charset=\"euc-jp'>", CHARSET_UNKNOWN);
    says("<meta charset=nonsense><meta charset=big5>", CHARSET_BIG5);
    says("<meta charset=utf-16le>", CHARSET_UTF_8);
    says("<meta charset=x-user-defined>", CHARSET_WINDOWS_1252);
    says("<a title='<meta charset=big5>'></a x='><meta charset=big5>'><meta charset=koi8-r>",
         CHARSET_KOI8_R);
    says("<!x <meta charset=big5><meta charset=koi8-r>", CHARSET_KOI8_R);
    says("<?x><meta charset=koi8-r>", CHARSET_KOI8_R);
    says("<metacharset=big5><meta", CHARSET_UNKNOWN);
    says("a < b <<meta charset=big5>", CHARSET_BIG5);
}

static void only_the_first_kilobyte_is_looked_at(void **state)
{
    (void)state;
    struct buffer head = { 0 };
    for (unsigned k = 0; k < PRESCAN_MOST; k++)
        buffer_add_byte(&head, ' ');
    buffer_add_string(&head, "<meta charset=big5>");
    assert_int_equal(prescan(buffer_span(&head)), CHARSET_UNKNOWN);
    buffer_fini(&head);
}

static void decodes(enum charset c, const char *text, size_t n, const char *want)
{
    struct charset_coder k = { 0 };
    struct buffer out = { 0 };
    charset_use(&k, c);
    charset_decode(&k, (struct span){ text, n }, &out);
    assert_string_equal(buffer_string(&out), want);
    for (size_t piece = 1; piece <= n; piece++) { // as a stream, in pieces of any size
        buffer_clear(&out);
        charset_use(&k, c);
        for (size_t at = 0; at < n; at += piece)
            charset_stream(&k, (struct span){ text + at, n - at < piece ? n - at : piece }, &out);
        assert_string_equal(buffer_string(&out), want);
    }
    buffer_fini(&out);
    charset_fini(&k);
}

static void text_is_decoded_whole_or_in_pieces(void **state)
{
    (void)state;
    decodes(CHARSET_UTF_8, "a\xc3\xa4", 3, "a\xc3\xa4");
    decodes(CHARSET_WINDOWS_1252, "\x80\x81\xe4", 3, "\xe2\x82\xac\xc2\x81\xc3\xa4");
    decodes(CHARSET_ISO_8859_2, "\xb1", 1, "\xc4\x85");
    decodes(CHARSET_SHIFT_JIS, "\x93\xfa|", 3, "\xe6\x97\xa5|");
    decodes(CHARSET_GBK, "\xc8\xd5", 2, "\xe6\x97\xa5");
    decodes(CHARSET_UTF_16LE, "\xe5\x65\x41\0\x3d\xd8\0\xde", 8,
            "\xe6\x97\xa5"
            "A\xf0\x9f\x98\x80");
    decodes(CHARSET_UTF_16BE, "\x65\xe5\0A", 4,
            "\xe6\x97\xa5"
            "A");
    decodes(CHARSET_ISO_2022_JP, "\x1b$BF|\x1b(BA", 9,
            "\xe6\x97\xa5"
            "A");
}

static void encodes(enum charset c, const char *query, const char *want)
{
    struct charset_coder k = { 0 };
    struct buffer out = { 0 };
    charset_use(&k, c);
    charset_encode_query(&k, span_of(query), &out);
    assert_string_equal(buffer_string(&out), want);
    buffer_fini(&out);
    charset_fini(&k);
}

static void a_query_is_encoded_as_its_page_is(void **state)
{
    (void)state;
    encodes(CHARSET_UTF_8, "a=\xc3\xa4 '", "a=%C3%A4%20%27");
    encodes(CHARSET_UTF_16LE, "\xc3\xa4", "%C3%A4");
    encodes(CHARSET_WINDOWS_1252, "\xc3\xa4\xe2\x82\xac\xe6\x97\xa5%41", "%E4%80%26%2326085%3B%41");
    encodes(CHARSET_SHIFT_JIS, "\xe3\x81\x82\xe3\x82\xa2", "%82%A0%83A");
    encodes(CHARSET_ISO_2022_JP, "x=\xe6\x97\xa5", "x=%1B$BF|%1B(B");
    encodes(CHARSET_GBK, "\xe6\x97\xa5\xf0\x9f\x98\x80", "%C8%D5%26%23128512%3B");
    encodes(CHARSET_KOI8_R, "\xd0\xb4", "%C4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_those_of_the_standard),
        cmocka_unit_test(a_content_type_says_its_charset),
        cmocka_unit_test(a_mark_goes_by_its_bytes),
        cmocka_unit_test(a_meta_element_is_found_before_anything_is_read),
        cmocka_unit_test(only_the_first_kilobyte_is_looked_at),
        cmocka_unit_test(text_is_decoded_whole_or_in_pieces),
        cmocka_unit_test(a_query_is_encoded_as_its_page_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "store/warc_head.h"
#include "store/warc_record.h"

#define RECORD_DATE INT64_C(1488773033123456789) // 2017-03-06T04:03:53.123456789Z

static void a_head_says_what_it_was_given_and_nothing_else(void **state)
{
    (void)state;
    struct warc_ids ids;
    struct digest d = { .kind = DIGEST_SHA1 };
    struct buffer out = { 0 };
    warc_ids_seed(&ids, 1);
    struct warc_record r = { .type = WARC_REVISIT,
                             .id = { { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0x4d, 0xef, 0x80, 0x11,
                                       0x22, 0x33, 0x44, 0x55, 0x66, 0x77 } },
                             .date = RECORD_DATE,
                             .target_uri = span_of("http://example.org/"),
                             .refers_to_uri = span_of("http://example.org/x"),
                             .refers_to_date = RECORD_DATE - 1000000000,
                             .profile = WARC_SAME_DIGEST,
                             .cut = WARC_LENGTH,
                             .address = span_of("192.0.2.1"),
                             .protocol = { span_of("h2"), span_of("tls/1.3") },
                             .payload = &d,
                             .content_type = "application/http;msgtype=response",
                             .length = 17 };
    warc_record_write(&out, &r);
    assert_string_equal(
        buffer_string(&out),
        "WARC/1.1\r\n"
        "WARC-Type: revisit\r\n"
        "WARC-Record-ID: <urn:uuid:01234567-89ab-4def-8011-223344556677>\r\n"
        "WARC-Date: 2017-03-06T04:03:53.123456Z\r\n"
        "WARC-Target-URI: http://example.org/\r\n"
        "WARC-IP-Address: 192.0.2.1\r\n"
        "WARC-Protocol: h2\r\n"
        "WARC-Protocol: tls/1.3\r\n"
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
        "WARC-Refers-To-Target-URI: http://example.org/x\r\n"
        "WARC-Refers-To-Date: 2017-03-06T04:03:52.123456Z\r\n"
        "WARC-Truncated: length\r\n"
        "WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
        "Content-Type: application/http;msgtype=response\r\n"
        "Content-Length: 17\r\n\r\n");
    buffer_clear(&out);
    warc_record_write(&out, &(struct warc_record){ .type = WARC_INFO });
    assert_string_equal(buffer_string(&out),
                        "WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n");
    buffer_fini(&out);
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    struct warc_ids ids;
    struct buffer out = { 0 };
    struct warc_head h;
    const char *why = NULL;
    warc_ids_seed(&ids, 0);
    for (int type = 0; type < WARC_TYPES; type++) {
        struct warc_record r = { .type = (enum warc_type)type,
                                 .id = warc_id_new(&ids),
                                 .date = RECORD_DATE,
                                 .target_uri = span_of("http://example.org/"),
                                 .profile = WARC_NOT_MODIFIED,
                                 .length = 5 };
        buffer_clear(&out);
        warc_record_write(&out, &r);
        assert_int_equal(warc_head_length(buffer_span(&out)), out.n);
        assert_int_equal(warc_head_read(&h, buffer_span(&out), &why), 0);
        assert_null(h.fault);
        assert_true(span_is(h.type, warc_type_word((enum warc_type)type)));
        assert_int_equal(h.length, 5);
    }
    buffer_fini(&out);
}

static void no_value_can_begin_a_field_of_its_own(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct warc_record r = { .type = WARC_RESPONSE,
                             .target_uri =
                                 span_of("http://h/\r\nWARC-Type: warcinfo\r\n\r\nx\x7f") };
    warc_record_write(&out, &r);
    assert_non_null(
        strstr(buffer_string(&out), "WARC-Target-URI: http://h/  WARC-Type: warcinfo    x \r\n"));
    buffer_fini(&out);
}

static void names_are_random_uuids_and_a_seed_repeats_them(void **state)
{
    (void)state;
    struct warc_ids a, b, c;
    struct buffer first = { 0 }, second = { 0 };
    warc_ids_seed(&a, 42);
    warc_ids_seed(&b, 42);
    warc_ids_seed(&c, 0);
    for (int i = 0; i < 1000; i++) {
        struct warc_id x = warc_id_new(&a), y = warc_id_new(&b), z = warc_id_new(&c);
        assert_memory_equal(&x, &y, sizeof x);
        assert_memory_not_equal(&x, &z, sizeof x);
        assert_int_equal(x.bytes[6] >> 4, 4);
        assert_int_equal(x.bytes[8] >> 6, 2);
        assert_false(warc_id_is_none(&x));
    }
    struct warc_id x = warc_id_new(&a), y = warc_id_new(&a);
    warc_id_write(&first, &x);
    warc_id_write(&second, &y);
    assert_int_equal(first.n, strlen("<urn:uuid:01234567-89ab-4def-8011-223344556677>"));
    assert_string_not_equal(buffer_string(&first), buffer_string(&second));
    buffer_fini(&first);
    buffer_fini(&second);
}

static void dates_are_those_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        int64_t wall;
        const char *text;
    } dates[] = {
        { 0, "1970-01-01T00:00:00.000000Z" },
        { RECORD_DATE, "2017-03-06T04:03:53.123456Z" },
        { -1, "1969-12-31T23:59:59.999999Z" },
        { INT64_C(951782399) * 1000000000 + 999999999, "2000-02-28T23:59:59.999999Z" },
    };
    struct buffer out = { 0 };
    for (unsigned i = 0; i < sizeof dates / sizeof *dates; i++) {
        buffer_clear(&out);
        warc_date_write(&out, dates[i].wall);
        assert_string_equal(buffer_string(&out), dates[i].text);
    }
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_says_what_it_was_given_and_nothing_else),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(no_value_can_begin_a_field_of_its_own),
        cmocka_unit_test(names_are_random_uuids_and_a_seed_repeats_them),
        cmocka_unit_test(dates_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

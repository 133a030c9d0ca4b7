// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/gzip.h"
#include "store/warc_payload.h"
#include "store/warc_reader.h"
#include "store/warc_record.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct gzip *gzip;

static int reader_up(void **state)
{
    (void)state;
    return gzip_new(&gzip, 6);
}

static int reader_down(void **state)
{
    (void)state;
    gzip_free(gzip);
    return 0;
}

static void reader_record(struct buffer *out, const char *type, const char *block)
{
    static unsigned n;
    buffer_add_format(out,
                      "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%u>\r\n"
                      "WARC-Date: 2026-07-30T14:25:01Z\r\nWARC-Target-URI: http://h/%u\r\n"
                      "Content-Length: %zu\r\n\r\n%s\r\n\r\n",
                      type, n, n, strlen(block), block);
    n++;
}

static void reader_member(struct buffer *out, const char *type, const char *block)
{
    struct buffer text = { 0 };
    reader_record(&text, type, block);
    assert_int_equal(gzip_member(gzip, buffer_span(&text), out), 0);
    buffer_fini(&text);
}

static int reader_file(struct span bytes)
{
    int fd = memfd_create("warc", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

// What a file is read as: sound records, and what ended it.
struct reader_result {
    unsigned records, faults, recovered;
    int end;
    uint64_t whole;
    bool crowded;
};

static struct reader_result reader_run(struct span bytes, bool recover)
{
    struct reader_result x = { 0 };
    struct warc_reader *r;
    struct warc_found found;
    char block[1000];
    int e, fd = reader_file(bytes);
    assert_int_equal(warc_reader_new(&r, fd), 0);
    for (;;) {
        long n = 0;
        e = warc_reader_next(r, &found);
        if (e == 0)
            break;
        if (e > 0) {
            assert_true(found.offset < bytes.n);
            while ((n = warc_reader_read(r, block, 1 + x.records * 37 % sizeof block)) > 0)
                ;
            e = n < 0 ? (int)n : warc_reader_finish(r);
        }
        if (e == 0) {
            x.records++;
            x.faults += found.head.fault != NULL;
            x.whole = warc_reader_end(r);
            continue;
        }
        assert_true(e == -ENODATA || e == -EUCLEAN);
        assert_non_null(warc_reader_why(r));
        if (!recover || warc_reader_recover(r) != 1)
            break;
        x.recovered++;
    }
    x.end = e;
    x.crowded = warc_reader_is_crowded(r);
    warc_reader_free(r);
    close(fd);
    return x;
}

static void reader_some(struct buffer *out, uint64_t end[4])
{
    static const char *const blocks[] = { "", "a block", "another,\r\n\r\nwith lines\r\n\r\n",
                                          "WARC/1.1\r\n\r\n" };
    for (int i = 0; i < 4; i++) {
        reader_member(out, "response", blocks[i]);
        end[i] = out->n;
    }
}

static void records_are_read_compressed_or_not_a_member_each_or_not(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, one = { 0 }, members = { 0 };
    for (int i = 0; i < 5; i++) {
        reader_record(&plain, "response", "block");
        reader_member(&members, "response", "block");
    }
    gzip_member(gzip, buffer_span(&plain), &one);
    struct reader_result x = reader_run(buffer_span(&members), false);
    assert_int_equal(x.records, 5);
    assert_int_equal(x.end, 0);
    assert_int_equal(x.whole, members.n);
    assert_false(x.crowded);
    x = reader_run(buffer_span(&plain), false);
    assert_int_equal(x.records, 5);
    assert_int_equal(x.whole, plain.n);
    assert_false(x.crowded);
    x = reader_run(buffer_span(&one), false);
    assert_int_equal(x.records, 5);
    assert_int_equal(x.end, 0);
    assert_true(x.crowded);
    x = reader_run((struct span){ "", 0 }, false);
    assert_int_equal(x.records, 0);
    assert_int_equal(x.end, 0);
    buffer_fini(&plain);
    buffer_fini(&one);
    buffer_fini(&members);
}

static void a_file_cut_anywhere_gives_its_whole_records(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    uint64_t end[4];
    reader_some(&out, end);
    for (size_t n = 0; n < out.n; n++) {
        unsigned whole = 0;
        while (whole < 4 && end[whole] <= n)
            whole++;
        struct reader_result x = reader_run((struct span){ out.p, n }, true);
        assert_int_equal(x.records, whole);
        assert_int_equal(x.whole, whole ? end[whole - 1] : 0);
        assert_int_equal(x.recovered, 0);
        bool between = n == 0 || (whole && end[whole - 1] == n);
        assert_int_equal(x.end == 0, between);
    }
    buffer_fini(&out);
}

static void any_byte_that_is_another_costs_its_record_only(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    uint64_t end[4];
    reader_some(&out, end);
    for (size_t i = 0; i < out.n; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            out.p[i] ^= (char)(1 << bit);
            struct reader_result x = reader_run(buffer_span(&out), true);
            out.p[i] ^= (char)(1 << bit);
            // Time, flags and system of a gzip head are checked by nothing.
            assert_true(x.records >= 2 && x.records <= 4);
            // What follows a record in its member is damage, too.
            if (x.records == 4)
                assert_true(x.end == 0 || x.whole < out.n);
        }
    }
    buffer_fini(&out);
}

static void after_damage_the_next_member_is_found(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    uint64_t end[4];
    reader_some(&out, end);
    memset(out.p + end[0], 'x', (size_t)(end[1] - end[0]));
    struct reader_result x = reader_run(buffer_span(&out), true);
    assert_int_equal(x.records, 3);
    assert_int_equal(x.recovered, 1);
    assert_int_equal(x.whole, out.n);
    buffer_fini(&out);
}

static void hostile_heads_are_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "WARC/\r\n\r\n",
        "WARC/1.1\r\nWARC-Type: response\r\n\r\n",
        "WARC/1.1\r\nContent-Length: -1\r\n\r\n",
        "WARC/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "WARC/1.1\r\nContent-Length: 0x10\r\n\r\n",
        "WARC/1.1\r\nContent-Length:\r\n\r\n",
        "WARC/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "WARC/1.1\r\nContent-Length: 9223372036854775807\r\n\r\nx",
        "WARC/1.1\r\nContent-Length: 3\r\n\r\nabcdef\r\n\r\n",
        "WARC/1.1",
        "\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
    };
    struct buffer out = { 0 };
    for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct span text = { heads[i],
                             i + 1 < sizeof heads / sizeof *heads ? strlen(heads[i]) : 8 };
        struct reader_result x = reader_run(text, false);
        assert_int_equal(x.records, 0);
        assert_int_not_equal(x.end, 0);
        buffer_clear(&out);
        gzip_member(gzip, text, &out);
        x = reader_run(buffer_span(&out), false);
        assert_int_equal(x.records, 0);
        assert_int_not_equal(x.end, 0);
    }
    // A head without an end, and one with too many fields.
    buffer_clear(&out);
    buffer_add_string(&out, "WARC/1.1\r\n");
    while (out.n < WARC_HEAD_MOST + 100)
        buffer_add_string(&out, "x: y\r\n");
    assert_int_equal(reader_run(buffer_span(&out), false).end, -EUCLEAN);
    out.n = 10 + 300 * 6;
    buffer_add_string(&out, "Content-Length: 0\r\n\r\n\r\n\r\n");
    assert_int_equal(reader_run(buffer_span(&out), false).end, -EUCLEAN);
    buffer_fini(&out);
}

static void what_breaks_a_rule_is_read_and_said(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "WARC/0.18\r\nWARC-Type: response\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n"
        "WARC-Target-URI: http://h/\r\n",
        "WARC/1.1\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n",
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Date: d\r\n",
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <x:y>\r\n",
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n",
        "WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n"
        "WARC-Target-URI: http://h/\r\n",
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\nnonsense\r\n",
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n"
        "WARC-Date: e\r\n",
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <x:y>\r\nWARC-Date: d\r\n goes on\r\n",
    };
    struct buffer out = { 0 };
    for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
        buffer_clear(&out);
        buffer_add_string(&out, heads[i]);
        buffer_add_string(&out, "content-length: 0\r\n\r\n\r\n\r\n");
        struct reader_result x = reader_run(buffer_span(&out), false);
        assert_int_equal(x.records, 1);
        assert_int_equal(x.faults, 1);
    }
    buffer_fini(&out);
}

static void without_memory_reading_ends_with_an_error(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    uint64_t end[4];
    reader_some(&out, end);
    struct warc_reader *r;
    struct warc_found found;
    int fd = reader_file(buffer_span(&out));
    for (unsigned nth = 1; nth < 20; nth++) {
        lseek(fd, 0, SEEK_SET);
        faults_fail_allocation(nth);
        int e = warc_reader_new(&r, fd);
        if (e == 0) {
            while ((e = warc_reader_next(r, &found)) > 0)
                ;
            warc_reader_free(r);
        }
        bool met = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(e, met ? -ENOMEM : 0);
        if (!met)
            break;
    }
    close(fd);
    buffer_fini(&out);
}

// ---- payloads

static int payload_give(void *arg, struct span some)
{
    buffer_add(arg, some.p, some.n);
    return 0;
}

static const struct {
    const char *block, *payload;
    int status;
} payloads[] = {
    { "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", "body", 200 },
    { "HTTP/1.1 404 \r\n\r\n", "", 404 },
    { "HTTP/1.0 200\nA: b\n\nbody\n", "body\n", 200 },
    { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", 0 },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n3;x=y\r\n!!!\r\n0\r\nT: "
      "x\r\n\r\n",
      "body!!!", 200 },
    { "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "0123456789", 200 },
    // The header was kept, the chunks were not.
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>\nx", "<html>\nx", 200 },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo", "bo", 200 },
    { "HTTP/1.1 200 OK\r\nX-Crawler-Transfer-Encoding: chunked\r\n\r\n4\r\nbo", "4\r\nbo", 200 },
    { "HTTP/1.1 abc\r\n\r\nx", "x", 0 },
    { "no head at all", "", 0 },
    { "", "", 0 },
};

static void payloads_are_bodies_without_chunks_however_they_come(void **state)
{
    (void)state;
    struct buffer got = { 0 };
    struct warc_payload w = { 0 };
    for (unsigned i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        size_t n = strlen(payloads[i].block);
        for (size_t step = 1; step <= n + 1; step++) {
            buffer_clear(&got);
            warc_payload_begin(&w, payload_give, &got);
            for (size_t at = 0; at < n; at += step) {
                size_t some = n - at < step ? n - at : step;
                assert_int_equal(
                    warc_payload_take(&w, (struct span){ payloads[i].block + at, some }), 0);
            }
            assert_string_equal(buffer_string(&got), payloads[i].payload);
            assert_int_equal(w.given, got.n);
            assert_int_equal(warc_payload_status(&w), payloads[i].status);
        }
    }
    warc_payload_fini(&w);
    buffer_fini(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_compressed_or_not_a_member_each_or_not),
        cmocka_unit_test(a_file_cut_anywhere_gives_its_whole_records),
        cmocka_unit_test(any_byte_that_is_another_costs_its_record_only),
        cmocka_unit_test(after_damage_the_next_member_is_found),
        cmocka_unit_test(hostile_heads_are_refused),
        cmocka_unit_test(what_breaks_a_rule_is_read_and_said),
        cmocka_unit_test(without_memory_reading_ends_with_an_error),
        cmocka_unit_test(payloads_are_bodies_without_chunks_however_they_come),
    };
    return cmocka_run_group_tests(tests, reader_up, reader_down);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/buffer.h"
#include "faults.h"
#include "web/coding.h"
#include <brotli/encode.h>
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

// The encoders: each appends `in`, encoded, to `out`.
static void zlib_encode(struct buffer *out, struct span in, int window)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)in.p;
    z.avail_in = (uInt)in.n;
    size_t room = deflateBound(&z, in.n) + 64;
    z.next_out = (Bytef *)buffer_reserve(out, room);
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n += z.total_out;
    deflateEnd(&z);
}

static void gzip_encode(struct buffer *out, struct span in)
{
    zlib_encode(out, in, 15 + 16);
}

static void deflate_encode(struct buffer *out, struct span in)
{
    zlib_encode(out, in, 15);
}

static void raw_encode(struct buffer *out, struct span in)
{
    zlib_encode(out, in, -15);
}

static void brotli_encode(struct buffer *out, struct span in)
{
    size_t n = BrotliEncoderMaxCompressedSize(in.n) + 64;
    uint8_t *to = (uint8_t *)buffer_reserve(out, n);
    assert_true(
        BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, in.n, (const uint8_t *)in.p, &n, to));
    out->n += n;
}

static void zstd_encode(struct buffer *out, struct span in)
{
    size_t room = ZSTD_compressBound(in.n);
    size_t n = ZSTD_compress(buffer_reserve(out, room), room, in.p, in.n, 3);
    assert_false(ZSTD_isError(n));
    out->n += n;
}

static void identity_encode(struct buffer *out, struct span in)
{
    buffer_add(out, in.p, in.n);
}

static const struct kind {
    const char *name;
    void (*encode)(struct buffer *out, struct span in);
    bool checked; // damage to any byte of the payload is found
} kinds[] = {
    { "gzip", gzip_encode, true },          { "X-GZip", gzip_encode, true },
    { "deflate", deflate_encode, true },    { "deflate", raw_encode, false },
    { "br", brotli_encode, false },         { "zstd", zstd_encode, false },
    { "identity", identity_encode, false },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int collect(void *arg, const char *p, size_t n)
{
    buffer_add(arg, p, n);
    return 0;
}

// Decodes `in`, `step` bytes at a time.
static int decode(const char *name, struct span in, size_t step, uint64_t most, struct buffer *out)
{
    struct coding *c;
    int rc = coding_new(&c, span_of(name), most);
    if (rc < 0)
        return rc;
    buffer_clear(out);
    for (size_t at = 0; at < in.n && rc == 0; at += step) {
        size_t n = in.n - at < step ? in.n - at : step;
        char *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, in.p + at, n);
        rc = coding_write(c, (struct span){ exact, n }, collect, out);
        free(exact);
    }
    int end = coding_finish(c);
    assert_int_equal(coding_given(c), out->n);
    if (rc)
        assert_int_equal(end, rc);
    coding_free(c);
    return end;
}

// Bytes that compress somewhat.
static void sample(struct buffer *b, size_t n)
{
    uint32_t seed = 11;
    buffer_clear(b);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        buffer_add_byte(b, (char)(i % 7 ? 'a' + (seed >> 29) : seed >> 24));
    }
}

static void every_coding_gives_back_what_went_in(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 100, 8191, 8192, 8193, 300000 },
                        steps[] = { 1, 2, 3, 1000, 1 << 20 };
    struct buffer plain = { 0 }, coded = { 0 }, out = { 0 };
    for (size_t k = 0; k < KINDS; k++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            sample(&plain, sizes[i]);
            buffer_clear(&coded);
            kinds[k].encode(&coded, buffer_span(&plain));
            for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
                assert_int_equal(
                    decode(kinds[k].name, buffer_span(&coded), steps[j], UINT64_MAX, &out), 0);
                assert_true(span_equal(buffer_span(&out), buffer_span(&plain)));
            }
        }
    }
    buffer_fini(&plain);
    buffer_fini(&coded);
    buffer_fini(&out);
}

static void a_body_cut_anywhere_is_said_to_be(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, coded = { 0 }, out = { 0 };
    sample(&plain, 300);
    for (size_t k = 0; k < KINDS - 1; k++) {
        buffer_clear(&coded);
        kinds[k].encode(&coded, buffer_span(&plain));
        for (size_t n = 1; n < coded.n; n++) {
            for (size_t step = 1; step < 2000; step += 1998)
                assert_int_equal(
                    decode(kinds[k].name, (struct span){ coded.p, n }, step, UINT64_MAX, &out),
                    -ENODATA);
            assert_true(out.n <= plain.n && (out.n == 0 || memcmp(out.p, plain.p, out.n) == 0));
        }
    }
    buffer_fini(&plain);
    buffer_fini(&coded);
    buffer_fini(&out);
}

static void no_body_at_all_is_complete(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    for (size_t k = 0; k < KINDS; k++)
        assert_int_equal(decode(kinds[k].name, span_of(""), 1, 0, &out), 0);
    assert_int_equal(decode("gzip, br", span_of(""), 1, 0, &out), 0);
    buffer_fini(&out);
}

static void damage_is_found(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, coded = { 0 }, out = { 0 };
    sample(&plain, 400);
    for (size_t k = 0; k < KINDS - 1; k++) {
        buffer_clear(&coded);
        kinds[k].encode(&coded, buffer_span(&plain));
        for (size_t at = 0; at < coded.n; at++) {
            coded.p[at] = (char)(coded.p[at] ^ 0x10);
            int rc = decode(kinds[k].name, buffer_span(&coded), 64, 1 << 20, &out);
            bool same = span_equal(buffer_span(&out), buffer_span(&plain));
            if (kinds[k].checked && rc == 0 && !same)
                fail_msg("%s: damage at byte %zu is not found", kinds[k].name, at);
            assert_true(rc == 0 || rc == -EBADMSG || rc == -ENODATA);
            coded.p[at] = (char)(coded.p[at] ^ 0x10);
        }
    }
    assert_int_equal(decode("gzip", span_of("<html>not gzip</html>"), 1, 100, &out), -EBADMSG);
    assert_int_equal(decode("zstd", span_of("<html>not zstd</html>"), 1, 100, &out), -EBADMSG);
    buffer_fini(&plain);
    buffer_fini(&coded);
    buffer_fini(&out);
}

static void members_follow_one_another_and_what_is_behind_them_is_ignored(void **state)
{
    (void)state;
    static const char *const tails[] = { "",      "\0\0\0\0\0", "garbage",       "\x1F",
                                         "\x1Fx", "\x28\xB5",   "\x28\xB5\x2Fx", "\x50\x2A" };
    static const size_t tail_n[] = { 0, 5, 7, 1, 2, 2, 4, 2 };
    static const size_t which[] = { 0, 5 }; // gzip and zstd
    struct buffer plain = { 0 }, coded = { 0 }, out = { 0 };
    for (size_t k = 0; k < 2; k++) {
        const struct kind *kind = &kinds[which[k]];
        for (size_t t = 0; t < sizeof tails / sizeof *tails; t++) {
            buffer_clear(&coded);
            kind->encode(&coded, span_of("first,"));
            kind->encode(&coded, span_of(""));
            kind->encode(&coded, span_of("second"));
            buffer_add(&coded, tails[t], tail_n[t]);
            for (size_t step = 1; step < 200; step += 7) {
                assert_int_equal(decode(kind->name, buffer_span(&coded), step, 100, &out), 0);
                assert_true(span_is(buffer_span(&out), "first,second"));
            }
        }
    }
    buffer_clear(&coded);
    kinds[0].encode(&coded, span_of("first"));
    buffer_add(&coded, "\x1F\x8B\x08", 3); // a second member that is cut
    assert_int_equal(decode("gzip", buffer_span(&coded), 1, 100, &out), -ENODATA);
    for (size_t k = 2; k < 5; k++) { // deflate and br have no members
        buffer_clear(&coded);
        kinds[k].encode(&coded, span_of("whole"));
        buffer_add(&coded, "behind", 6);
        for (size_t step = 1; step < 50; step += 3) {
            assert_int_equal(decode(kinds[k].name, buffer_span(&coded), step, 100, &out), 0);
            assert_true(span_is(buffer_span(&out), "whole"));
        }
    }
    buffer_fini(&plain);
    buffer_fini(&coded);
    buffer_fini(&out);
}

static void chained_codings_are_undone_last_first(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, one = { 0 }, two = { 0 }, three = { 0 }, four = { 0 }, out = { 0 };
    sample(&plain, 50000);
    gzip_encode(&one, buffer_span(&plain));
    brotli_encode(&two, buffer_span(&one));
    zstd_encode(&three, buffer_span(&two));
    deflate_encode(&four, buffer_span(&three));
    static const size_t steps[] = { 1, 77, 100000 };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(decode("gzip", buffer_span(&one), steps[i], 50000, &out), 0);
        assert_true(span_equal(buffer_span(&out), buffer_span(&plain)));
        assert_int_equal(decode("gzip, br", buffer_span(&two), steps[i], 50000, &out), 0);
        assert_true(span_equal(buffer_span(&out), buffer_span(&plain)));
        assert_int_equal(decode(" ,gzip ,\tBR,, identity, zstd,deflate", buffer_span(&four),
                                steps[i], 50000, &out),
                         0);
        assert_true(span_equal(buffer_span(&out), buffer_span(&plain)));
    }
    assert_int_equal(decode("gzip, br", (struct span){ two.p, two.n - 1 }, 100, 50000, &out),
                     -ENODATA);
    buffer_fini(&plain);
    buffer_fini(&one);
    buffer_fini(&two);
    buffer_fini(&three);
    buffer_fini(&four);
    buffer_fini(&out);
}

static void what_is_not_known_is_said(void **state)
{
    (void)state;
    struct coding *c = NULL;
    static const char *const names[] = { "compress", "utf-8",     "gzip, sdch",
                                         "gzip;q=1", "gzip gzip", "gzip,gzip,gzip,gzip,gzip" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(coding_new(&c, span_of(names[i]), 1), -EOPNOTSUPP);
    assert_null(c);
    assert_int_equal(coding_new(&c, (struct span){ NULL, 0 }, 1), 0);
    coding_free(c);
    coding_free(NULL);
}

static void a_bomb_ends_at_the_bound(void **state)
{
    (void)state;
    struct buffer zeros = { 0 }, coded = { 0 }, again = { 0 }, out = { 0 };
    memset(buffer_reserve(&zeros, 1 << 20), 0, 1 << 20);
    zeros.n = 1 << 20;
    for (size_t k = 0; k < KINDS; k++) {
        buffer_clear(&coded);
        kinds[k].encode(&coded, buffer_span(&zeros));
        static const uint64_t bounds[] = { 0, 1, 1000, 8192, (1 << 20) - 1 };
        for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
            assert_int_equal(decode(kinds[k].name, buffer_span(&coded), 512, bounds[i], &out),
                             -EFBIG);
            assert_int_equal(out.n, bounds[i]);
        }
        assert_int_equal(decode(kinds[k].name, buffer_span(&coded), 512, 1 << 20, &out), 0);
        assert_int_equal(out.n, 1 << 20);
    }
    buffer_clear(&coded);
    gzip_encode(&coded, buffer_span(&zeros));
    gzip_encode(&again, buffer_span(&coded));
    assert_int_equal(decode("gzip, gzip", buffer_span(&again), 512, 1000, &out), -EFBIG);
    assert_int_equal(out.n, 1000);
    buffer_fini(&zeros);
    buffer_fini(&coded);
    buffer_fini(&again);
    buffer_fini(&out);
}

// Ten megabytes of empty members inside: they would give nothing and never end.
static void a_bomb_that_gives_nothing_ends_too(void **state)
{
    (void)state;
    struct buffer empty = { 0 }, inner = { 0 }, outer = { 0 }, out = { 0 };
    gzip_encode(&empty, span_of(""));
    while (inner.n < 10 << 20)
        buffer_add(&inner, empty.p, empty.n);
    gzip_encode(&outer, buffer_span(&inner));
    assert_int_equal(decode("gzip, gzip", buffer_span(&outer), 4096, 1000, &out), -EFBIG);
    assert_int_equal(out.n, 0);
    buffer_fini(&empty);
    buffer_fini(&inner);
    buffer_fini(&outer);
    buffer_fini(&out);
}

static void a_window_beyond_8_mb_is_refused(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, coded = { 0 }, out = { 0 };
    sample(&plain, 1000);
    for (int log = 23; log <= 24; log++) {
        ZSTD_CCtx *context = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, log);
        ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
        ZSTD_inBuffer from = { plain.p, plain.n, 0 };
        ZSTD_outBuffer to = { buffer_reserve(&coded, 4096), 4096, 0 };
        ZSTD_compressStream2(context, &to, &from,
                             ZSTD_e_flush); // so that the size is not known beforehand
        ZSTD_compressStream2(context, &to, &from, ZSTD_e_end);
        ZSTD_freeCCtx(context);
        assert_int_equal(decode("zstd", (struct span){ coded.p, to.pos }, 100, 1 << 20, &out),
                         log == 23 ? 0 : -EBADMSG);
    }
    buffer_fini(&plain);
    buffer_fini(&coded);
    buffer_fini(&out);
}

static int stop_at_third(void *arg, const char *p, size_t n)
{
    unsigned *calls = arg;
    assert_true(p && n);
    return ++*calls == 3 ? 42 : 0;
}

static void the_caller_may_stop_and_is_not_called_again(void **state)
{
    (void)state;
    struct buffer plain = { 0 }, coded = { 0 };
    sample(&plain, 100000);
    for (size_t k = 0; k < KINDS - 1; k++) {
        struct coding *c;
        unsigned calls = 0;
        buffer_clear(&coded);
        kinds[k].encode(&coded, buffer_span(&plain));
        assert_int_equal(coding_new(&c, span_of(kinds[k].name), UINT64_MAX), 0);
        assert_int_equal(coding_write(c, buffer_span(&coded), stop_at_third, &calls), 42);
        assert_int_equal(coding_write(c, buffer_span(&coded), stop_at_third, &calls), 42);
        assert_int_equal(coding_finish(c), 42);
        assert_int_equal(calls, 3);
        coding_free(c);
    }
    buffer_fini(&plain);
    buffer_fini(&coded);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct coding *c = NULL;
        faults_fail_allocation(nth);
        int rc = coding_new(&c, span_of("gzip, deflate, br, zstd"), 1);
        bool through = faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(rc, through ? 0 : -ENOMEM);
        coding_free(c);
        if (through)
            break;
        assert_null(c);
    }
}

static void any_bytes_are_decoded_or_refused(void **state)
{
    (void)state;
    uint32_t seed = 13;
    struct buffer in = { 0 }, out = { 0 };
    for (unsigned round = 0; round < 4000; round++) {
        const struct kind *kind = &kinds[round % (KINDS - 1)];
        buffer_clear(&in);
        kind->encode(&in, span_of("some text to begin with, some text"));
        for (unsigned i = 0; i < 4; i++) {
            seed = seed * 1664525 + 1013904223;
            in.p[(seed >> 8) % in.n] = (char)(seed >> 24);
        }
        int rc = decode(kind->name, buffer_span(&in), 1 + round % 5, 10000, &out);
        assert_true(rc == 0 || rc == -EBADMSG || rc == -ENODATA || rc == -EFBIG);
        assert_true(out.n <= 10000);
    }
    buffer_fini(&in);
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coding_gives_back_what_went_in),
        cmocka_unit_test(a_body_cut_anywhere_is_said_to_be),
        cmocka_unit_test(no_body_at_all_is_complete),
        cmocka_unit_test(damage_is_found),
        cmocka_unit_test(members_follow_one_another_and_what_is_behind_them_is_ignored),
        cmocka_unit_test(chained_codings_are_undone_last_first),
        cmocka_unit_test(what_is_not_known_is_said),
        cmocka_unit_test(a_bomb_ends_at_the_bound),
        cmocka_unit_test(a_bomb_that_gives_nothing_ends_too),
        cmocka_unit_test(a_window_beyond_8_mb_is_refused),
        cmocka_unit_test(the_caller_may_stop_and_is_not_called_again),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(any_bytes_are_decoded_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

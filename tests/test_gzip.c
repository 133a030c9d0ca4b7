// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/gzip.h"
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_LONGEST = 300000 };

static char data[GZIP_LONGEST], back[GZIP_LONGEST + 1];

// Kinds of content: text, noise, one letter, text of few letters, bytes of a picture.
static void gzip_make(unsigned kind, size_t n)
{
    static const char *const words[] = { "<p>", "</p>\n",     "the ",
                                         "of ", "href=\"/a/", "index.html\">" };
    unsigned state = 1 + kind;
    for (size_t i = 0; i < n;) {
        state = state * 1103515245 + 12345;
        unsigned r = state >> 16;
        if (kind == 0) {
            const char *w = words[r % 6];
            for (; *w && i < n; w++)
                data[i++] = *w;
        } else {
            data[i++] = kind == 1   ? (char)r
                        : kind == 2 ? 'a'
                        : kind == 3 ? "acgt"[r & 3]
                                    : (char)(0x80 + r % 3);
        }
    }
}

// Unpacks one member, which is all there is.
static void gzip_expect(const struct buffer *member, size_t n)
{
    z_stream z = { 0 };
    assert_int_equal(inflateInit2(&z, 31), Z_OK);
    z.next_in = (unsigned char *)member->p;
    z.avail_in = (unsigned)member->n;
    z.next_out = (unsigned char *)back;
    z.avail_out = sizeof back;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(z.total_out, n);
    assert_memory_equal(back, data, n);
    inflateEnd(&z);
}

static void members_unpack_to_what_went_in_at_every_level(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 100, 2047, 2048, 2049, 15000, GZIP_LONGEST };
    for (int level = GZIP_LEAST; level <= GZIP_BEST; level++) {
        struct gzip *g;
        struct buffer out = { 0 };
        assert_int_equal(gzip_new(&g, level), 0);
        for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++)
            for (unsigned kind = 0; kind < 5 && (level < 10 || lengths[i] < 20000); kind++) {
                gzip_make(kind, lengths[i]);
                buffer_clear(&out);
                assert_int_equal(gzip_member(g, (struct span){ data, lengths[i] }, &out), 0);
                gzip_expect(&out, lengths[i]);
                assert_true(out.n < lengths[i] + lengths[i] / 100 + 64);
            }
        gzip_free(g);
        buffer_fini(&out);
    }
}

// The code of level 1 follows what comes: many members of many kinds through one compressor.
static void a_code_that_is_shared_fits_whatever_comes_next(void **state)
{
    (void)state;
    struct gzip *g;
    struct buffer out = { 0 };
    size_t text = 0, all = 0;
    assert_int_equal(gzip_new(&g, 1), 0);
    for (unsigned i = 0; i < 1500; i++) {
        size_t n = 500 + i * 37 % 20000;
        gzip_make(i % 7 == 0 ? i % 5 : 0, n);
        buffer_clear(&out);
        assert_int_equal(gzip_member(g, (struct span){ data, n }, &out), 0);
        gzip_expect(&out, n);
        text += i % 7 ? out.n : 0;
        all += i % 7 ? n : 0;
    }
    assert_true(text < all / 2);
    gzip_free(g);
    buffer_fini(&out);
}

static void parts_that_were_made_apart_are_one_member(void **state)
{
    (void)state;
    struct gzip *g;
    struct buffer out = { 0 }, rest = { 0 };
    assert_int_equal(gzip_new(&g, 6), 0);
    for (size_t n = 0; n <= GZIP_LONGEST; n = n * 2 + 1000) {
        struct gzip_sum sum = { 0 }, more = { 0 };
        gzip_make((unsigned)(n % 5), n);
        buffer_clear(&out);
        buffer_clear(&rest);
        for (size_t at = n / 4; at < n; at += 7777)
            assert_int_equal(gzip_part(g, (struct span){ data + at, n - at < 7777 ? n - at : 7777 },
                                       &more, &rest),
                             0);
        gzip_head(&out);
        assert_int_equal(gzip_part(g, (struct span){ data, n / 4 }, &sum, &out), 0);
        buffer_add(&out, rest.p, rest.n);
        gzip_sum_join(&sum, &more);
        gzip_tail(&sum, &out);
        gzip_expect(&out, n);
    }
    gzip_free(g);
    buffer_fini(&out);
    buffer_fini(&rest);
}

static void without_memory_nothing_is_appended(void **state)
{
    (void)state;
    for (int level = 1; level <= 6; level += 5) {
        struct gzip *g;
        struct buffer out = { 0 };
        faults_fail_allocation(1);
        assert_int_equal(gzip_new(&g, level), -ENOMEM);
        faults_fail_allocation(0);
        assert_int_equal(gzip_new(&g, level), 0);
        gzip_make(0, 15000);
        faults_fail_allocation(1);
        assert_int_equal(gzip_member(g, (struct span){ data, 15000 }, &out), -ENOMEM);
        faults_fail_allocation(0);
        assert_int_equal(out.n, 0);
        buffer_clear(&out);
        assert_int_equal(gzip_member(g, (struct span){ data, 15000 }, &out), 0);
        gzip_expect(&out, 15000);
        gzip_free(g);
        buffer_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_unpack_to_what_went_in_at_every_level),
        cmocka_unit_test(a_code_that_is_shared_fits_whatever_comes_next),
        cmocka_unit_test(parts_that_were_made_apart_are_one_member),
        cmocka_unit_test(without_memory_nothing_is_appended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

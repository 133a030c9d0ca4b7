// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/drain.h"

// Feeds `text` in pieces of `step` bytes; returns the state after it, what was data in `out`, and
// how much was taken.
static enum drain_state feed(const char *text, size_t step, bool chunked, uint64_t length,
                             char *out, size_t *taken)
{
    struct drain d;
    struct span data;
    size_t n = strlen(text), at = 0, to = 0;
    drain_init(&d, chunked, length);
    while (at < n && d.state < DRAIN_DONE) {
        size_t piece = n - at < step ? n - at : step;
        size_t took = drain_take(&d, text + at, piece, &data);
        if (data.n > 0)
            memcpy(out + to, data.p, data.n);
        to += data.n;
        at += took;
        assert_true(took > 0 || d.state >= DRAIN_DONE);
    }
    out[to] = '\0';
    *taken = at;
    return d.state;
}

static void a_body_of_a_length_ends_there(void **state)
{
    (void)state;
    char out[64];
    size_t taken;
    for (size_t step = 1; step < 12; step++) {
        assert_int_equal(feed("0123456789next", step, false, 10, out, &taken), DRAIN_DONE);
        assert_string_equal(out, "0123456789");
        assert_int_equal(taken, 10);
    }
    struct drain d;
    drain_init(&d, false, 0);
    assert_int_equal(d.state, DRAIN_DONE);
}

static void chunks_are_joined_and_extensions_and_trailers_passed_over(void **state)
{
    (void)state;
    static const char text[] =
        "4\r\nWiki\r\n5;name=\"v\"\r\npedia\r\n0a \r\n0123456789\r\n0\r\nX: y\r\nZ: w\r\n\r\nnext";
    char out[64];
    size_t taken;
    for (size_t step = 1; step < sizeof text; step++) {
        assert_int_equal(feed(text, step, true, 0, out, &taken), DRAIN_DONE);
        assert_string_equal(out, "Wikipedia0123456789");
        assert_int_equal(taken, strlen(text) - 4);
    }
}

static void chunks_that_are_none_are_seen(void **state)
{
    (void)state;
    static const char *const bad[] = { "x\r\n",
                                       "\r\n",
                                       ";x\r\n",
                                       "4 4\rx\nWiki5\r\n",
                                       "4\r\nWikiX",
                                       "-1\r\n",
                                       "1234567890abcdef0\r\n",
                                       "4\r\nWiki\r\r\n" };
    char out[64];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t step = 1; step < 8; step++) {
            size_t taken;
            if (feed(bad[i], step, true, 0, out, &taken) != DRAIN_BAD)
                print_error("%s", bad[i]);
            assert_int_equal(feed(bad[i], step, true, 0, out, &taken), DRAIN_BAD);
        }
}

static void lines_without_end_are_cut_off(void **state)
{
    (void)state;
    char text[8192], out[16];
    size_t taken;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "4;", 2);
    assert_int_equal(feed(text, 100, true, 0, out, &taken), DRAIN_BAD);
    memcpy(text, "0\r\n", 3);
    assert_int_equal(feed(text, 100, true, 0, out, &taken), DRAIN_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_of_a_length_ends_there),
        cmocka_unit_test(chunks_are_joined_and_extensions_and_trailers_passed_over),
        cmocka_unit_test(chunks_that_are_none_are_seen),
        cmocka_unit_test(lines_without_end_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

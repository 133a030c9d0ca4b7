// SPDX-License-Identifier: MIT
#include "check.h"
#include "ledger/order.h"
#include <errno.h>

static void list(struct buffer *out, const char *const *strings)
{
    for (; *strings; strings++)
        pack_span(out, span_of(*strings));
}

static struct span differs(const char *const *a, const char *const *b)
{
    static struct buffer x, y;
    buffer_clear(&x);
    buffer_clear(&y);
    list(&x, a);
    list(&y, b);
    struct order m = { .options = { x.p ? x.p : "", x.n } },
                 n = { .options = { y.p ? y.p : "", y.n } };
    return order_difference(&m, &n);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static void the_option_that_differs_is_named(void **state)
{
    (void)state;
    assert_null(differs(LIST(), LIST()).p);
    assert_null(differs(LIST("data", "x"), LIST("data", "x")).p);
    assert_true(span_is(differs(LIST("data", "x"), LIST("data", "y")), "data"));
    assert_true(span_is(differs(LIST("data", "x"), LIST()), "data"));
    assert_true(span_is(differs(LIST(), LIST("header", "x")), "header"));
    // Only one of them has it: the one that comes first by name.
    assert_true(span_is(differs(LIST("input-file", "l"), LIST("header", "x", "input-file", "l")),
                        "header"));
    assert_true(
        span_is(differs(LIST("data", "x", "input-file", "l"), LIST("input-file", "l")), "data"));
    assert_true(span_is(differs(LIST("data", "x"), LIST("data", "x", "data", "y")), "data"));
}

static void an_order_comes_back_as_it_was(void **state)
{
    (void)state;
    struct buffer arguments = { 0 }, options = { 0 }, b = { 0 };
    list(&arguments, LIST("-i", "list", ""));
    list(&options, LIST("input-file", "/x/list"));
    struct order o = { .command = span_of("fetch"),
                       .cwd = span_of("/x"),
                       .shown = span_of("trawl fetch"),
                       .arguments = buffer_span(&arguments),
                       .options = buffer_span(&options) };
    struct order back;
    struct span rest, one;
    order_write(&b, &o);
    assert_int_equal(order_read(&back, buffer_span(&b)), 0);
    assert_true(span_is(back.command, "fetch"));
    assert_true(span_is(back.cwd, "/x"));
    rest = back.arguments;
    assert_true(order_next(&rest, &one) && span_is(one, "-i"));
    assert_true(order_next(&rest, &one) && span_is(one, "list"));
    assert_true(order_next(&rest, &one) && one.n == 0);
    assert_false(order_next(&rest, &one));
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(order_read(&back, (struct span){ b.p, n }), -EUCLEAN);
    b.p[0]++;
    assert_int_equal(order_read(&back, buffer_span(&b)), -EPROTO);
    buffer_fini(&arguments);
    buffer_fini(&options);
    buffer_fini(&b);
}

static bool is_asked(struct span name)
{
    return !span_is(name, "output");
}

static void options_are_kept_by_name_and_found(void **state)
{
    (void)state;
    struct buffer all = { 0 }, some = { 0 };
    list(&all, LIST("data", "x", "header", "", "output", "o", "output", "p", "user", "output"));
    order_keep(&some, buffer_span(&all), is_asked);
    struct order kept = { .options = buffer_span(&some) };
    struct buffer expected = { 0 };
    list(&expected, LIST("data", "x", "header", "", "user", "output"));
    assert_true(span_equal(kept.options, buffer_span(&expected)));
    assert_true(span_is(order_value(buffer_span(&all), "output"), "o"));
    assert_true(span_is(order_value(buffer_span(&all), "header"), ""));
    assert_null(order_value(buffer_span(&all), "x").p);
    assert_null(order_value((struct span){ NULL, 0 }, "x").p);
    buffer_fini(&all);
    buffer_fini(&some);
    buffer_fini(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_option_that_differs_is_named),
        cmocka_unit_test(an_order_comes_back_as_it_was),
        cmocka_unit_test(options_are_kept_by_name_and_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// Fibers without a scheduler: the tests say themselves who runs next. Also built and run for
// AArch64 by tests/aarch64.sh.
#include "check.h"
#include "fiber/fiber.h"
#include "fiber/symbol.h"
#include "fiber/trace.h"
#include <fenv.h>
#include <stdio.h>
#include <string.h>

// A fiber with something of its own beside it.
struct worker {
    struct fiber fiber;
    int turns, wanted;
    double x;
    uint64_t kept[16];
};

static struct fiber home;
static struct stack_pool pool;

static int set_up(void **state)
{
    (void)state;
    stack_pool_init(&pool, 0, STACK_GUARD_BEST);
    fiber_of_thread(&home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(pool.in_use, 0);
    stack_pool_fini(&pool);
    return 0;
}

static struct worker *worker_new(struct fiber *(*body)(struct fiber *f))
{
    struct fiber *f;
    assert_int_equal(fiber_new(&pool, &f, sizeof(struct worker), body), 0);
    struct worker *w = (struct worker *)(void *)f;
    w->turns = w->wanted = 0;
    return w;
}

static struct fiber *take_turns(struct fiber *f)
{
    struct worker *w = (struct worker *)(void *)f;
    while (w->turns < w->wanted) {
        w->turns++;
        fiber_switch(f, &home);
    }
    return &home;
}

static void a_fiber_goes_on_where_it_left(void **state)
{
    (void)state;
    struct worker *w = worker_new(take_turns);
    w->wanted = 3;
    for (int i = 1; i <= 3; i++) {
        fiber_switch(&home, &w->fiber);
        assert_int_equal(w->turns, i);
        assert_ptr_equal(fiber_current(), &home);
    }
    fiber_switch(&home, &w->fiber);
}

// Holds many live values over the switch, so that every register that a callee may rely on is in
// use.
static uint64_t mix(struct fiber *f, uint64_t seed)
{
    uint64_t a = seed * 3, b = seed * 5, c = seed * 7, d = seed * 11, e = seed * 13, g = seed * 17,
             h = seed * 19, i = seed * 23, j = seed * 29, k = seed * 31;
    double p = (double)seed * 0.5, q = (double)seed * 0.25, r = (double)seed * 0.125,
           s = (double)seed * 2;
    for (int n = 0; n < 10; n++) {
        fiber_switch(f, &home);
        a += b ^ (uint64_t)n, b += c, c += d, d += e, e += g, g += h, h += i, i += j, j += k,
            k += a;
        p += q, q += r, r += s * 0.001, s += p * 0.01;
    }
    return a ^ b ^ c ^ d ^ e ^ g ^ h ^ i ^ j ^ k ^ (uint64_t)(p + q + r + s);
}

static struct fiber *mix_registers(struct fiber *f)
{
    struct worker *w = (struct worker *)(void *)f;
    w->kept[0] = mix(f, (uint64_t)w->wanted);
    w->kept[1] = 1;
    fiber_switch(f, &home);
    return &home;
}

static uint64_t mix_alone(int seed)
{
    struct worker *w = worker_new(mix_registers);
    w->wanted = seed;
    w->kept[1] = 0;
    while (!w->kept[1])
        fiber_switch(&home, &w->fiber);
    uint64_t result = w->kept[0];
    fiber_switch(&home, &w->fiber);
    return result;
}

static void registers_survive_however_fibers_interleave(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    struct worker *w[COUNT];
    uint64_t alone[COUNT];
    for (int i = 0; i < COUNT; i++)
        alone[i] = mix_alone(i + 1);
    for (int i = 0; i < COUNT; i++) {
        w[i] = worker_new(mix_registers);
        w[i]->wanted = i + 1;
        w[i]->kept[1] = 0;
    }
    for (int turn = 0; turn < 11; turn++)
        for (int i = 0; i < COUNT; i++)
            fiber_switch(&home, &w[(i * 7 + turn) % COUNT]->fiber);
    for (int i = 0; i < COUNT; i++) {
        assert_true(w[i]->kept[1]);
        assert_int_equal(w[i]->kept[0], alone[i]);
        fiber_switch(&home, &w[i]->fiber);
    }
}

static struct fiber *round_upward(struct fiber *f)
{
    struct worker *w = (struct worker *)(void *)f;
    w->kept[0] = (uint64_t)fegetround();
    fesetround(FE_UPWARD);
    fiber_switch(f, &home);
    w->kept[1] = (uint64_t)fegetround();
    return &home;
}

static void each_fiber_has_its_own_rounding(void **state)
{
    (void)state;
    fesetround(FE_DOWNWARD);
    struct worker *w = worker_new(round_upward);
    fesetround(FE_TONEAREST);
    fiber_switch(&home, &w->fiber);
    assert_int_equal(fegetround(), FE_TONEAREST);
    fesetround(FE_TOWARDZERO);
    fiber_switch(&home, &w->fiber);
    assert_int_equal(fegetround(), FE_TOWARDZERO);
    fesetround(FE_TONEAREST);
    assert_int_equal(w->kept[0], FE_DOWNWARD); // what was set when it was made
    assert_int_equal(w->kept[1], FE_UPWARD);
}

// Calls that use vector registers and alignment: a misaligned stack dies here.
static struct fiber *print_numbers(struct fiber *f)
{
    struct worker *w = (struct worker *)(void *)f;
    char text[64];
    snprintf(text, sizeof text, "%.3f %Lf", w->x, (long double)w->x);
    w->turns = (int)strlen(text);
    return &home;
}

static void stacks_are_aligned(void **state)
{
    (void)state;
    struct worker *w = worker_new(print_numbers);
    w->x = 1.5;
    fiber_switch(&home, &w->fiber);
    assert_int_equal(w->turns, strlen("1.500 1.500000"));
}

static void a_fiber_that_never_ran_can_be_freed(void **state)
{
    (void)state;
    struct worker *w = worker_new(take_turns);
    fiber_free(&w->fiber);
    assert_int_equal(pool.in_use, 0);
}

static void ten_thousand_fibers_take_turns(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    static struct worker *w[MANY];
    for (int i = 0; i < MANY; i++) {
        w[i] = worker_new(take_turns);
        w[i]->wanted = 2;
    }
    for (int turn = 1; turn <= 3; turn++)
        for (int i = 0; i < MANY; i++)
            fiber_switch(&home, &w[i]->fiber);
    assert_int_equal(pool.in_use, 0);
}

// ---- traces

static void innermost_of_three(struct fiber *f)
{
    fiber_switch(f, &home);
    __asm__ volatile(""); // no tail call
}

static void middle_of_three(struct fiber *f)
{
    innermost_of_three(f);
    __asm__ volatile("");
}

static struct fiber *outermost_of_three(struct fiber *f)
{
    middle_of_three(f);
    return &home;
}

static void a_parked_fiber_shows_where_it_stands(void **state)
{
    (void)state;
    void *frames[32];
    struct worker *w = worker_new(outermost_of_three);
    assert_int_equal(trace_fiber(&w->fiber, frames, 32), 0); // never ran
    fiber_switch(&home, &w->fiber);
    int n = trace_fiber(&w->fiber, frames, 32);
    assert_in_range(n, 3, 31);
    struct buffer out = { 0 };
    struct symbol_table *names = symbol_open();
    trace_print(&out, names, frames, n);
    const char *text = buffer_string(&out);
    const char *inner = strstr(text, "innermost_of_three+"),
               *middle = strstr(text, "middle_of_three+"),
               *outer = strstr(text, "outermost_of_three+");
    // Static functions may have been inlined into one; the outermost is called through a pointer.
    assert_non_null(outer);
    assert_true(!middle || middle < outer);
    assert_true(!inner || !middle || inner < middle);
    assert_null(strstr(
        text, "a_parked_fiber_shows_where_it_stands")); // ends with the fiber's own first frame
    symbol_close(names);
    buffer_fini(&out);
    fiber_switch(&home, &w->fiber); // and it still runs
}

static void a_trace_is_cut_where_there_is_no_more_room(void **state)
{
    (void)state;
    void *frames[3] = { 0 };
    struct worker *w = worker_new(outermost_of_three);
    fiber_switch(&home, &w->fiber);
    int n = trace_fiber(&w->fiber, frames, 2);
    assert_in_range(n, 0, 2);
    assert_null(frames[2]);
    fiber_switch(&home, &w->fiber);
}

static void static_functions_have_names(void **state)
{
    (void)state;
    struct symbol_table *names = symbol_open();
    assert_non_null(names);
    struct symbol s = symbol_at(names, (const char *)(uintptr_t)outermost_of_three + 1);
    assert_non_null(s.name);
    assert_string_equal(s.name, "outermost_of_three");
    assert_int_equal(s.offset, 1);
    s = symbol_at(names, "not code");
    assert_null(s.name);
    symbol_close(names);
    symbol_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fiber_goes_on_where_it_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(registers_survive_however_fibers_interleave, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_fiber_has_its_own_rounding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stacks_are_aligned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fiber_that_never_ran_can_be_freed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_thousand_fibers_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_parked_fiber_shows_where_it_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_trace_is_cut_where_there_is_no_more_room, set_up,
                                        tear_down),
        cmocka_unit_test(static_functions_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

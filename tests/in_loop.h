// SPDX-License-Identifier: MIT
#ifndef TESTS_IN_LOOP_H
#define TESTS_IN_LOOP_H
#include "check.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>

// A test whose body is a fiber: IN_LOOP(name) { ... return 0; } defines the test function `name`,
// which runs the block as the first fiber of a loop of its own and expects it to return 0.
#define IN_LOOP(name)                  \
    static int name##_body(void *arg); \
    static void name(void **state)     \
    {                                  \
        (void)state;                   \
        in_loop(name##_body);          \
    }                                  \
    static int name##_body(void *arg __attribute__((unused)))

static inline void in_loop_with(int (*body)(void *arg), void *arg)
{
    struct loop *l;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, body, arg), 0);
    loop_free(l);
}

static inline void in_loop(int (*body)(void *arg))
{
    in_loop_with(body, NULL);
}

// Milliseconds from now.
static inline int64_t in_ms(int64_t ms)
{
    return clock_mono() + ms * CLOCK_MS;
}
#endif

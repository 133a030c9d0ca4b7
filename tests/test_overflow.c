// SPDX-License-Identifier: MIT
#include "check.h"
#include "dying.h"
#include "fiber/annotate.h"
#include "fiber/overflow.h"
#include "in_loop.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static char text[64 * 1024];

enum { TO_THE_END = -1 }; // a depth

// Goes about `depth` KB deep, in small steps, and comes back.
__attribute__((noinline)) static int go_deep(int depth)
{
    char frame[900];
    frame[0] = frame[1] = 0x55;
    __asm__ volatile("" : : "r"(frame) : "memory"); // all of it
    if (depth > 0)
        frame[1] = (char)go_deep(depth - 1);
    return frame[0] + frame[1];
}

// Goes down in smaller steps until it is about to leave its stack, and comes back.
__attribute__((noinline)) static int go_to_the_end(const char *low)
{
    char frame[16];
    frame[0] = frame[1] = 0x55;
    __asm__ volatile("" : : "r"(frame) : "memory");
    if ((char *)__builtin_frame_address(0) - low > 700)
        frame[1] = (char)go_to_the_end(low);
    return frame[0] + frame[1];
}

static int go_too_deep(void *arg)
{
    int depth = *(int *)arg;
    int r = depth == TO_THE_END ? go_to_the_end(fiber_current()->stack->low) : go_deep(depth);
    return sleep_until(in_ms(1)) + r * 0;
}

struct scene {
    enum stack_guard guard;
    int depth;
    bool thread;
    void (*before)(void);
};

static int spawn_deep(void *arg)
{
    struct scene *s = arg;
    struct nursery n;
    nursery_init(&n, "test");
    int r = nursery_spawn_at(&n, "deep one", go_too_deep, &s->depth, "somewhere.c", 42);
    return r < 0 ? r : nursery_close(&n);
}

static void *scene_loop(void *arg)
{
    struct loop *l;
    struct scene *s = arg;
    if (s->before)
        s->before();
    if (loop_new(&l, &(struct loop_options){ .stack_size = 64 * 1024, .guard = s->guard }) < 0)
        _exit(9);
    loop_run(l, spawn_deep, s);
    loop_free(l);
    return NULL;
}

static void scene_play(void *arg)
{
    struct scene *s = arg;
    pthread_t t;
    if (!s->thread)
        scene_loop(s);
    else if (pthread_create(&t, NULL, scene_loop, s) == 0)
        pthread_join(t, NULL);
}

static const char message[] =
    "trawl: stack overflow in fiber 'deep one' (spawned at somewhere.c:42), 64 KB\n";

static void names_the_fiber_and_dies_by(int signal, struct scene s)
{
    int status = dying(scene_play, &s, text, sizeof text);
    if (!strstr(text, message))
        fail_msg("said: %s", text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal);
}

static void running_into_the_guard_names_the_fiber(void **state)
{
    (void)state;
    names_the_fiber_and_dies_by(SIGSEGV, (struct scene){ .guard = STACK_GUARD_BEST, .depth = 200 });
}

static void running_into_a_guard_page_names_the_fiber(void **state)
{
    (void)state;
    names_the_fiber_and_dies_by(SIGSEGV,
                                (struct scene){ .guard = STACK_GUARD_PAGES, .depth = 200 });
}

static void running_into_the_guard_on_another_thread_names_the_fiber(void **state)
{
    (void)state;
    names_the_fiber_and_dies_by(SIGSEGV, (struct scene){ .depth = 200, .thread = true });
}

static void a_dead_canary_names_the_fiber(void **state)
{
    (void)state;
    // No farther: what lies below is the neighbour's, or nobody's.
    names_the_fiber_and_dies_by(SIGABRT,
                                (struct scene){ .guard = STACK_GUARD_CANARY, .depth = TO_THE_END });
}

static void going_nearly_as_deep_is_fine(void **state)
{
    (void)state;
    for (enum stack_guard g = STACK_GUARD_BEST; g <= STACK_GUARD_CANARY; g++) {
        struct scene s = { .guard = g, .depth = ANNOTATE_SANITIZED ? 10 : 50 };
        assert_int_equal(dying(scene_play, &s, text, sizeof text), 0);
    }
}

static int write_to_nowhere(void *arg)
{
    volatile char *volatile nowhere = (volatile char *)(uintptr_t)64;
    (void)arg;
    *nowhere = 1;
    return 0;
}

static void crash_in_a_loop(void *arg)
{
    void (*before)(void) = arg ? *(void (**)(void))arg : NULL;
    struct loop *l;
    if (before)
        before();
    if (loop_new(&l, NULL) == 0)
        loop_run(l, write_to_nowhere, NULL);
}

static void any_other_fault_dies_as_it_would_have(void **state)
{
    (void)state;
    int status = dying(crash_in_a_loop, NULL, text, sizeof text);
    assert_null(strstr(text, "stack overflow in fiber"));
    if (!ANNOTATE_SANITIZED) { // they report it, and exit
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSEGV);
    } else {
        assert_int_not_equal(status, 0);
    }
}

static void former_handler(int number)
{
    (void)number;
    _exit(33);
}

static void install_former_handler(void)
{
    signal(SIGSEGV, former_handler);
}

static void any_other_fault_goes_on_to_the_former_handler(void **state)
{
    (void)state;
    if (annotate_under_valgrind())
        skip(); // it takes the fault that is made for one of ours
    void (*before)(void) = install_former_handler;
    int status = dying(crash_in_a_loop, &before, text, sizeof text);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 33);
}

static void send_it(void *arg)
{
    (void)arg;
    struct loop *l;
    signal(SIGSEGV, SIG_DFL);
    if (loop_new(&l, NULL) == 0)
        kill(getpid(), SIGSEGV);
    sleep(1);
}

static void a_signal_that_was_sent_kills_too(void **state)
{
    (void)state;
    int status = dying(send_it, NULL, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        // The handler is the process's and is installed by its first loop: these fork before there
        // is one.
        cmocka_unit_test(any_other_fault_dies_as_it_would_have),
        cmocka_unit_test(any_other_fault_goes_on_to_the_former_handler),
        cmocka_unit_test(a_signal_that_was_sent_kills_too),
        cmocka_unit_test(running_into_the_guard_names_the_fiber),
        cmocka_unit_test(running_into_a_guard_page_names_the_fiber),
        cmocka_unit_test(running_into_the_guard_on_another_thread_names_the_fiber),
        cmocka_unit_test(a_dead_canary_names_the_fiber),
        cmocka_unit_test(going_nearly_as_deep_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

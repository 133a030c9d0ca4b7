// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "fiber/annotate.h"
#include "fiber/stack.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEEP = 24 * 1024 };

static size_t resident(const struct stack *s)
{
    unsigned char pages[1024];
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = stack_size(s) / page, count = 0;
    assert_true(n <= sizeof pages);
    assert_int_equal(mincore(s->low, stack_size(s), pages), 0);
    for (size_t i = 0; i < n; i++)
        count += pages[i] & 1;
    return count * page;
}

static struct stack *get(struct stack_pool *p)
{
    struct stack *s;
    assert_int_equal(stack_get(p, &s, p), 0);
    return s;
}

// What a fiber does to its stack that goes `depth` bytes deep.
static void use(struct stack *s, size_t depth)
{
    memset(stack_top(s) - depth, 0x55, depth);
}

static void the_last_one_put_back_is_the_next_one_out(void **state)
{
    (void)state;
    struct stack_pool p;
    stack_pool_init(&p, 64 * 1024, STACK_GUARD_BEST);
    struct stack *a = get(&p), *b = get(&p);
    assert_int_equal(p.in_use, 2);
    assert_ptr_not_equal(a, b);
    assert_int_equal(stack_size(a), 64 * 1024);
    stack_put(a);
    stack_put(b);
    assert_ptr_equal(get(&p), b);
    assert_ptr_equal(get(&p), a);
    stack_put(a);
    stack_put(b);
    stack_pool_fini(&p);
}

static void a_size_is_rounded_up_to_something_usable(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct stack_pool p;
    stack_pool_init(&p, 1, STACK_GUARD_BEST);
    struct stack *s = get(&p);
    assert_int_equal(stack_size(s), 4 * page);
    stack_put(s);
    stack_pool_fini(&p);
    stack_pool_init(&p, 10 * page + 1, STACK_GUARD_BEST);
    s = get(&p);
    assert_int_equal(stack_size(s), 11 * page);
    stack_put(s);
    stack_pool_fini(&p);
}

static void a_stack_that_was_deep_is_trimmed_before_it_is_used_again(void **state)
{
    (void)state;
    struct stack_pool p;
    stack_pool_init(&p, 64 * 1024, STACK_GUARD_BEST);
    struct stack *deep = get(&p), *shallow = get(&p);
    use(deep, DEEP);
    use(shallow, 3000);
    assert_true(resident(deep) >= DEEP);
    stack_put(deep);
    stack_put(shallow);
    assert_int_equal(p.dirty_count, 1);
    assert_ptr_equal(get(&p), shallow);
    stack_pool_trim(&p);
    assert_int_equal(resident(deep), 0);
    assert_ptr_equal(get(&p), deep);
    stack_put(deep);
    stack_put(shallow);
    stack_pool_fini(&p);
}

static void free_stacks_beyond_a_bound_give_their_memory_back(void **state)
{
    (void)state;
    enum { MANY = 6000 };
    static struct stack *s[MANY];
    struct stack_pool p;
    stack_pool_init(&p, 64 * 1024, STACK_GUARD_BEST);
    for (int i = 0; i < MANY; i++) {
        s[i] = get(&p);
        use(s[i], 100);
    }
    for (int i = 0; i < MANY; i++)
        stack_put(s[i]);
    assert_true(stack_pool_untidy(&p));
    stack_pool_trim(&p);
    assert_false(stack_pool_untidy(&p));
    assert_in_range(p.warm_count, 1, 1024);
    size_t slabs = 0;
    list_each(node, following, &p.slabs) slabs++;
    assert_in_range(slabs, 1, 6);  // of nine: those that hold warm ones, and the newest
    for (int i = 0; i < MANY; i++) // and all can be had again
        s[i] = get(&p);
    for (int i = 0; i < MANY; i++)
        stack_put(s[i]);
    stack_pool_fini(&p);
}

static size_t mappings(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    assert_non_null(f);
    size_t lines = 0;
    for (int c; (c = getc(f)) != EOF;)
        lines += c == '\n';
    fclose(f);
    return lines;
}

static void a_hundred_thousand_stacks_need_few_mappings(void **state)
{
    (void)state;
    enum { MANY = 100 * 1000 };
    struct stack_pool p;
    struct stack **s = calloc(MANY, sizeof *s);
    assert_non_null(s);
    stack_pool_init(&p, 64 * 1024, STACK_GUARD_BEST);
    size_t before = mappings();
    for (int i = 0; i < MANY; i++)
        s[i] = get(&p);
    if (p.guard == STACK_GUARD_KERNEL)
        assert_in_range(mappings() - before, 0, 200);
    else
        assert_true(mappings() - before < 62000); // under the default vm.max_map_count
    for (int i = 0; i < MANY; i++)
        stack_put(s[i]);
    stack_pool_fini(&p);
    free(s);
}

// Whether writing one byte there kills.
static bool deadly(char *p)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); // cmocka's handler would report it
        *(volatile char *)p = 1;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status != 0;
}

static void guarded_by(enum stack_guard guard)
{
    struct stack_pool p;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    stack_pool_init(&p, 64 * 1024, guard);
    if (guard == STACK_GUARD_BEST && p.guard != STACK_GUARD_KERNEL)
        skip(); // this kernel has none
    struct stack *s[70];
    for (int i = 0; i < 70; i++) {
        s[i] = get(&p);
        assert_int_equal(s[i]->guard, p.guard);
    }
    for (int again = 0; again < 2; again++) {
        assert_true(deadly(s[69]->low));
        assert_true(deadly(s[3]->low + page - 1));
        assert_false(deadly(s[3]->low + page));
        assert_false(deadly(stack_top(s[3]) - 1));
        assert_true(stack_guards(s[3], s[3]->low));
        assert_true(stack_guards(s[3], s[3]->low + page - 1));
        assert_false(stack_guards(s[3], s[3]->low + page));
        assert_false(stack_guards(s[3], s[3]->low - 1));
        for (int i = 0; i < 70; i++) {
            use(s[i], DEEP);
            stack_put(s[i]);
        }
        stack_pool_trim(&p); // guards outlive it
        for (int i = 0; i < 70; i++)
            s[i] = get(&p);
    }
    for (int i = 0; i < 70; i++)
        stack_put(s[i]);
    stack_pool_fini(&p);
}

static void guards_of_the_kernel_hold_and_outlive_trimming(void **state)
{
    (void)state;
    guarded_by(STACK_GUARD_BEST);
}

static void guard_pages_hold_and_outlive_trimming(void **state)
{
    (void)state;
    guarded_by(STACK_GUARD_PAGES);
}

static void beyond_the_mappings_that_are_allowed_stacks_have_canaries(void **state)
{
    (void)state;
    enum { MANY = 40 * 1000 };
    if (annotate_under_valgrind())
        skip(); // it keeps account of 30,000 mappings at most
    struct stack_pool p;
    struct stack **s = calloc(MANY, sizeof *s);
    assert_non_null(s);
    size_t of[4] = { 0 };
    stack_pool_init(&p, 16 * 1024, STACK_GUARD_PAGES);
    for (int i = 0; i < MANY; i++) {
        s[i] = get(&p);
        of[s[i]->guard]++;
        if (s[i]->guard == STACK_GUARD_CANARY)
            assert_true(stack_canary_lives(stack_canary(s[i])));
    }
    assert_int_equal(of[STACK_GUARD_PAGES] + of[STACK_GUARD_CANARY], MANY);
    assert_in_range(of[STACK_GUARD_PAGES], 1000, MANY);
    assert_true(mappings() < 65530 - 4096 ||
                of[STACK_GUARD_CANARY] == 0); // there is room for others
    for (int i = 0; i < MANY; i++)
        stack_put(s[i]);
    stack_pool_fini(&p);
    // The allowance came back.
    stack_pool_init(&p, 16 * 1024, STACK_GUARD_PAGES);
    s[0] = get(&p);
    assert_int_equal(s[0]->guard, STACK_GUARD_PAGES);
    stack_put(s[0]);
    stack_pool_fini(&p);
    free(s);
}

static void a_canary_costs_no_memory_and_dies_when_written_to(void **state)
{
    (void)state;
    struct stack_pool p;
    stack_pool_init(&p, 64 * 1024, STACK_GUARD_CANARY);
    struct stack *s = get(&p);
    const uint64_t *canary = stack_canary(s);
    assert_non_null(canary);
    use(s, 60 * 1024);
    assert_true(stack_canary_lives(canary));
    assert_false(stack_guards(s, s->low));
    s->low[100] = 1;
    assert_false(stack_canary_lives(canary));
    s->low[100] = 0;
    stack_put(s);
    stack_pool_fini(&p);
}

static void count_stack(struct stack *s, void *arg)
{
    assert_non_null(s->owner);
    ++*(int *)arg;
}

static void each_visits_those_in_use(void **state)
{
    (void)state;
    struct stack_pool p;
    struct stack *s[100];
    int count = 0;
    stack_pool_init(&p, 0, STACK_GUARD_BEST);
    for (int i = 0; i < 100; i++)
        s[i] = get(&p);
    for (int i = 0; i < 100; i += 2)
        stack_put(s[i]);
    stack_pool_each(&p, count_stack, &count);
    assert_int_equal(count, 50);
    for (int i = 1; i < 100; i += 2)
        stack_put(s[i]);
    stack_pool_fini(&p);
}

static void no_memory_is_an_error_and_nothing_else(void **state)
{
    (void)state;
    struct stack_pool p;
    struct stack *s = NULL;
    stack_pool_init(&p, 0, STACK_GUARD_BEST);
    faults_fail_allocation(1);
    assert_int_equal(stack_get(&p, &s, &p), -ENOMEM);
    assert_null(s);
    assert_int_equal(p.in_use, 0);
    s = get(&p);
    stack_put(s);
    stack_pool_fini(&p);
    stack_pool_init(&p, (size_t)1 << 48, STACK_GUARD_BEST); // more than there is address space
    assert_int_equal(stack_get(&p, &s, &p), -ENOMEM);
    stack_pool_fini(&p);
}

static void where_address_space_is_short_smaller_mappings_do(void **state)
{
    (void)state;
    if (ANNOTATE_SANITIZED || annotate_under_valgrind())
        skip(); // they need much of it themselves
    pid_t child = fork();
    if (child == 0) {
        struct stack_pool p;
        struct stack *s;
        int got = 0;
        stack_pool_init(&p, 1024 * 1024, STACK_GUARD_BEST);
        setrlimit(RLIMIT_AS, &(struct rlimit){ 40 << 20, 40 << 20 }); // 64 at once would not fit
        while (stack_get(&p, &s, &p) == 0)
            got++;
        _exit(got);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_in_range(WEXITSTATUS(status), 16, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_put_back_is_the_next_one_out),
        cmocka_unit_test(a_size_is_rounded_up_to_something_usable),
        cmocka_unit_test(a_stack_that_was_deep_is_trimmed_before_it_is_used_again),
        cmocka_unit_test(free_stacks_beyond_a_bound_give_their_memory_back),
        cmocka_unit_test(a_hundred_thousand_stacks_need_few_mappings),
        cmocka_unit_test(guards_of_the_kernel_hold_and_outlive_trimming),
        cmocka_unit_test(guard_pages_hold_and_outlive_trimming),
        cmocka_unit_test(beyond_the_mappings_that_are_allowed_stacks_have_canaries),
        cmocka_unit_test(a_canary_costs_no_memory_and_dies_when_written_to),
        cmocka_unit_test(each_visits_those_in_use),
        cmocka_unit_test(no_memory_is_an_error_and_nothing_else),
        cmocka_unit_test(where_address_space_is_short_smaller_mappings_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

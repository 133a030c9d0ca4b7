// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/heap.h"
#include "faults.h"
#include <errno.h>
#include <stdlib.h>

enum { MEMBERS = 3000 };

static uint64_t random_state = 88172645463325252u;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static void assert_is_heap(const struct heap *h)
{
    for (size_t i = 0; i < h->count; i++) {
        assert_int_equal(h->at[i].node->place, i + 1);
        assert_int_equal(h->at[i].node->key, h->at[i].key);
        assert_true(i == 0 || h->at[(i - 1) / 4].key <= h->at[i].key);
    }
}

static void assert_drains_in_order(struct heap *h)
{
    int64_t last = INT64_MIN;
    while (heap_first(h)) {
        struct heap_node *n = heap_first(h);
        assert_true(n->key >= last);
        last = n->key;
        heap_remove(h, n);
        assert_int_equal(n->place, 0);
    }
    assert_int_equal(h->count, 0);
}

static void members_come_out_in_order_of_their_keys(void **state)
{
    (void)state;
    static struct heap_node node[MEMBERS];
    struct heap h = { 0 };
    for (size_t i = 0; i < MEMBERS; i++)
        assert_int_equal(heap_add(&h, &node[i], (int64_t)(random_next() % 500) - 250), 0);
    assert_is_heap(&h);
    assert_drains_in_order(&h);
    heap_fini(&h);
}

static void members_move_and_leave_from_anywhere(void **state)
{
    (void)state;
    static struct heap_node node[MEMBERS];
    struct heap h = { 0 };
    for (unsigned step = 0; step < 60000; step++) {
        struct heap_node *n = &node[random_next() % MEMBERS];
        int64_t key = (int64_t)random_next();
        if (!n->place)
            assert_int_equal(heap_add(&h, n, key), 0);
        else if (key & 1)
            heap_move(&h, n, key);
        else
            heap_remove(&h, n);
        if (step % 1000 == 0)
            assert_is_heap(&h);
    }
    assert_is_heap(&h);
    assert_drains_in_order(&h);
    heap_fini(&h);
}

static void removing_a_member_of_no_heap_does_nothing(void **state)
{
    (void)state;
    struct heap h = { 0 };
    struct heap_node on = { 0 }, off = { 0 };
    assert_int_equal(heap_add(&h, &on, 1), 0);
    heap_remove(&h, &off);
    assert_ptr_equal(heap_first(&h), &on);
    heap_remove(&h, &on);
    heap_remove(&h, &on);
    assert_null(heap_first(&h));
    heap_fini(&h);
}

static void an_add_without_memory_changes_nothing(void **state)
{
    (void)state;
    struct heap h = { 0 };
    struct heap_node node[17] = { 0 };
    faults_fail_all_allocations();
    assert_int_equal(heap_add(&h, &node[0], 0), -ENOMEM);
    faults_fail_allocation(0);
    for (int i = 0; i < 16; i++)
        assert_int_equal(heap_add(&h, &node[i], i), 0);
    faults_fail_allocation(1);
    assert_int_equal(heap_add(&h, &node[16], -1), -ENOMEM);
    assert_int_equal(node[16].place, 0);
    assert_int_equal(h.count, 16);
    assert_int_equal(heap_add(&h, &node[16], -1), 0);
    assert_ptr_equal(heap_first(&h), &node[16]);
    heap_fini(&h);
}

static void a_heap_is_usable_after_fini(void **state)
{
    (void)state;
    struct heap h = { 0 };
    struct heap_node n = { 0 };
    heap_fini(&h);
    assert_int_equal(heap_add(&h, &n, 7), 0);
    heap_fini(&h);
    assert_null(heap_first(&h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_out_in_order_of_their_keys),
        cmocka_unit_test(members_move_and_leave_from_anywhere),
        cmocka_unit_test(removing_a_member_of_no_heap_does_nothing),
        cmocka_unit_test(an_add_without_memory_changes_nothing),
        cmocka_unit_test(a_heap_is_usable_after_fini),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

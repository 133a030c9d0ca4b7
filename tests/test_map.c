// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/list.h"
#include "data/map.h"
#include "faults.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct item {
    struct map_node node;
    char name[16];
    unsigned visited;
};

enum { ITEMS = 20000 };

static struct item *item_of(struct map_node *n)
{
    return list_entry(n, struct item, node);
}

static struct item *items_new(void)
{
    struct item *item = calloc(ITEMS, sizeof *item);
    assert_non_null(item);
    for (unsigned i = 0; i < ITEMS; i++)
        snprintf(item[i].name, sizeof item[i].name, "name-%u", i);
    return item;
}

static struct map_node *find(const struct map *m, const char *name)
{
    return map_find(m, map_hash(span_of(name)), span_of(name));
}

static void add(struct map *m, struct item *i)
{
    assert_int_equal(map_add(m, &i->node, map_hash(span_of(i->name)), span_of(i->name)), 0);
}

static void every_key_is_found_while_the_map_grows_and_shrinks(void **state)
{
    (void)state;
    struct item *item = items_new();
    struct map m = { 0 };
    for (unsigned i = 0; i < ITEMS; i++) {
        assert_null(find(&m, item[i].name));
        add(&m, &item[i]);
        assert_ptr_equal(find(&m, item[i].name), &item[i].node);
        assert_ptr_equal(find(&m, item[i / 2].name), &item[i / 2].node);
        if (i % 3 == 2) { // one in three leaves at once: the removed are not found, the others are
            map_remove(&m, &item[i - 1].node);
            assert_null(find(&m, item[i - 1].name));
            add(&m, &item[i - 1]);
        }
    }
    assert_int_equal(m.count, ITEMS);
    for (unsigned i = 0; i < ITEMS; i++)
        assert_ptr_equal(find(&m, item[i].name), &item[i].node);
    for (unsigned i = 0; i < ITEMS; i++) {
        map_remove(&m, &item[i].node);
        assert_null(find(&m, item[i].name));
    }
    assert_int_equal(m.count, 0);
    map_fini(&m);
    free(item);
}

static void remove_odd(struct map_node *n, void *arg)
{
    struct item *i = item_of(n);
    i->visited++;
    if (atoi(i->name + 5) % 2)
        map_remove(arg, n);
}

static void each_visits_every_node_once_even_while_growing(void **state)
{
    (void)state;
    struct item *item = items_new();
    struct map m = { 0 };
    unsigned count = 16 * 1024 + 100; // just after a doubling has begun
    for (unsigned i = 0; i < count; i++)
        add(&m, &item[i]);
    assert_non_null(m.old);
    map_each(&m, remove_odd, &m);
    assert_int_equal(m.count, count / 2);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(item[i].visited, 1);
        assert_int_equal(find(&m, item[i].name) != NULL, i % 2 == 0);
    }
    map_fini(&m);
    free(item);
}

static void no_insert_moves_more_than_a_few_buckets(void **state)
{
    (void)state;
    struct item *item = items_new();
    struct map m = { 0 };
    for (unsigned i = 0; i < ITEMS; i++) {
        size_t left = m.old ? m.old_room - m.moved : 0;
        add(&m, &item[i]);
        size_t now = m.old ? m.old_room - m.moved : 0;
        assert_true(now >= left || left - now <= 8);
        assert_true(m.count <= 2 * m.room);
    }
    map_fini(&m);
    free(item);
}

static void only_the_first_insert_needs_memory(void **state)
{
    (void)state;
    struct item *item = items_new();
    struct map m = { 0 };
    faults_fail_all_allocations();
    struct span key = span_of(item[0].name);
    assert_int_equal(map_add(&m, &item[0].node, map_hash(key), key), -ENOMEM);
    assert_int_equal(m.count, 0);
    faults_fail_allocation(0);
    add(&m, &item[0]);
    faults_fail_all_allocations();
    for (unsigned i = 1; i < 1000; i++)
        add(&m, &item[i]);
    faults_fail_allocation(0);
    for (unsigned i = 1000; i < 2000; i++)
        add(&m, &item[i]);
    for (unsigned i = 0; i < 2000; i++)
        assert_ptr_equal(find(&m, item[i].name), &item[i].node);
    map_fini(&m);
    free(item);
}

static void keys_are_bytes_not_strings(void **state)
{
    (void)state;
    struct map m = { 0 };
    struct map_node a = { 0 }, b = { 0 }, empty = { 0 };
    struct span ka = { "x\0a", 3 }, kb = { "x\0b", 3 }, ke = { "", 0 };
    assert_int_equal(map_add(&m, &a, map_hash(ka), ka), 0);
    assert_int_equal(map_add(&m, &b, map_hash(kb), kb), 0);
    assert_int_equal(map_add(&m, &empty, map_hash(ke), ke), 0);
    assert_ptr_equal(map_find(&m, map_hash(ka), ka), &a);
    assert_ptr_equal(map_find(&m, map_hash(kb), kb), &b);
    assert_ptr_equal(map_find(&m, map_hash((struct span){ NULL, 0 }), ke), &empty);
    map_fini(&m);
}

// The vectors that Rust's library tests its SipHash-1-3 with: key 00..0f, message 00..n-1.
static void the_hash_is_siphash_1_3(void **state)
{
    (void)state;
    static const uint64_t secret[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
    static const struct {
        size_t n;
        uint64_t hash;
    } want[] = {
        { 0, 0xabac0158050fc4dcu },
        { 1, 0xc9f49bf37d57ca93u },
        { 7, 0xd3927d989bb11140u },
        { 8, 0x369095118d299a8eu },
    };
    static const char message[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(map_hash_with(secret, (struct span){ message, want[i].n }), want[i].hash);
}

static void a_process_keeps_its_secret(void **state)
{
    (void)state;
    static const uint64_t zero[2];
    assert_int_equal(map_hash(span_of("www.example.org")), map_hash(span_of("www.example.org")));
    assert_int_not_equal(map_hash(span_of("www.example.org")),
                         map_hash_with(zero, span_of("www.example.org")));
}

// Of secrets that another process was told, too. Last: every hash from now on is another one.
static void processes_that_share_a_secret_agree(void **state)
{
    (void)state;
    static const uint64_t secret[2] = { 1, 2 };
    struct span key = span_of("www.example.org");
    uint64_t before = map_hash(key);
    map_use_secret(secret);
    assert_int_equal(map_hash(key), map_hash_with(secret, key));
    assert_int_not_equal(map_hash(key), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_found_while_the_map_grows_and_shrinks),
        cmocka_unit_test(each_visits_every_node_once_even_while_growing),
        cmocka_unit_test(no_insert_moves_more_than_a_few_buckets),
        cmocka_unit_test(only_the_first_insert_needs_memory),
        cmocka_unit_test(keys_are_bytes_not_strings),
        cmocka_unit_test(the_hash_is_siphash_1_3),
        cmocka_unit_test(a_process_keeps_its_secret),
        cmocka_unit_test(processes_that_share_a_secret_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

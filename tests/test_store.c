// SPDX-License-Identifier: MIT
#include "data/pack.h"
#include "in_loop.h"
#include "ledger/page_entry.h"
#include "ledger/revive.h"
#include "ledger/store.h"
#include "store/state_held.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "store/state_seen.h"
#include "store/state_table.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64], why[STATE_WHY];
static struct list woken = { &woken, &woken };

static void wake(void *arg)
{
    (void)arg;
    wake_all(&woken, 0);
}

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/test-store-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    char file[96];
    snprintf(file, sizeof file, "%s/data.mdb", dir);
    unlink(file);
    snprintf(file, sizeof file, "%s/lock.mdb", dir);
    unlink(file);
    return rmdir(dir);
}

static struct store *opened(size_t map)
{
    struct state *s = NULL;
    struct store *store = NULL;
    assert_int_equal(state_open(&s, dir, STATE_WRITE, 1, why), 0);
    if (map) {
        assert_int_equal(mdb_env_set_mapsize(s->env, map), 0);
        s->map = map;
    }
    struct store_options o = { .loop = loop_current(), .state = s, .wake = wake };
    assert_int_equal(store_open(&store, &o), 0);
    return store;
}

// Waits for the next answer.
static struct store_answer answer_of(struct store *s)
{
    struct store_answer a;
    while (!store_receive(s, &a)) {
        assert_int_equal(store_error(s), 0);
        assert_int_equal(park_on(&woken, in_ms(20000)), 0);
    }
    return a;
}

static void wait_until_quiet(struct store *s)
{
    store_flush(s);
    while (!store_is_quiet(s))
        assert_int_equal(park_on(&woken, in_ms(20000)), 0);
}

static void commit(struct store *s)
{
    uint64_t cut = store_cut(s, span_of("the ledger"));
    store_seal(s);
    struct store_answer a = answer_of(s);
    assert_int_equal(a.kind, STORE_COMMITTED);
    assert_int_equal(a.cut, cut);
}

static void append(struct store *s, uint64_t host, uint64_t number, const char *item)
{
    struct state_place at = { .host = host, .number = number };
    store_append(s, &at, span_of(item));
}

// The items of an answer as text: "number:item ". Links have numbers from 1 on here.
static void check_items(struct store_answer a, const char *expected)
{
    char text[512] = "";
    struct state_place at;
    struct span item;
    while (store_answer_item(&a, &at, &item)) {
        size_t n = strlen(text);
        uint64_t number = at.number >= REVIVE_NUMBERS ? at.number - REVIVE_NUMBERS + 1 : at.number;
        snprintf(text + n, sizeof text - n, "%llu:%.*s ", (unsigned long long)number, (int)item.n,
                 item.p);
    }
    assert_string_equal(text, expected);
}

static int add_held(void *arg, uint64_t number, struct span item)
{
    char *text = arg;
    sprintf(text + strlen(text), "%llu:%.*s ", (unsigned long long)number, (int)item.n, item.p);
    return 0;
}

// What another run would find.
static void check_committed(const char *expected, bool with_ledger)
{
    struct state *s = NULL;
    struct span ledger;
    char text[512] = "";
    assert_int_equal(state_open(&s, dir, STATE_WRITE, 1, why), 0);
    assert_int_equal(state_begin(s), 0);
    assert_int_equal(state_held_each(s, add_held, text), 0);
    assert_string_equal(text, expected);
    assert_int_equal(state_meta_get(s, "ledger", &ledger), with_ledger);
    state_close(s);
}

IN_LOOP(a_commit_holds_what_was_said_before_the_cut_and_nothing_after)
{
    struct store *s = opened(0);
    store_hold(s, 1, span_of("one"));
    store_hold(s, 2, span_of("two"));
    store_release(s, 1);
    uint64_t cut = store_cut(s, span_of("the ledger"));
    store_hold(s, 3, span_of("three"));
    store_release(s, 2);
    store_take(s, 1, 1); // so that the thread has done what is behind the cut
    store_seal(s);
    struct store_answer a = answer_of(s), b = answer_of(s);
    assert_true(a.kind == STORE_COMMITTED || b.kind == STORE_COMMITTED);
    assert_int_equal(a.kind == STORE_COMMITTED ? a.cut : b.cut, cut);
    store_close(s);
    check_committed("2:two ", true);
    return 0;
}

IN_LOOP(nothing_is_committed_before_it_is_sealed)
{
    struct store *s = opened(0);
    struct store_answer a;
    store_hold(s, 1, span_of("one"));
    store_cut(s, span_of("the ledger"));
    sleep_until(in_ms(50));
    assert_false(store_receive(s, &a));
    store_close(s);
    check_committed("", false);
    return 0;
}

IN_LOOP(a_question_sees_what_was_said_before_it)
{
    struct store *s = opened(0);
    append(s, 7, 3, "c");
    append(s, 7, 1, "a");
    append(s, 8, 2, "b");
    store_survey(s, 0, 10);
    store_take(s, 7, 10);
    append(s, 7, 4, "d");
    store_take(s, 7, 10);
    assert_int_equal(store_asked(s), 3);
    struct store_answer a = answer_of(s);
    uint64_t host;
    assert_int_equal(a.kind, STORE_SURVEYED);
    assert_true(store_answer_host(&a, &host) && host == 7);
    assert_true(store_answer_host(&a, &host) && host == 8);
    assert_false(store_answer_host(&a, &host));
    a = answer_of(s);
    assert_int_equal(a.kind, STORE_TOOK);
    assert_int_equal(a.host, 7);
    check_items(a, "1:a 3:c ");
    check_items(answer_of(s), "4:d ");
    assert_int_equal(store_asked(s), 0);
    store_close(s);
    return 0;
}

IN_LOOP(what_was_taken_and_not_committed_is_on_disk_again)
{
    struct store *s = opened(0);
    append(s, 7, 1, "a");
    commit(s);
    store_take(s, 7, 10);
    check_items(answer_of(s), "1:a ");
    store_close(s);
    s = opened(0);
    store_take(s, 7, 10);
    check_items(answer_of(s), "1:a ");
    store_close(s);
    return 0;
}

static void link_to(struct store *s, uint64_t host, uint64_t hash, const char *item, uint64_t tag)
{
    struct store_link l = { .host = host, .hash = hash, .item = span_of(item), .tag = tag };
    store_link(s, &l);
}

IN_LOOP(a_link_is_new_once_and_keeps_its_place_in_line)
{
    struct store *s = opened(0);
    link_to(s, 5, 90, "first", 0);
    link_to(s, 5, 10, "second", 0);
    link_to(s, 5, 90, "first again", 0);
    link_to(s, 6, 10, "other", 0);
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 3);
    assert_int_equal(store_counts(s).seen, 3);
    link_to(s, 5, 10, "second again", 0);
    link_to(s, 5, 11, "third", 0);
    store_take(s, 5, 10);
    check_items(answer_of(s), "1:first 2:second 6:third ");
    commit(s);
    store_close(s);
    s = opened(0); // numbers go on where they were
    link_to(s, 5, 12, "fourth", 0);
    store_take(s, 5, 10);
    check_items(answer_of(s), "7:fourth ");
    store_close(s);
    return 0;
}

IN_LOOP(who_asks_is_told_which_links_are_new)
{
    struct store *s = opened(0);
    struct store_link only = { .host = 1, .hash = 1, .only_seen = true, .tag = 11 };
    uint64_t tag, sum = 0;
    bool is_new;
    store_link(s, &only);
    link_to(s, 1, 2, "b", 0);
    link_to(s, 1, 1, "a", 12);
    store_flush(s);
    struct store_answer a = answer_of(s);
    assert_int_equal(a.kind, STORE_LINKED);
    assert_int_equal(a.count, 2);
    while (store_answer_link(&a, &tag, &is_new)) {
        assert_true(is_new == (tag == 11));
        sum += tag;
    }
    assert_int_equal(sum, 23);
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 1);
    store_close(s);
    return 0;
}

// Asks for three pages of which the second is not known.
static void check_pages(struct store *s, const char *first, const char *third)
{
    const uint64_t keys[] = { 1, 1, 1, 2, 2, 1 };
    struct buffer b = { 0 };
    struct span page;
    for (size_t k = 0; k < 6; k++)
        pack_word(&b, keys[k]);
    store_recall(s, buffer_span(&b));
    struct store_answer a = answer_of(s);
    assert_int_equal(a.kind, STORE_RECALLED);
    assert_int_equal(a.count, 3);
    assert_true(store_answer_page(&a, &page) && span_is(page, first));
    assert_true(store_answer_page(&a, &page) && !page.p);
    assert_true(store_answer_page(&a, &page) && span_is(page, third));
    assert_false(store_answer_page(&a, &page));
    assert_int_equal(store_asked(s), 0);
    buffer_fini(&b);
}

IN_LOOP(pages_are_recalled_in_the_order_of_their_keys)
{
    struct store *s = opened(0);
    store_page(s, 2, 1, span_of("third"));
    store_page(s, 1, 1, span_of("first"));
    commit(s);
    check_pages(s, "first", "third");
    store_close(s);
    s = opened(0);
    check_pages(s, "first", "third");
    store_close(s);
    return 0;
}

static void put_known_pages(unsigned n)
{
    struct state *state;
    struct buffer page = { 0 };
    struct page_entry p = { .asked = true, .found = true, .url = span_of("http://a/") };
    assert_int_equal(state_open(&state, dir, STATE_WRITE, 1, why), 0);
    assert_int_equal(state_begin(state), 0);
    page_entry_write(&page, &p);
    for (unsigned k = 0; k < n; k++)
        assert_int_equal(state_pages_put(state, 1 + k / 40, k, buffer_span(&page)), 0);
    assert_int_equal(revive_begin(state), 0);
    assert_int_equal(state_commit(state), 0);
    state_close(state);
    buffer_fini(&page);
}

static bool revive_once(struct store *s)
{
    uint64_t host;
    store_revive(s, 1, 30);
    struct store_answer a = answer_of(s);
    assert_int_equal(a.kind, STORE_REVIVED);
    while (store_answer_host(&a, &host))
        assert_in_range(host, 1, 3);
    return a.more;
}

IN_LOOP(what_was_revived_and_not_committed_is_revived_again)
{
    put_known_pages(100);
    struct store *s = opened(0);
    assert_true(revive_once(s));
    commit(s);
    assert_true(revive_once(s));
    store_close(s); // the second time is lost
    s = opened(0);
    assert_int_equal(store_counts(s).frontier, 30);
    while (revive_once(s))
        ;
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 100);
    commit(s);
    store_close(s);
    s = opened(0);
    assert_false(revive_once(s));
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 100);
    store_take(s, 2, 100);
    assert_int_equal(answer_of(s).count, 40);
    store_close(s);
    return 0;
}

IN_LOOP(the_last_word_on_a_page_wins)
{
    struct store *s = opened(0);
    for (int i = 0; i < 50000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        store_page(s, 1, (uint64_t)i % 100, span_of(text));
    }
    commit(s);
    store_close(s);
    struct state *state;
    struct span value;
    uint64_t count;
    assert_int_equal(state_open(&state, dir, STATE_READ, 1, why), 0);
    assert_int_equal(state_begin(state), 0);
    assert_int_equal(state_pages_count(state, &count), 0);
    assert_int_equal(count, 100);
    assert_int_equal(state_pages_get(state, 1, 7, &value), 1);
    assert_true(span_is(value, "49907"));
    state_close(state);
    return 0;
}

// What is done anew in a larger map is done once, and answered once.
IN_LOOP(a_map_that_is_too_small_is_noticed_by_nobody)
{
    struct store *s = opened(192 << 10);
    char item[2000];
    memset(item, 'x', sizeof item - 1);
    item[sizeof item - 1] = '\0';
    unsigned taken = 0, linked = 0;
    uint64_t told = 0;
    for (uint64_t n = 1; n <= 300; n++) {
        append(s, n % 3, 100000 + n, item);
        link_to(s, 10 + n % 3, n, item, n);
        store_hold(s, n, span_of(item));
        if (n % 50 == 0)
            store_take(s, 1, 5);
    }
    store_flush(s);
    while (store_asked(s) > 0) {
        struct store_answer a = answer_of(s);
        struct state_place at;
        struct span bytes;
        uint64_t tag;
        bool is_new;
        while (a.kind == STORE_TOOK && store_answer_item(&a, &at, &bytes)) {
            assert_int_equal(bytes.n, sizeof item - 1);
            taken++;
        }
        while (a.kind == STORE_LINKED && store_answer_link(&a, &tag, &is_new)) {
            assert_true(is_new);
            told += tag;
            linked++;
        }
    }
    assert_int_equal(taken, 30);
    assert_int_equal(linked, 300);
    assert_int_equal(told, 300 * 301 / 2);
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 600 - 30);
    commit(s);
    store_close(s);
    struct state *state;
    uint64_t count;
    assert_int_equal(state_open(&state, dir, STATE_READ, 1, why), 0);
    assert_int_equal(state_begin(state), 0);
    assert_int_equal(state_held_count(state, &count), 0);
    assert_int_equal(count, 300);
    assert_true(state_size(state) > 1 << 20);
    state_close(state);
    return 0;
}

IN_LOOP(damage_shows_and_nothing_more_is_committed)
{
    struct store *s = opened(0);
    struct store_answer a;
    store_hold(s, 1, span_of("one"));
    commit(s);
    store_hold(s, 2, span_of("two"));
    store_release(s, 9); // was never there
    store_cut(s, span_of("the ledger"));
    store_seal(s);
    while (store_error(s) == 0)
        park_on(&woken, in_ms(20000));
    assert_int_equal(store_error(s), -EUCLEAN);
    store_hold(s, 3, span_of("three"));
    store_flush(s);
    assert_false(store_receive(s, &a));
    store_close(s);
    check_committed("1:one ", true);
    return 0;
}

IN_LOOP(a_temporary_one_needs_no_cut)
{
    struct state *state;
    struct store *s;
    assert_int_equal(state_open_temporary(&state, why), 0);
    struct store_options o = {
        .loop = loop_current(), .state = state, .temporary = true, .wake = wake
    };
    assert_int_equal(store_open(&s, &o), 0);
    for (uint64_t n = 1; n <= 60000; n++)
        link_to(s, n % 500, n, "http://example.com/some/page", 0);
    wait_until_quiet(s);
    assert_int_equal(store_counts(s).frontier, 60000);
    store_take(s, 3, 1000);
    assert_int_equal(answer_of(s).count, 120);
    store_close(s);
    return 0;
}

IN_LOOP(closing_does_not_wait_for_what_was_not_committed)
{
    struct store *s = opened(0);
    for (uint64_t n = 1; n <= 100000; n++)
        append(s, n % 100, n, "an item that nobody will ever see again");
    assert_true(store_is_behind(s) || store_uncut(s) == 100000);
    store_close(s);
    check_committed("", false);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_commit_holds_what_was_said_before_the_cut_and_nothing_after),
        TEST(nothing_is_committed_before_it_is_sealed),
        TEST(a_question_sees_what_was_said_before_it),
        TEST(what_was_taken_and_not_committed_is_on_disk_again),
        TEST(a_link_is_new_once_and_keeps_its_place_in_line),
        TEST(who_asks_is_told_which_links_are_new),
        TEST(pages_are_recalled_in_the_order_of_their_keys),
        TEST(what_was_revived_and_not_committed_is_revived_again),
        TEST(the_last_word_on_a_page_wins),
        TEST(a_map_that_is_too_small_is_noticed_by_nobody),
        TEST(damage_shows_and_nothing_more_is_committed),
        TEST(a_temporary_one_needs_no_cut),
        TEST(closing_does_not_wait_for_what_was_not_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

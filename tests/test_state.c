// SPDX-License-Identifier: MIT
#include "data/buffer.h"
#include "data/pack.h"
#include "state_fixture.h"
#include "store/state_frontier.h"
#include "store/state_held.h"
#include "store/state_hosts.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "store/state_seen.h"
#include "store/state_table.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// What a walk has shown, as text: "number:item ".
struct seen {
    char text[1024];
};

static int see_held(void *arg, uint64_t number, struct span item)
{
    struct seen *seen = arg;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%llu:%.*s ", (unsigned long long)number,
             (int)item.n, item.p);
    return 0;
}

static int see_frontier(void *arg, const struct state_place *at, struct span item)
{
    struct seen *seen = arg;
    size_t n = strlen(seen->text);
    snprintf(seen->text + n, sizeof seen->text - n, "%llx/%u/%llu:%.*s ",
             (unsigned long long)at->host, at->depth, (unsigned long long)at->number, (int)item.n,
             item.p);
    return 0;
}

static void what_was_committed_is_there_and_what_was_not_is_not(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    struct seen seen = { "" };
    assert_int_equal(state_held_put(s, 1, span_of("one")), 0);
    assert_int_equal(state_commit(s), 0);
    assert_int_equal(state_begin(s), 0);
    assert_int_equal(state_held_put(s, 2, span_of("two")), 0);
    state_close(s);
    s = begun(STATE_WRITE);
    assert_int_equal(state_held_each(s, see_held, &seen), 0);
    assert_string_equal(seen.text, "1:one ");
    assert_int_equal(state_made(s), 1234);
    state_close(s);
}

static void only_its_owner_can_read_it(void **state)
{
    (void)state;
    struct stat st;
    state_close(opened(STATE_WRITE));
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void another_process_reads_the_last_commit_while_it_is_written(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    assert_int_equal(state_held_put(s, 1, span_of("one")), 0);
    assert_int_equal(state_commit(s), 0);
    assert_int_equal(state_begin(s), 0);
    assert_int_equal(state_held_put(s, 2, span_of("two")), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct seen seen = { "" };
        struct state *r = NULL;
        bool good = state_open(&r, dir, STATE_READ, 0, why) == 0 && state_begin(r) == 0 &&
                    state_held_each(r, see_held, &seen) == 0 && strcmp(seen.text, "1:one ") == 0 &&
                    memcmp(r->secret, s->secret, STATE_SECRET) == 0;
        state_close(r);
        _exit(good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(state_commit(s), 0);
    state_close(s);
}

static void there_is_nothing_to_read_where_nothing_was_begun(void **state)
{
    (void)state;
    struct state *s;
    assert_int_equal(state_open(&s, dir, STATE_READ, 0, why), -ENOENT);
    assert_non_null(strstr(why, dir));
}

static void a_host_gives_its_items_breadth_first_and_only_once(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    struct seen seen = { "" };
    append(s, 0xa, 1, 1, "deep");
    append(s, 0xa, 0, 7, "later");
    append(s, 0xa, 0, 3, "first");
    append(s, 0xb, 0, 2, "other");
    assert_int_equal(state_frontier_take(s, 0xa, 2, see_frontier, &seen), 2);
    assert_string_equal(seen.text, "a/0/3:first a/0/7:later ");
    seen.text[0] = '\0';
    assert_int_equal(state_frontier_take(s, 0xa, 10, see_frontier, &seen), 1);
    assert_string_equal(seen.text, "a/1/1:deep ");
    assert_int_equal(state_frontier_take(s, 0xa, 10, see_frontier, &seen), 0);
    uint64_t left;
    assert_int_equal(state_frontier_count(s, &left), 0);
    assert_int_equal(left, 1);
    state_close(s);
}

static void hosts_are_skipped_through_whatever_each_has(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    uint64_t host[4] = { 0 };
    for (uint64_t n = 1; n <= 1000; n++)
        append(s, 5, 0, n, "x");
    append(s, 0, 0, 2000, "y");
    append(s, UINT64_MAX, 0, 2001, "z");
    assert_int_equal(state_frontier_hosts(s, 0, host, 4), 3);
    assert_true(host[0] == 0 && host[1] == 5 && host[2] == UINT64_MAX);
    assert_int_equal(state_frontier_hosts(s, 1, host, 1), 1);
    assert_int_equal(host[0], 5);
    assert_int_equal(state_frontier_hosts(s, 6, host, 4), 1);
    state_close(s);
}

// Numbers far apart, so that they are in parts of their own.
static void a_host_is_found_in_whatever_part_it_is(void **state)
{
    (void)state;
    enum { PARTS = 5, HOSTS = 7 };
    const uint64_t part = UINT64_C(1) << STATE_PART_BITS;
    struct state *s = begun(STATE_WRITE);
    struct seen seen = { "" };
    uint64_t host[HOSTS + 1], n = 0, left;
    for (uint64_t p = 0; p < PARTS; p++)
        for (uint64_t h = 1; h <= HOSTS; h++)
            if ((p + h) % 3 != 0 && ++n)
                append(s, h, 0, 10 * p * part + h, "x");
    append(s, 9, 0, STATE_NUMBER_MOST, "last");
    assert_int_equal(state_frontier_hosts(s, 0, host, HOSTS + 1), HOSTS + 1);
    for (uint64_t h = 0; h < HOSTS; h++)
        assert_int_equal(host[h], h + 1);
    assert_int_equal(host[HOSTS], 9);
    assert_int_equal(state_frontier_hosts(s, 3, host, 2), 2);
    assert_true(host[0] == 3 && host[1] == 4);
    assert_int_equal(state_frontier_take(s, 9, 10, see_frontier, &seen), 1);
    assert_string_equal(seen.text, "9/0/281474976710655:last ");
    assert_int_equal(state_frontier_take(s, 8, 10, see_frontier, &seen), 0);
    for (uint64_t h = HOSTS; h >= 1; h--) {
        unsigned mine = 0;
        for (uint64_t p = 0; p < PARTS; p++)
            mine += (p + h) % 3 != 0;
        seen.text[0] = '\0';
        assert_int_equal(state_frontier_take(s, h, mine - 1, see_frontier, &seen), mine - 1);
        assert_int_equal(state_frontier_take(s, h, 10, see_frontier, &seen), 1);
        assert_int_equal(state_frontier_take(s, h, 10, see_frontier, &seen), 0);
        assert_int_equal(state_frontier_hosts(s, 0, host, HOSTS + 1), h - 1);
    }
    assert_int_equal(state_frontier_count(s, &left), 0);
    assert_int_equal(left, 0);
    state_close(s);
}

static void a_url_is_new_once(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    assert_int_equal(state_seen_add(s, 1, 2), 1);
    assert_int_equal(state_seen_add(s, 1, 2), 0);
    assert_int_equal(state_seen_add(s, 2, 2), 1);
    assert_int_equal(state_seen_has(s, 1, 2), 1);
    assert_int_equal(state_seen_has(s, 1, 3), 0);
    uint64_t count;
    assert_int_equal(state_seen_count(s, &count), 0);
    assert_int_equal(count, 2);
    state_close(s);
}

static void the_last_word_on_a_page_a_host_and_a_note_counts(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    struct span value;
    uint64_t count;
    assert_int_equal(state_pages_get(s, 1, 1, &value), 0);
    assert_int_equal(state_hosts_get(s, 1, &value), 0);
    assert_int_equal(state_meta_get(s, "ledger", &value), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(state_pages_put(s, 1, 1, span_of(i ? "second" : "1")), 0);
        assert_int_equal(state_hosts_put(s, 1, span_of(i ? "second" : "1")), 0);
        assert_int_equal(state_hosts_put_robots(s, 1, span_of(i ? "rules" : "1")), 0);
        assert_int_equal(state_meta_put(s, "ledger", span_of(i ? "second" : "1")), 0);
    }
    assert_int_equal(state_pages_get(s, 1, 1, &value), 1);
    assert_true(span_is(value, "second"));
    assert_int_equal(state_hosts_get(s, 1, &value), 1);
    assert_true(span_is(value, "second"));
    assert_int_equal(state_hosts_get_robots(s, 1, &value), 1);
    assert_true(span_is(value, "rules"));
    assert_int_equal(state_hosts_get_robots(s, 2, &value), 0);
    assert_int_equal(state_hosts_count(s, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(state_meta_get(s, "ledger", &value), 1);
    assert_true(span_is(value, "second"));
    state_close(s);
}

static void an_item_that_ended_must_have_been_there(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    assert_int_equal(state_held_put(s, 9, span_of("x")), 0);
    assert_int_equal(state_held_remove(s, 9), 0);
    assert_int_equal(state_held_remove(s, 9), -EUCLEAN);
    state_close(s);
}

static void a_full_map_is_told_apart_and_grows(void **state)
{
    (void)state;
    struct state *s = opened(STATE_WRITE);
    char item[2000];
    memset(item, 'x', sizeof item);
    assert_int_equal(mdb_env_set_mapsize(s->env, 256 << 10), 0);
    s->map = 256 << 10;
    int r = mdb_txn_begin(s->env, NULL, 0, &s->txn);
    uint64_t n = 0;
    while (r == 0)
        r = state_held_put(s, ++n, (struct span){ item, sizeof item });
    assert_int_equal(r, -EXFULL);
    state_abort(s);
    for (int i = 0; i < 4; i++)
        assert_int_equal(state_grow(s), 0);
    assert_int_equal(state_begin(s), 0);
    for (uint64_t k = 1; k <= n; k++)
        assert_int_equal(state_held_put(s, k, (struct span){ item, sizeof item }), 0);
    assert_int_equal(state_commit(s), 0);
    state_close(s);
}

static void a_map_that_is_half_full_grows_by_itself(void **state)
{
    (void)state;
    struct state *s = opened(STATE_WRITE);
    char item[2000] = "";
    assert_int_equal(mdb_env_set_mapsize(s->env, 1 << 20), 0);
    s->map = 1 << 20;
    for (uint64_t n = 1; n <= 2000; n += 100) {
        assert_int_equal(state_begin(s), 0);
        for (uint64_t k = 0; k < 100; k++)
            assert_int_equal(state_held_put(s, n + k, (struct span){ item, sizeof item }), 0);
        assert_int_equal(state_commit(s), 0);
    }
    assert_true(state_size(s) > 4 << 20);
    state_close(s);
}

static void another_version_is_named(void **state)
{
    (void)state;
    struct state *s = begun(STATE_WRITE);
    struct buffer b = { 0 };
    buffer_add(&b, "trawl state", 12);
    pack_uint(&b, 99);
    buffer_add_string(&b, "whatever that one has");
    assert_int_equal(state_meta_put(s, "format", buffer_span(&b)), 0);
    assert_int_equal(state_commit(s), 0);
    state_close(s);
    assert_int_equal(state_open(&s, dir, STATE_WRITE, 0, why), -EPROTO);
    assert_non_null(strstr(why, "format 99"));
    buffer_fini(&b);
}

static void another_programs_database_is_refused(void **state)
{
    (void)state;
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi top;
    MDB_val key = { 3, (void *)(uintptr_t) "key" };
    struct state *s;
    assert_int_equal(mkdir(dir, 0700), 0);
    mdb_env_create(&env);
    assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, NULL, 0, &top), 0);
    assert_int_equal(mdb_put(txn, top, &key, &key, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    assert_int_equal(state_open(&s, dir, STATE_WRITE, 0, why), -EPROTO);
    assert_non_null(strstr(why, "another program"));
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    struct state *s;
    assert_int_equal(mkdir(dir, 0700), 0);
    for (size_t n = 5; n < 100000; n *= 10) {
        FILE *f = fopen(file, "w");
        for (size_t i = 0; i < n; i++)
            fputc('x', f);
        fclose(f);
        assert_int_equal(state_open(&s, dir, STATE_WRITE, 0, why), -EUCLEAN);
        assert_non_null(strstr(why, dir));
    }
}

static void no_name_is_left_of_a_temporary_one(void **state)
{
    (void)state;
    struct state *s;
    setenv("TMPDIR", dir, 1);
    assert_int_equal(state_open_temporary(&s, why), -ENOENT);
    assert_non_null(strstr(why, dir));
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(state_open_temporary(&s, why), 0);
    unsetenv("TMPDIR");
    assert_int_equal(rmdir(dir), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(state_begin(s), 0);
        assert_int_equal(state_seen_add(s, 1, 2), i == 0);
        assert_int_equal(state_commit(s), 0);
    }
    state_close(s);
}

static void the_secret_of_a_state_stays_and_is_no_others(void **state)
{
    (void)state;
    struct span text = span_of("https://www.example.org/");
    uint64_t word[2][2];
    struct state *s = opened(STATE_WRITE);
    uint64_t hash = state_hash(s, text);
    state_map_secret(s, word[0]);
    state_close(s);
    s = opened(STATE_WRITE);
    assert_int_equal(state_hash(s, text), hash);
    state_map_secret(s, word[1]);
    assert_memory_equal(word[0], word[1], sizeof word[0]);
    state_close(s);
    remove_dir(NULL);
    s = opened(STATE_WRITE);
    assert_int_not_equal(state_hash(s, text), hash);
    state_map_secret(s, word[1]);
    assert_memory_not_equal(word[0], word[1], sizeof word[0]);
    state_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_committed_is_there_and_what_was_not_is_not),
        TEST(only_its_owner_can_read_it),
        TEST(another_process_reads_the_last_commit_while_it_is_written),
        TEST(there_is_nothing_to_read_where_nothing_was_begun),
        TEST(a_host_gives_its_items_breadth_first_and_only_once),
        TEST(hosts_are_skipped_through_whatever_each_has),
        TEST(a_host_is_found_in_whatever_part_it_is),
        TEST(a_url_is_new_once),
        TEST(the_last_word_on_a_page_a_host_and_a_note_counts),
        TEST(an_item_that_ended_must_have_been_there),
        TEST(a_full_map_is_told_apart_and_grows),
        TEST(a_map_that_is_half_full_grows_by_itself),
        TEST(another_version_is_named),
        TEST(another_programs_database_is_refused),
        TEST(what_is_no_database_is_refused),
        TEST(no_name_is_left_of_a_temporary_one),
        TEST(the_secret_of_a_state_stays_and_is_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "in_loop.h"
#include "output/output.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/test_output.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void fill(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *text)
{
    char found[4096] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(found, 1, sizeof found - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(text));
    assert_string_equal(found, text);
}

static void add(struct output *o, const char *line)
{
    buffer_add_string(output_buffer(o), line);
    output_added(o);
}

// Ends it, and returns what output_finish said.
static int finish(struct output *o, struct nursery *n)
{
    int r = output_finish(o);
    nursery_close(n);
    output_close(o);
    return r;
}

IN_LOOP(lines_are_written_in_the_order_in_which_they_were_added)
{
    struct nursery n;
    struct output *o;
    fill("of another run\n");
    nursery_init(&n, "test");
    assert_int_equal(output_open(&o, path, &n), 0);
    add(o, "one\n");
    add(o, "two\n");
    assert_int_equal(output_length(o), 8);
    assert_int_equal(output_backlog(o), 8);
    assert_int_equal(finish(o, &n), 0);
    assert_holds("one\ntwo\n");
    return 0;
}

IN_LOOP(what_was_added_is_in_the_file_after_a_sync)
{
    struct nursery n;
    struct output *o;
    nursery_init(&n, "test");
    assert_int_equal(output_open(&o, path, &n), 0);
    for (unsigned k = 0; k < 3; k++) {
        add(o, "line\n");
        assert_int_equal(output_sync(o, output_length(o)), 0);
        assert_int_equal(output_backlog(o), 0);
        assert_int_equal(output_length(o), 5 * (k + 1));
    }
    assert_holds("line\nline\nline\n");
    assert_int_equal(output_sync(o, 5), 0); // it is there already
    assert_int_equal(finish(o, &n), 0);
    return 0;
}

IN_LOOP(going_on_cuts_what_no_commit_knows_and_adds_behind)
{
    struct nursery n;
    struct output *o;
    fill("one\ntwo\nthree, which is tor");
    nursery_init(&n, "test");
    assert_int_equal(output_go_on(&o, path, 8, &n), 0);
    assert_holds("one\ntwo\n"); // before anything is written
    assert_int_equal(output_length(o), 8);
    add(o, "four\n");
    assert_int_equal(output_length(o), 13);
    assert_int_equal(output_sync(o, 13), 0);
    assert_int_equal(finish(o, &n), 0);
    assert_holds("one\ntwo\nfour\n");
    return 0;
}

IN_LOOP(going_on_from_the_beginning_needs_no_file)
{
    struct nursery n;
    struct output *o;
    unlink(path);
    nursery_init(&n, "test");
    assert_int_equal(output_go_on(&o, path, 0, &n), 0);
    add(o, "one\n");
    assert_int_equal(finish(o, &n), 0);
    assert_holds("one\n");
    return 0;
}

IN_LOOP(a_file_that_has_become_shorter_is_refused_and_left_as_it_is)
{
    struct nursery n;
    struct output *o = NULL;
    fill("one\n");
    nursery_init(&n, "test");
    assert_int_equal(output_go_on(&o, path, 5, &n), -ESTALE);
    assert_null(o);
    assert_holds("one\n");
    assert_int_equal(nursery_close(&n), 0);
    return 0;
}

IN_LOOP(what_is_no_file_cannot_be_gone_on_with)
{
    struct nursery n;
    struct output *o = NULL;
    nursery_init(&n, "test");
    assert_int_equal(output_go_on(&o, "/dev/null", 0, &n), -EINVAL);
    assert_int_equal(output_go_on(&o, "/tmp", 0, &n), -EISDIR);
    assert_int_equal(output_go_on(&o, "/nonexistent/file", 0, &n), -ENOENT);
    assert_null(o);
    assert_int_equal(nursery_close(&n), 0);
    return 0;
}

// On a full disk: what was not written is not counted, and a commit that waits for it hears of it.
IN_LOOP(a_write_that_fails_is_told_and_nothing_is_written_after_it)
{
    struct nursery n;
    struct output *o;
    nursery_init(&n, "test");
    assert_int_equal(output_open(&o, "/dev/full", &n), 0);
    add(o, "one\n");
    assert_int_equal(output_sync(o, output_length(o)), -ENOSPC);
    assert_int_equal(output_error(o), -ENOSPC);
    assert_int_equal(output_length(o), 0);
    add(o, "two\n");
    assert_int_equal(output_sync(o, output_length(o)), -ENOSPC);
    assert_int_equal(finish(o, &n), -ENOSPC);
    return 0;
}

static unsigned written;

static void count(void *arg)
{
    (void)arg;
    written++;
}

IN_LOOP(who_waits_for_the_backlog_is_told_after_each_write)
{
    struct nursery n;
    struct output *o;
    written = 0;
    nursery_init(&n, "test");
    assert_int_equal(output_open(&o, path, &n), 0);
    output_on_written(o, count, NULL);
    add(o, "one\n");
    assert_int_equal(output_sync(o, 4), 0);
    add(o, "two\n");
    assert_int_equal(output_sync(o, 8), 0);
    assert_int_equal(written, 2);
    assert_int_equal(finish(o, &n), 0);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_written_in_the_order_in_which_they_were_added),
        TEST(what_was_added_is_in_the_file_after_a_sync),
        TEST(going_on_cuts_what_no_commit_knows_and_adds_behind),
        TEST(going_on_from_the_beginning_needs_no_file),
        TEST(a_file_that_has_become_shorter_is_refused_and_left_as_it_is),
        TEST(what_is_no_file_cannot_be_gone_on_with),
        TEST(a_write_that_fails_is_told_and_nothing_is_written_after_it),
        TEST(who_waits_for_the_backlog_is_told_after_each_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

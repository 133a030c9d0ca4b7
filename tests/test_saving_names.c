// SPDX-License-Identifier: MIT
#include "check.h"
#include "ledger/ledger.h"
#include "output/saving_names.h"
#include "visit/save.h"
#include "visit/settings.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];
static struct visit_settings settings;
static struct save *save;
static struct saving_names names;

static int begin(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/test-names-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    settings = (struct visit_settings){ .save_dir = dir, .save_tag = 0xabc };
    if (save_open(&save, &settings) < 0)
        return -1;
    saving_names_init(&names, save);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    saving_names_fini(&names);
    save_close(save);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

// A body that a worker has left, for this path.
static struct buffer left(const char *path)
{
    struct save_file f = { .fd = -1 };
    struct buffer saved = { 0 };
    assert_int_equal(save_begin(save, &f), 0);
    assert_int_equal(save_write(&f, span_of(path)), 0);
    assert_int_equal(save_keep(save, &f, span_of(path), &saved), 0);
    return saved;
}

static void choose(const char *path, const char *expected)
{
    struct buffer from = left(path), name = { 0 };
    assert_int_equal(saving_names_choose(&names, buffer_span(&from), &name), 0);
    assert_string_equal(buffer_string(&name), expected);
    buffer_fini(&from);
    buffer_fini(&name);
}

static void check_body(const char *name, const char *content)
{
    char path[256], text[64] = "";
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, text, sizeof text - 1) >= 0);
    assert_string_equal(text, content);
    close(fd);
}

static unsigned temporary(void)
{
    unsigned n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; (e = readdir(d));)
        n += strncmp(e->d_name, SAVE_PREFIX_LEFT, strlen(SAVE_PREFIX_LEFT)) == 0;
    closedir(d);
    return n;
}

static void commit(struct ledger *l)
{
    saving_names_cut(&names, l);
    assert_int_equal(saving_names_sync(&names), 0);
    assert_int_equal(saving_names_give(&names), 0);
    saving_names_done(&names);
}

static void a_name_is_taken_from_when_it_was_chosen(void **state)
{
    (void)state;
    struct ledger l = { 0 };
    choose("h/a.html", "h/a.html");
    choose("h/a.html", "h/a-1.html");
    assert_int_equal(temporary(), 2);
    commit(&l);
    assert_int_equal(temporary(), 0);
    check_body("h/a.html", "h/a.html");
    choose("h/a.html", "h/a-2.html");
    commit(&l);
    check_body("h/a-2.html", "h/a.html");
    ledger_fini(&l);
}

static void what_is_a_file_for_one_is_no_directory_for_another(void **state)
{
    (void)state;
    struct ledger l = { 0 };
    choose("h/a", "h/a");
    choose("h/a/b", "h/a-1/b");
    choose("h/c/d", "h/c/d");
    choose("h/c", "h/c-1");
    commit(&l);
    choose("h/a/e", "h/a-1/e");
    choose("h/c", "h/c-2");
    commit(&l);
    check_body("h/a", "h/a");
    check_body("h/a-1/b", "h/a/b");
    check_body("h/a-1/e", "h/a/e");
    check_body("h/c/d", "h/c/d");
    check_body("h/c-2", "h/c");
    ledger_fini(&l);
}

static void many_of_one_name_are_numbered_without_counting_through(void **state)
{
    (void)state;
    char expected[32];
    choose("h/x", "h/x");
    for (unsigned n = 1; n < 300; n++) {
        snprintf(expected, sizeof expected, "h/x-%u", n);
        choose("h/x", expected);
    }
}

static void no_link_is_followed(void **state)
{
    (void)state;
    char path[128];
    struct ledger l = { 0 };
    snprintf(path, sizeof path, "%s/h", dir);
    assert_int_equal(symlink("/tmp", path), 0);
    choose("h/a", "h-1/a");
    commit(&l);
    check_body("h-1/a", "h/a");
    ledger_fini(&l);
}

static void what_was_committed_can_be_done_again(void **state)
{
    (void)state;
    struct ledger l = { 0 };
    choose("h/a", "h/a");
    choose("h/b", "h/b");
    saving_names_cut(&names, &l);
    choose("h/c", "h/c"); // not committed
    // Killed here; then, after it was half done.
    saving_names_fini(&names);
    saving_names_init(&names, save);
    assert_int_equal(saving_names_redo(save, &l), 0);
    assert_int_equal(saving_names_redo(save, &l), 0);
    check_body("h/a", "h/a");
    check_body("h/b", "h/b");
    assert_int_equal(temporary(), 1);
    assert_int_equal(save_sweep_left(save), 1);
    assert_int_equal(temporary(), 0);
    choose("h/c", "h/c");
    ledger_fini(&l);
}

static void an_old_file_is_replaced_when_it_may_be(void **state)
{
    (void)state;
    struct ledger l = { 0 };
    struct stat st;
    char path[128];
    choose("h/a", "h/a");
    commit(&l);
    snprintf(path, sizeof path, "%s/h/a", dir);
    assert_int_equal(stat(path, &st), 0);
    settings.save_clobber = true;
    choose("h/a", "h/a-1"); // it is of this run
    settings.save_since = st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec;
    saving_names_fini(&names);
    saving_names_init(&names, save);
    choose("h/a", "h/a");
    commit(&l);
    check_body("h/a", "h/a");
    ledger_fini(&l);
}

static void what_is_no_body_that_was_left_is_refused(void **state)
{
    (void)state;
    struct buffer name = { 0 };
    assert_int_equal(saving_names_choose(&names, span_of(""), &name), -EINVAL);
    assert_int_equal(saving_names_choose(&names, span_of("name"), &name), -EINVAL);
    assert_int_equal(saving_names_choose(&names, span_of("/a/b"), &name), -EINVAL);
    buffer_fini(&name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_is_taken_from_when_it_was_chosen),
        TEST(what_is_a_file_for_one_is_no_directory_for_another),
        TEST(many_of_one_name_are_numbered_without_counting_through),
        TEST(no_link_is_followed),
        TEST(what_was_committed_can_be_done_again),
        TEST(an_old_file_is_replaced_when_it_may_be),
        TEST(what_is_no_body_that_was_left_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

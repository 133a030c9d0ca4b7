// SPDX-License-Identifier: MIT
// Where lists come from, and going on with one.
#include "in_loop.h"
#include "input/source.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char dir[64], list[96], spool[96];

static int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/test-source-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(list, sizeof list, "%s/list", dir);
    snprintf(spool, sizeof spool, "%s/spool", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(list);
    unlink(spool);
    return rmdir(dir);
}

static void write_list(const char *text, size_t n)
{
    FILE *f = fopen(list, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

// So many lines, one of them now and then long, blank or a comment.
static struct buffer make_list(unsigned lines)
{
    struct buffer b = { 0 };
    buffer_add_string(&b, "\xef\xbb\xbf"); // a BOM
    for (unsigned n = 1; n <= lines; n++) {
        buffer_add_format(&b, "http://example.com/%u", n);
        for (unsigned k = 0; n % 97 == 0 && k < 4000; k++)
            buffer_add_byte(&b, 'x');
        buffer_add_string(&b, n % 13 == 0 ? "\r\n\n" : n % 11 == 0 ? "\n# comment\n" : "\n");
    }
    return b;
}

static struct source *opened(const struct source_position *from, const char *path)
{
    struct source *s = NULL;
    struct source_setup setup = { .path = path, .traced = true, .from = from };
    assert_int_equal(source_open(&s, &setup), 0);
    return s;
}

// Whether what follows a position is what followed it the first time: line by line, number by
// number.
static void check_rest(const struct source_position *at, struct source *expected, const char *path)
{
    struct source *s = opened(at, path);
    struct line a, b;
    int r;
    do {
        r = source_next(expected, &a);
        assert_int_equal(source_next(s, &b), r);
        if (r == 1) {
            assert_int_equal(a.number, b.number);
            assert_true(span_equal(a.text, b.text));
        }
    } while (r == 1);
    source_close(s);
}

static void go_on_everywhere(unsigned lines, unsigned step)
{
    for (unsigned stop = 0; stop <= lines + 1; stop += step) {
        struct source *s = opened(NULL, list);
        struct line l;
        struct source_position at;
        for (unsigned n = 0; n < stop; n++)
            source_next(s, &l);
        source_tell(s, &at);
        check_rest(&at, s, list);
        source_close(s);
    }
}

IN_LOOP(a_file_is_gone_on_with_behind_any_line)
{
    struct buffer b = make_list(60);
    write_list(b.p, b.n);
    go_on_everywhere(60, 1);
    buffer_fini(&b);
    b = make_list(60000); // several blocks of the footprint
    write_list(b.p, b.n);
    assert_true(b.n > 3 * FOOTPRINT_BLOCK);
    go_on_everywhere(60000, 4999);
    buffer_fini(&b);
    return 0;
}

IN_LOOP(a_compressed_file_too)
{
    struct buffer b = make_list(20000);
    gzFile f = gzopen(list, "w");
    assert_int_equal(gzwrite(f, b.p, (unsigned)b.n), b.n);
    gzclose(f);
    go_on_everywhere(20000, 1999);
    buffer_fini(&b);
    return 0;
}

IN_LOOP(a_position_holds_while_more_is_waited_for)
{
    int pipe_fd[2];
    struct source_position first, again;
    struct line l;
    assert_int_equal(pipe(pipe_fd), 0);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", pipe_fd[0]);
    struct source *s = opened(NULL, path);
    assert_int_equal(write(pipe_fd[1], "http://a/\nhttp:", 15), 15);
    assert_int_equal(source_next(s, &l), 1);
    source_tell(s, &first);
    assert_int_equal(first.offset, 10);
    assert_int_equal(first.line, 1);
    assert_int_equal(write(pipe_fd[1], "//b/", 4), 4);
    close(pipe_fd[1]);
    assert_int_equal(source_next(s, &l), 1);
    source_tell(s, &again);
    assert_int_equal(again.offset, 19);
    assert_true(again.mark.hash != first.mark.hash);
    source_close(s);
    close(pipe_fd[0]);
    return 0;
}

static int try(const struct source_position *from)
{
    struct source *s = NULL;
    struct source_setup setup = { .path = list, .traced = true, .from = from };
    int r = source_open(&s, &setup);
    if (r == 0)
        source_close(s);
    return r;
}

static struct source_position after(unsigned lines)
{
    struct source *s = opened(NULL, list);
    struct source_position at;
    struct line l;
    for (unsigned n = 0; n < lines; n++)
        source_next(s, &l);
    source_tell(s, &at);
    source_close(s);
    return at;
}

IN_LOOP(another_list_is_noticed_and_one_that_has_grown_is_not_refused)
{
    struct buffer b = make_list(60000);
    write_list(b.p, b.n);
    struct source_position at = after(50000);
    b.p[100] ^= 1; // in a block that is long over: another time of change has it read all the same
    write_list(b.p, b.n);
    assert_int_equal(try(&at), -ESTALE);
    b.p[100] ^= 1;
    write_list(b.p, b.n);
    assert_int_equal(try(&at), 0);
    buffer_add_string(&b, "http://one.more/\n");
    write_list(b.p, b.n);
    assert_int_equal(try(&at), 0);
    write_list(b.p, (size_t)at.offset - 1);
    assert_int_equal(try(&at), -ESTALE);
    write_list("", 0);
    assert_int_equal(try(&at), -ESTALE);
    buffer_fini(&b);
    return 0;
}

IN_LOOP(a_last_line_that_has_become_another_is_noticed)
{
    write_list("http://a/\nhttp://b/x", 20);
    struct source_position at = after(3);
    assert_true(at.ended);
    assert_int_equal(try(&at), 0);
    write_list("http://a/\nhttp://b/x\nhttp://c/\n", 31);
    assert_int_equal(try(&at), 0);
    write_list("http://a/\nhttp://b/xyz\n", 23);
    assert_int_equal(try(&at), -ESTALE);
    return 0;
}

IN_LOOP(arguments_that_were_taken_are_not_taken_again)
{
    static const char *const urls[] = { "http://a/", "http://b/", "http://c/", NULL };
    struct source_setup setup = { .urls = urls, .traced = true };
    struct source_position at;
    struct source *s;
    struct line l;
    assert_int_equal(source_open(&s, &setup), 0);
    assert_int_equal(source_next(s, &l), 1);
    assert_int_equal(source_next(s, &l), 1);
    source_tell(s, &at);
    source_close(s);
    setup.from = &at;
    assert_int_equal(source_open(&s, &setup), 0);
    assert_int_equal(source_next(s, &l), 1);
    assert_true(span_is(l.text, "http://c/"));
    assert_int_equal(l.number, 3);
    assert_int_equal(source_next(s, &l), 0);
    source_close(s);
    return 0;
}

// ---- standard input

// Puts a pipe that holds `text`, and then ends or not, in the place of standard input. Returns the
// end that must be closed.
static int feed(const char *text, bool ends)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
    dup2(fd[0], STDIN_FILENO);
    close(fd[0]);
    if (!ends)
        return fd[1];
    close(fd[1]);
    return -1;
}

static int open_standard(struct source **s, const struct source_position *from, bool given)
{
    struct source_setup setup = {
        .path = "-", .traced = true, .spool = spool, .from = from, .given = given
    };
    return source_open(s, &setup);
}

// Takes so many lines of what is fed, and leaves.
static struct source_position take(const char *text, bool ends, unsigned lines)
{
    struct source *s;
    struct source_position at;
    struct line l;
    int fd = feed(text, ends);
    assert_int_equal(open_standard(&s, NULL, true), 0);
    for (unsigned n = 0; n < lines; n++)
        source_next(s, &l);
    source_tell(s, &at);
    source_close(s);
    if (fd >= 0)
        close(fd);
    return at;
}

// The lines that are left, as text.
static void check_left(struct source *s, const char *expected)
{
    struct buffer b = { 0 };
    struct line l;
    while (source_next(s, &l) == 1)
        buffer_add_format(&b, "%llu:%.*s ", (unsigned long long)l.number, (int)l.text.n, l.text.p);
    assert_string_equal(b.n ? buffer_string(&b) : "", expected);
    buffer_fini(&b);
}

IN_LOOP(standard_input_that_was_read_to_its_end_is_not_needed_again)
{
    struct source_position at = take("a\nb\nc\n", true, 4);
    struct source *s;
    assert_true(at.spooled_all);
    at.offset = 2; // as if the run had ended behind the first line
    at.line = 1;
    at.ended = false;
    struct footprint f;
    footprint_init(&f);
    footprint_add(&f, span_of("a\n"));
    at.mark = footprint_mark(&f);
    footprint_fini(&f);
    feed("", true);
    assert_int_equal(open_standard(&s, &at, false), 0);
    check_left(s, "2:b 3:c ");
    assert_false(source_was_cut(s));
    source_close(s);
    return 0;
}

IN_LOOP(standard_input_that_is_given_again_is_gone_on_with)
{
    struct source_position at = take("a\nb\nc\n", false, 1);
    struct source *s;
    assert_false(at.spooled_all);
    assert_int_equal(at.spooled, 6);
    feed("a\nb\nc\nd\n", true);
    assert_int_equal(open_standard(&s, &at, true), 0);
    check_left(s, "2:b 3:c 4:d ");
    source_close(s);
    return 0;
}

IN_LOOP(what_is_kept_is_fetched_when_standard_input_is_not_given_again)
{
    struct source_position at = take("a\nb\nc\n", false, 1);
    struct source *s;
    feed("", true);
    assert_int_equal(open_standard(&s, &at, false), 0);
    check_left(s, "2:b 3:c ");
    assert_true(source_was_cut(s));
    source_close(s);
    return 0;
}

IN_LOOP(what_is_kept_counts_also_when_nothing_had_been_taken)
{
    take("a\nb\n", false, 1);
    struct source *s;
    feed("", true);
    assert_int_equal(open_standard(&s, NULL, false), 0);
    check_left(s, "1:a 2:b ");
    assert_true(source_was_cut(s));
    source_close(s);
    feed("c\n", true);
    assert_int_equal(open_standard(&s, NULL, true), 0);
    check_left(s, "1:c ");
    source_close(s);
    return 0;
}

IN_LOOP(another_standard_input_is_noticed)
{
    struct source_position at = take("a\nb\nc\n", true, 4);
    struct source *s;
    feed("a\nb\nX\n", true);
    assert_int_equal(open_standard(&s, &at, true), -ESTALE);
    feed("a\nb\nc\nd\n", true);
    assert_int_equal(open_standard(&s, &at, true), -ESTALE);
    feed("a\nb\nc\n", true);
    assert_int_equal(open_standard(&s, &at, true), 0);
    source_close(s);
    return 0;
}

static int take_all(void *arg)
{
    struct line l;
    while (source_next(arg, &l) == 1)
        ;
    return 0;
}

IN_LOOP(what_is_told_while_more_is_being_kept_is_kept_already)
{
    enum { LINES = 300 };
    struct source *s;
    struct source_position at;
    struct nursery n;
    int fd = feed("", false);
    assert_int_equal(open_standard(&s, NULL, true), 0);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "taker", take_all, s), 0);
    for (uint64_t i = 0; i < LINES; i++) {
        struct stat st;
        assert_int_equal(write(fd, "line\n", 5), 5);
        assert_int_equal(sleep_until(clock_mono() + CLOCK_MS / 10), 0);
        source_tell(s, &at);
        assert_int_equal(stat(spool, &st), 0);
        assert_in_range(at.spooled, at.offset, (uint64_t)st.st_size);
    }
    close(fd);
    assert_int_equal(nursery_close(&n), 0);
    source_tell(s, &at);
    assert_int_equal(at.spooled, 5 * LINES);
    source_close(s);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_gone_on_with_behind_any_line),
        TEST(a_compressed_file_too),
        TEST(a_position_holds_while_more_is_waited_for),
        TEST(another_list_is_noticed_and_one_that_has_grown_is_not_refused),
        TEST(a_last_line_that_has_become_another_is_noticed),
        TEST(arguments_that_were_taken_are_not_taken_again),
        TEST(standard_input_that_was_read_to_its_end_is_not_needed_again),
        TEST(standard_input_that_is_given_again_is_gone_on_with),
        TEST(what_is_kept_is_fetched_when_standard_input_is_not_given_again),
        TEST(what_is_kept_counts_also_when_nothing_had_been_taken),
        TEST(another_standard_input_is_noticed),
        TEST(what_is_told_while_more_is_being_kept_is_kept_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

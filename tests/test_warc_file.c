// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/gzip.h"
#include "store/warc_file.h"
#include "store/warc_name.h"
#include "store/warc_reader.h"
#include "store/warc_record.h"
#include "store/warc_tail.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGUN INT64_C(1785421501123000000) // 2026-07-30T14:25:01.123Z

static char dir[64], prefix[96];

static int file_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "test_warc_file.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(prefix, sizeof prefix, "%s/crawl", dir);
    return 0;
}

static void file_each(void (*see)(const char *name, void *arg), void *arg)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    assert_non_null(d);
    while ((e = readdir(d)))
        if (*e->d_name != '.')
            see(e->d_name, arg);
    closedir(d);
}

static void file_unlink(const char *name, void *arg)
{
    char path[512];
    (void)arg;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);
}

static int file_down(void **state)
{
    (void)state;
    file_each(file_unlink, NULL);
    return rmdir(dir);
}

static void file_count(const char *name, void *arg)
{
    (void)name;
    ++*(unsigned *)arg;
}

static unsigned file_how_many(void)
{
    unsigned n = 0;
    file_each(file_count, &n);
    return n;
}

static bool file_is_there(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static uint64_t file_size(const char *name)
{
    struct stat s;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(stat(path, &s), 0);
    return (uint64_t)s.st_size;
}

// A member with a record of `n` bytes.
static void file_member(struct buffer *out, size_t n)
{
    static struct warc_ids ids;
    struct buffer text = { 0 };
    struct gzip *g;
    if (!ids.state[0])
        warc_ids_seed(&ids, 7);
    struct warc_record r = { .type = WARC_RESPONSE,
                             .id = warc_id_new(&ids),
                             .date = BEGUN,
                             .target_uri = span_of("http://h/"),
                             .length = n };
    warc_record_write(&text, &r);
    for (size_t i = 0; i < n; i++)
        buffer_add_byte(&text, (char)(rand() % 64 + '0'));
    buffer_add_string(&text, WARC_RECORD_END);
    assert_int_equal(gzip_new(&g, 6), 0);
    assert_int_equal(gzip_member(g, buffer_span(&text), out), 0);
    gzip_free(g);
    buffer_fini(&text);
}

static struct warc_file *file_new(unsigned worker, uint64_t max_size)
{
    struct warc_file *f;
    struct warc_file_setup setup = { .prefix = prefix,
                                     .since = BEGUN,
                                     .worker = worker,
                                     .max_size = max_size,
                                     .level = 6,
                                     .info = "software: test\r\n",
                                     .seed = 1 };
    assert_int_equal(warc_file_new(&f, &setup), 0);
    return f;
}

static struct warc_place file_append(struct warc_file *f, size_t n)
{
    struct buffer member = { 0 };
    struct warc_place place;
    file_member(&member, n);
    struct warc_append a = { .head = buffer_span(&member), .fd = -1 };
    assert_int_equal(warc_file_append(f, &a, BEGUN, &place), 0);
    assert_int_equal(place.end - place.offset, member.n);
    buffer_fini(&member);
    return place;
}

// Reads a file whole. Returns how many records it has, all of them sound.
static unsigned file_read(const char *name)
{
    char path[512];
    unsigned n = 0;
    struct warc_reader *r;
    struct warc_found found;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int some, fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(warc_reader_new(&r, fd), 0);
    while ((some = warc_reader_next(r, &found)) == 1) {
        assert_null(found.head.fault);
        assert_true(span_is(found.head.type, n++ ? "response" : "warcinfo"));
        assert_int_equal(warc_reader_finish(r), 0);
    }
    assert_int_equal(some, 0);
    assert_false(warc_reader_is_crowded(r));
    warc_reader_free(r);
    close(fd);
    return n;
}

static void a_file_is_open_by_name_until_it_is_complete(void **state)
{
    (void)state;
    struct warc_file *f = file_new(3, 0);
    assert_int_equal(file_how_many(), 0); // nothing is made before something comes
    struct warc_place first = file_append(f, 100), second = file_append(f, 200);
    assert_string_equal(first.file, "crawl-20260730142501123-00003-00000.warc.gz");
    assert_string_equal(second.file, first.file);
    assert_int_equal(first.end, second.offset);
    assert_true(file_is_there("crawl-20260730142501123-00003-00000.warc.gz.open"));
    assert_int_equal(file_read("crawl-20260730142501123-00003-00000.warc.gz.open"), 3);
    assert_int_equal(warc_file_close(f), 0);
    assert_int_equal(file_how_many(), 1);
    assert_int_equal(file_size(first.file), second.end);
    assert_int_equal(file_read(first.file), 3);
    warc_file_free(f);
}

static void a_file_that_is_long_enough_is_followed_by_another(void **state)
{
    (void)state;
    struct warc_file *f = file_new(0, 3000);
    struct warc_place last = { .file = "" };
    unsigned files = 0, records = 0;
    for (int i = 0; i < 40; i++) {
        struct warc_place p = file_append(f, i == 20 ? 5000 : 500); // one that is longer by itself
        if (strcmp(p.file, last.file) != 0) {
            files++;
            records++; // its warcinfo
        }
        records++;
        assert_true(p.end <= 3000 || i == 20);
        last = p;
    }
    assert_int_equal(warc_file_close(f), 0);
    warc_file_free(f);
    assert_true(files > 5);
    assert_int_equal(file_how_many(), files);
    unsigned read = 0;
    for (unsigned i = 0; i < files; i++) {
        char name[100];
        snprintf(name, sizeof name, "crawl-20260730142501123-00000-%05u.warc.gz", i);
        read += file_read(name);
    }
    assert_int_equal(read, records);
}

static void no_file_is_ever_written_over(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/crawl-20260730142501123-00001-00000.warc.gz", dir);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    snprintf(path, sizeof path, "%s/crawl-20260730142501123-00001-00001.warc.gz.open", dir);
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    struct warc_file *f = file_new(1, 0);
    struct warc_place p = file_append(f, 10);
    assert_string_equal(p.file, "crawl-20260730142501123-00001-00002.warc.gz");
    warc_file_close(f);
    warc_file_free(f);
    assert_int_equal(file_size("crawl-20260730142501123-00001-00000.warc.gz"), 0);
}

static void what_cannot_be_written_leaves_the_file_as_it_was(void **state)
{
    (void)state;
    struct warc_file *f = file_new(0, 0);
    struct warc_place good = file_append(f, 1000), bad;
    struct rlimit limit, former;
    struct buffer member = { 0 };
    file_member(&member, 50000);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &former);
    for (rlim_t more = 0; more < member.n; more += 1 + member.n / 7) {
        limit = (struct rlimit){ good.end + more, former.rlim_max };
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        struct warc_append a = { .head = buffer_span(&member), .fd = -1 };
        assert_int_equal(warc_file_append(f, &a, BEGUN, &bad), -EFBIG);
        setrlimit(RLIMIT_FSIZE, &former);
        assert_int_equal(file_size("crawl-20260730142501123-00000-00000.warc.gz.open"), good.end);
    }
    struct warc_place next = file_append(f, 10);
    assert_int_equal(next.offset, good.end);
    warc_file_close(f);
    warc_file_free(f);
    assert_int_equal(file_read(good.file), 3);
    buffer_fini(&member);
}

static void a_file_that_got_nothing_is_gone(void **state)
{
    (void)state;
    struct warc_file *f = file_new(0, 0);
    struct warc_place place;
    struct rlimit limit, former;
    struct buffer member = { 0 };
    file_member(&member, 50000);
    getrlimit(RLIMIT_FSIZE, &former);
    signal(SIGXFSZ, SIG_IGN);
    limit = (struct rlimit){ 2000, former.rlim_max };
    setrlimit(RLIMIT_FSIZE, &limit);
    struct warc_append a = { .head = buffer_span(&member), .fd = -1 };
    assert_int_equal(warc_file_append(f, &a, BEGUN, &place), -EFBIG);
    setrlimit(RLIMIT_FSIZE, &former);
    assert_int_equal(file_how_many(), 1);
    assert_int_equal(warc_file_close(f), 0);
    assert_int_equal(file_how_many(), 0);
    warc_file_free(f);
    buffer_fini(&member);
}

static void a_directory_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct warc_file *f;
    struct warc_place place;
    struct warc_file_setup setup = { .prefix = "no/such/place", .info = "" };
    assert_int_equal(warc_file_new(&f, &setup), 0);
    struct warc_append a = { .head = span_of("x"), .fd = -1 };
    assert_int_equal(warc_file_append(f, &a, BEGUN, &place), -ENOENT);
    assert_int_equal(warc_file_close(f), 0);
    warc_file_free(f);
}

static void without_memory_nothing_is_appended_and_it_goes_on(void **state)
{
    (void)state;
    struct warc_file *f = file_new(0, 0);
    struct buffer member = { 0 };
    file_member(&member, 100);
    struct warc_place place;
    struct warc_append a = { .head = buffer_span(&member), .fd = -1 };
    bool met = true;
    for (unsigned nth = 1; met; nth++) {
        faults_fail_allocation(nth);
        int e = warc_file_append(f, &a, BEGUN, &place);
        met = !faults_pending();
        faults_fail_allocation(0);
        assert_true(e == 0 || (e == -ENOMEM && met));
        if (e == 0)
            break;
    }
    warc_file_close(f);
    warc_file_free(f);
    assert_int_equal(file_how_many(), 1);
    assert_int_equal(file_read(place.file), 2);
    buffer_fini(&member);
}

// ---- names

static void names_are_read_back_and_others_are_not(void **state)
{
    (void)state;
    struct span p = span_of("dir/crawl");
    struct warc_name n = { warc_name_time(BEGUN), 12, 345678, true }, back;
    struct buffer out = { 0 };
    warc_name_write(&out, p, &n);
    assert_string_equal(buffer_string(&out),
                        "dir/crawl-20260730142501123-00012-345678.warc.gz.open");
    assert_true(warc_name_read(&back, p, span_of(out.p + 4)));
    assert_int_equal(back.time, n.time);
    assert_int_equal(back.worker, 12);
    assert_int_equal(back.serial, 345678);
    assert_true(back.open);
    static const char *const others[] = {
        "crawl",
        "crawl-1-1-1.warc.gz",
        "crawls-20260730142501123-00012-00000.warc.gz",
        "crawl-20260730142501123-00012-00000.warc",
        "crawl-20260730142501123-00012-00000.warc.gz.tmp",
        "crawl-20260730142501123-00012-.warc.gz",
        "crawl-20260730142501123-99999999999-00000.warc.gz",
        "crawl-20260730142501123-0001x-00000.warc.gz",
        "",
    };
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(warc_name_read(&back, p, span_of(others[i])));
    assert_true(span_is(warc_name_directory(p), "dir/"));
    assert_true(span_is(warc_name_base(p), "crawl"));
    assert_true(span_is(warc_name_directory(span_of("crawl")), "."));
    assert_true(span_is(warc_name_directory(span_of("/crawl")), "/"));
    buffer_fini(&out);
}

// ---- tails

static int settle(const char *where, long worker, const struct warc_tail *known, size_t n,
                  struct warc_tail_report *done)
{
    struct warc_tail_scope scope = { .prefix = where, .since = BEGUN, .worker = worker };
    return warc_tail_settle(&scope, known, n, done);
}

static void a_worker_that_is_gone_leaves_what_it_reported(void **state)
{
    (void)state;
    struct warc_file *f = file_new(2, 3000), *other = file_new(3, 0);
    struct warc_place place[12], kept = file_append(other, 100);
    struct warc_tail_report done;
    for (unsigned i = 0; i < 12; i++)
        place[i] = file_append(f, 700);
    // What it had reported last: in the file before the one that it was writing.
    unsigned last = 10;
    while (strcmp(place[last].file, place[11].file) == 0)
        last--;
    last--;
    assert_string_equal(place[last].file, place[last + 1].file);
    warc_file_free(f); // as if killed
    struct warc_tail tail = { span_of(place[last].file), place[last].end };
    assert_int_equal(settle(prefix, 2, &tail, 1, &done), 0);
    assert_int_equal(file_size(place[last].file), place[last].end);
    assert_false(file_is_there(place[11].file));
    assert_true(file_is_there(place[0].file));
    assert_int_equal(done.cut, 1);
    assert_true(done.removed >= 1);
    assert_true(done.bytes > 0);
    file_read(place[last].file);
    file_read(place[0].file);
    // Another worker's is not touched.
    assert_true(file_is_there("crawl-20260730142501123-00003-00000.warc.gz.open"));
    assert_int_equal(file_size("crawl-20260730142501123-00003-00000.warc.gz.open"), kept.end);
    // Once more changes nothing.
    assert_int_equal(settle(prefix, 2, &tail, 1, &done), 0);
    assert_int_equal(done.bytes, 0);
    warc_file_close(other);
    warc_file_free(other);
}

static void a_worker_that_reported_nothing_leaves_nothing(void **state)
{
    (void)state;
    struct warc_tail_report done;
    struct warc_file *f = file_new(2, 0), *earlier;
    struct warc_file_setup setup = {
        .prefix = prefix, .since = BEGUN - 1000000, .worker = 2, .level = 1, .info = ""
    };
    assert_int_equal(warc_file_new(&earlier, &setup), 0);
    struct warc_place old = file_append(earlier, 10);
    warc_file_close(earlier);
    warc_file_free(earlier);
    file_append(f, 100);
    warc_file_free(f);
    assert_int_equal(file_how_many(), 2);
    assert_int_equal(settle(prefix, 2, NULL, 0, &done), 0);
    assert_int_equal(done.removed, 1);
    assert_int_equal(file_how_many(), 1);
    assert_true(file_is_there(old.file)); // of an earlier run
}

static void of_all_workers_each_keeps_its_own(void **state)
{
    (void)state;
    struct warc_tail_report done;
    struct warc_tail tail[3];
    struct warc_place place[3][2];
    for (unsigned w = 0; w < 3; w++) {
        struct warc_file *f = file_new(w, 0);
        place[w][0] = file_append(f, 100);
        place[w][1] = file_append(f, 100);
        tail[w] = (struct warc_tail){ span_of(place[w][0].file), place[w][w == 1].end };
        warc_file_free(f);
    }
    assert_int_equal(settle(prefix, WARC_TAIL_ALL, tail, 2, &done), 0);
    assert_int_equal(done.cut, 1);
    assert_int_equal(done.removed, 1);
    assert_int_equal(file_size(place[0][0].file), place[0][0].end);
    assert_int_equal(file_size(place[1][0].file), place[1][1].end);
    assert_false(file_is_there(place[2][0].file));
}

static void a_file_shorter_than_was_reported_is_said(void **state)
{
    (void)state;
    struct warc_tail_report done;
    struct warc_file *f = file_new(0, 0);
    struct warc_place p = file_append(f, 100);
    warc_file_free(f);
    struct warc_tail tail = { span_of(p.file), p.end + 1 };
    assert_int_equal(settle(prefix, 0, &tail, 1, &done), -EUCLEAN);
    assert_int_equal(settle("no/such/place", 0, &tail, 1, &done), -ENOENT);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, file_up, file_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_file_is_open_by_name_until_it_is_complete),
        FILE_TEST(a_file_that_is_long_enough_is_followed_by_another),
        FILE_TEST(no_file_is_ever_written_over),
        FILE_TEST(what_cannot_be_written_leaves_the_file_as_it_was),
        FILE_TEST(a_file_that_got_nothing_is_gone),
        FILE_TEST(a_directory_that_is_not_there_is_an_error),
        FILE_TEST(without_memory_nothing_is_appended_and_it_goes_on),
        cmocka_unit_test(names_are_read_back_and_others_are_not),
        FILE_TEST(a_worker_that_is_gone_leaves_what_it_reported),
        FILE_TEST(a_worker_that_reported_nothing_leaves_nothing),
        FILE_TEST(of_all_workers_each_keeps_its_own),
        FILE_TEST(a_file_shorter_than_was_reported_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

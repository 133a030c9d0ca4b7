// SPDX-License-Identifier: MIT
// Files under names that take no other's place, and the sinks that fill them.
#include "check.h"
#include "engine/engine.h"
#include "fetch/io.h"
#include "fetch/request.h"
#include "visit/gear.h"
#include "visit/job.h"
#include "visit/save.h"
#include "visit/visit.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/trawl-test-save-XXXXXX";
static char dir[64];
static struct visit_settings settings = { .save_dir = dir };
static struct save *store;

static void save_begin_anew(void)
{
    static unsigned number;
    settings.save_clobber = false;
    snprintf(dir, sizeof dir, "%s/a/%u", top, number++);
    assert_int_equal(save_create(dir), 0);
    assert_int_equal(save_open(&store, &settings), 0);
    assert_int_equal(save_tidy(store, &settings.save_since), 0);
}

// Saves `text` as `path`; gives where it is, below the directory, which the caller frees.
static char *save_text(const char *path, const char *text)
{
    struct save_file f;
    struct buffer saved = { 0 };
    assert_int_equal(save_begin(store, &f), 0);
    assert_int_equal(save_write(&f, span_of(text)), 0);
    assert_int_equal(save_keep(store, &f, span_of(path), &saved), 0);
    assert_non_null(buffer_string(&saved));
    assert_memory_equal(saved.p, dir, strlen(dir));
    char *below = strdup(saved.p + strlen(dir) + 1);
    buffer_fini(&saved);
    return below;
}

static void save_expect(const char *path, const char *where)
{
    char *got = save_text(path, path);
    assert_string_equal(got, where);
    free(got);
}

static bool save_is_there(const char *path)
{
    struct buffer saved = { 0 };
    bool found = save_find(store, span_of(path), &saved);
    buffer_fini(&saved);
    return found;
}

static void save_touch(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static char *save_read(const char *name)
{
    static char text[100];
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void whoever_comes_second_gets_a_number(void **state)
{
    (void)state;
    save_begin_anew();
    save_expect("h/x.txt", "h/x.txt");
    save_expect("h/x.txt", "h/x-1.txt");
    save_expect("h/x.txt/y", "h/x-2.txt/y"); // a file is in the way of a directory
    save_expect("h/x.txt", "h/x-3.txt");
    save_expect("h/d/y", "h/d/y");
    save_expect("h/d", "h/d-1"); // a directory is in the way of a file
    save_expect("h/d/z", "h/d/z");
    save_close(store);
}

// Numbers stay dense, and many equal names take few looks each.
static void many_of_a_name_are_numbered_in_order(void **state)
{
    (void)state;
    save_begin_anew();
    save_expect("h/x", "h/x");
    for (unsigned i = 1; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "h/x-%u", i);
        save_expect("h/x", name);
    }
    save_close(store);
}

static void *save_many(void *arg)
{
    for (int i = 0; i < 100; i++)
        free(save_text("h/x.txt", arg));
    return NULL;
}

static void threads_never_share_a_file(void **state)
{
    (void)state;
    pthread_t thread[4];
    char name[40];
    for (int clobber = 0; clobber < 2; clobber++) {
        save_begin_anew();
        settings.save_clobber = clobber;
        for (int i = 0; i < 4; i++)
            pthread_create(&thread[i], NULL, save_many, dir);
        for (int i = 0; i < 4; i++)
            pthread_join(thread[i], NULL);
        unsigned n = 0, missing = 0;
        for (unsigned i = 0; i < 600; i++) {
            struct stat st;
            snprintf(name, sizeof name, i ? "h/x-%u.txt" : "h/x.txt", i);
            char path[200];
            snprintf(path, sizeof path, "%s/%s", dir, name);
            n += stat(path, &st) == 0;
            missing += stat(path, &st) < 0 && i < 400;
        }
        assert_int_equal(n, 400);
        assert_int_equal(missing, 0);
        save_close(store);
    }
}

static void only_files_from_before_the_run_are_replaced_or_found(void **state)
{
    (void)state;
    save_begin_anew();
    save_expect("h/x", "h/x");
    assert_false(save_is_there("h/x")); // of this run
    assert_int_equal(save_tidy(store, &settings.save_since), 0);
    assert_true(save_is_there("h/x"));
    assert_false(save_is_there("h/y"));
    assert_false(save_is_there("h/x/y"));
    settings.save_clobber = true;
    char *where = save_text("h/x", "new");
    assert_string_equal(where, "h/x");
    assert_string_equal(save_read("h/x"), "new");
    free(where);
    save_expect("h/x", "h/x-1");
    assert_string_equal(save_read("h/x"), "new");
    save_close(store);
}

static void only_what_nobody_is_writing_is_tidied_up(void **state)
{
    (void)state;
    struct save_file f;
    struct save *other;
    save_begin_anew();
    save_touch(".trawl-part-1-1", "left");
    assert_int_equal(save_begin(store, &f), 0);
    assert_int_equal(save_open(&other, &settings), 0);
    assert_int_equal(save_tidy(other, &settings.save_since), 0);
    assert_string_equal(save_read(".trawl-part-1-1"), "left");
    save_close(store);
    assert_int_equal(save_tidy(other, &settings.save_since), 2);
    save_close(other);
    close(f.fd);
}

static void a_body_that_is_dropped_leaves_nothing(void **state)
{
    (void)state;
    struct save_file f, none = { .fd = -1 };
    save_begin_anew();
    assert_int_equal(save_begin(store, &f), 0);
    save_drop(store, &f);
    save_drop(store, &f);
    save_drop(store, &none);
    assert_int_equal(rmdir(dir), 0); // it is empty
    assert_int_equal(save_begin(store, &f), -ENOENT);
    save_close(store);
}

static void what_cannot_be_a_directory_is_refused(void **state)
{
    (void)state;
    save_begin_anew();
    save_touch("file", "");
    char path[100];
    snprintf(path, sizeof path, "%s/file", dir);
    assert_int_equal(save_create(path), -ENOTDIR);
    snprintf(path, sizeof path, "%s/file/x", dir);
    assert_int_equal(save_create(path), -ENOTDIR);
    save_close(store);
}

// ---- through a visit

static const char *const *play_head;
static size_t play_size;

// A body of play_size bytes, drained whenever it is asked for.
static int play_fetch(struct io *io, const struct request *q, struct sink *sink,
                      struct response *out)
{
    static char piece[1000];
    struct head head = out->head;
    *out = (struct response){ .head = head };
    head_reset(&out->head, q->head);
    for (unsigned i = 0; play_head[i]; i++)
        assert_int_equal(head_take(&out->head, span_of(play_head[i])), 0);
    out->status = out->head.status;
    enum sink_answer answer = sink->head ? sink->head(sink, &out->head) : SINK_GO;
    for (; answer != SINK_STOP && out->size < play_size; out->size += sizeof piece) {
        answer = sink->write(sink, piece, sizeof piece);
        struct errand e = { 0 };
        while (answer == SINK_PAUSE && (answer = sink->drain(sink, &e)) == SINK_PAUSE)
            io_wait(io, &e);
    }
    out->stopped = answer == SINK_STOP;
    return 0;
}

static void play_visit(struct visit *v, struct buffer *out, const char *path)
{
    static const struct address address = { 4, { 127, 0, 0, 1 } };
    struct io io = { .fetch = play_fetch };
    struct buffer job = { 0 };
    struct job_parts parts = { .head.flags = JOB_SAVE | JOB_DIGEST,
                               .url = span_of("http://h/x"),
                               .host = span_of("h"),
                               .path = span_of(path),
                               .address = &address,
                               .addresses = 1 };
    assert_int_equal(job_build(&job, &parts), 0);
    assert_true(job_valid(job.p, job.n));
    v->gear->save = store;
    assert_int_equal(visit(v, &io, (const struct job *)(const void *)job.p, &settings, out), 0);
    buffer_fini(&job);
}

static void play_expect(struct visit *v, const char *path, enum fetch_error error,
                        const char *saved)
{
    struct buffer out = { 0 };
    play_visit(v, &out, path);
    const struct outcome *o = (const struct outcome *)(const void *)out.p;
    struct span where = message_span(o, o->saved);
    assert_int_equal(o->error, error);
    if (saved)
        assert_string_equal(where.p + strlen(dir) + 1, saved);
    else
        assert_null(where.p);
    assert_int_equal(!!(o->flags & OUTCOME_DISK), error == FETCH_NO_RESOURCES);
    if (error == FETCH_NO_RESOURCES)
        assert_non_null(strstr(message_span(o, o->message).p, path));
    buffer_fini(&out);
}

static void a_visit_saves_bodies_of_any_size_in_bounded_memory(void **state)
{
    (void)state;
    static const char *const ok[] = { "HTTP/1.1 200 OK", "", NULL };
    static const char *const named[] = { "HTTP/1.1 200 OK",
                                         "Content-Disposition: x; filename=../n.txt", "", NULL };
    static const char *const missing[] = { "HTTP/1.1 404 No", "", NULL };
    static const char *const none[] = { "HTTP/1.1 204 No", "", NULL };
    struct gear gear = { 0 };
    struct visit v = { .gear = &gear };
    struct stat st;
    char path[100];
    save_begin_anew();
    play_head = ok;
    play_size = 10000000;
    play_expect(&v, "h/long", FETCH_OK, "h/long");
    assert_true(v.sinks.save->held.room < 4 * SINK_SAVE_HELD);
    snprintf(path, sizeof path, "%s/h/long", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 10000000);
    play_size = 0;
    play_expect(&v, "h/none", FETCH_OK, "h/none");
    play_size = 1000;
    play_head = named;
    play_expect(&v, "h/d/x.php", FETCH_OK, "h/d/n.txt");
    settings.save_by_url = true;
    play_expect(&v, "h/d/x.php", FETCH_OK, "h/d/x.php");
    settings.save_by_url = false;
    play_head = missing;
    play_expect(&v, "h/x", FETCH_OK, NULL);
    play_size = 0;
    play_head = none;
    play_expect(&v, "h/x", FETCH_OK, NULL);
    visit_fini(&v);
    save_close(store);
}

static void a_body_that_cannot_be_saved_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    static const char *const ok[] = { "HTTP/1.1 200 OK", "", NULL };
    struct gear gear = { 0 };
    struct visit v = { .gear = &gear };
    char path[100];
    save_begin_anew();
    snprintf(path, sizeof path, "%s", dir);
    play_head = ok;
    assert_int_equal(rmdir(path), 0); // nothing can be created there any more
    for (play_size = 1000; play_size <= 1000000; play_size *= 1000)
        play_expect(&v, "h/x", FETCH_NO_RESOURCES, NULL);
    visit_fini(&v);
    save_close(store);
}

static int save_up(void **state)
{
    (void)state;
    return mkdtemp(top) ? 0 : -1;
}

static int save_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_comes_second_gets_a_number),
        cmocka_unit_test(many_of_a_name_are_numbered_in_order),
        cmocka_unit_test(threads_never_share_a_file),
        cmocka_unit_test(only_files_from_before_the_run_are_replaced_or_found),
        cmocka_unit_test(only_what_nobody_is_writing_is_tidied_up),
        cmocka_unit_test(a_body_that_is_dropped_leaves_nothing),
        cmocka_unit_test(what_cannot_be_a_directory_is_refused),
        cmocka_unit_test(a_visit_saves_bodies_of_any_size_in_bounded_memory),
        cmocka_unit_test(a_body_that_cannot_be_saved_is_an_error_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, save_up, save_down);
}

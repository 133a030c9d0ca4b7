// SPDX-License-Identifier: MIT
#include "check.h"
#include "store/warc_payload.h"
#include "store/warc_reader.h"
#include "sys/clock.h"
#include "visit/archive.h"
#include "visit/archive_http.h"
#include "visit/archive_seen.h"
#include "visit/budget.h"
#include "visit/settings.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define BEGUN INT64_C(1785421501123000000)

static char dir[64], prefix[96];
static struct visit_settings settings;
static struct budget budget;
static struct archive *archive;

static int archive_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "test_archive.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(prefix, sizeof prefix, "%s/a", dir);
    settings = (struct visit_settings){ .warc_prefix = prefix,
                                        .warc_info = "software: test\r\n",
                                        .warc_since = BEGUN,
                                        .warc_level = 1 };
    budget = (struct budget){ .most = 0 };
    return archive_open(&archive, &settings, 0, &budget);
}

static int archive_down(void **state)
{
    (void)state;
    DIR *d = opendir(dir);
    struct dirent *e;
    archive_close(archive);
    archive = NULL;
    while ((e = readdir(d)))
        if (*e->d_name != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return rmdir(dir);
}

// ---- heads

static void heads_are_as_they_came_but_for_what_would_mislead(void **state)
{
    (void)state;
    static const char *const responses[][2] = {
        { "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n" },
        { "HTTP/1.0 200\na : b\n c\n\n", "HTTP/1.0 200\na : b\n c\n\n" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX-Crawler-Transfer-Encoding: chunked\r\n\r\n" },
        { "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding : gzip, chunked\r\nx: "
          "y\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX-Crawler-content-length: 3\r\nX-Crawler-transfer-encoding : gzip, "
          "chunked\r\nx: y\r\n\r\n" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" },
        { "HTTP/2 200 \r\nserver: x\r\n\r\n", "HTTP/1.1 200 \r\nserver: x\r\n\r\n" },
        { "HTTP/2 404\r\n\r\n", "HTTP/1.1 404 \r\n\r\n" },
        { "", "" },
    };
    static const char *const requests[][2] = {
        { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n" },
        { "GET /x HTTP/2\r\nHost: h\r\n\r\n", "GET /x HTTP/1.1\r\nHost: h\r\n\r\n" },
        { "GET / HTTP/1.1\r\nAuthorization: Basic dTpw\r\nCookie: a=b\r\n\r\n",
          "GET / HTTP/1.1\r\nAuthorization: Basic (withheld)\r\nCookie: a=b\r\n\r\n" },
        { "GET / HTTP/1.1\r\nproxy-authorization:Digest username=\"u\"\r\n\r\n",
          "GET / HTTP/1.1\r\nproxy-authorization:Digest (withheld)\r\n\r\n" },
        { "GET / HTTP/1.1\r\nAuthorization: secret\r\n\r\n",
          "GET / HTTP/1.1\r\nAuthorization: (withheld)\r\n\r\n" },
        { "", "" },
    };
    struct buffer out = { 0 };
    for (unsigned i = 0; i < sizeof responses / sizeof *responses; i++) {
        buffer_clear(&out);
        archive_http_response(&out, span_of(responses[i][0]));
        assert_string_equal(buffer_string(&out), responses[i][1]);
    }
    for (unsigned i = 0; i < sizeof requests / sizeof *requests; i++) {
        buffer_clear(&out);
        archive_http_request(&out, span_of(requests[i][0]));
        assert_string_equal(buffer_string(&out), requests[i][1]);
    }
    buffer_fini(&out);
}

// ---- captures

static void capture_begin(struct archive_capture *c, const char *url)
{
    static const char sent[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    archive_begin(archive, c);
    buffer_add_string(&c->wire.sent, sent);
    buffer_add_string(&c->wire.received, head);
    c->url = span_of(url);
    c->sent = c->via = (struct span){ NULL, 0 };
    c->date = BEGUN;
    c->took = 12 * CLOCK_MS;
    c->address = span_of("192.0.2.1");
    c->tls = c->cipher = "";
    c->http_version = 11;
    c->status = 200;
    c->cut = WARC_WHOLE;
    c->error = c->why = c->known = (struct span){ NULL, 0 };
    c->known_date = 0;
    c->asked = false;
}

// Gives it `n` bytes as they might come, bringing them to disk whenever that is asked for.
static void capture_body(struct archive_capture *c, size_t n, unsigned seed)
{
    char piece[16 * 1024];
    for (size_t at = 0; at < n;) {
        size_t some = n - at < sizeof piece ? n - at : sizeof piece;
        for (size_t i = 0; i < some; i++)
            piece[i] = (char)('a' + ((at + i) * seed / 7 + seed) % 26);
        int room = archive_body_take(&c->body, (struct span){ piece, some });
        assert_true(room >= 0);
        if (room == 0)
            assert_int_equal(archive_spill(archive, c), 0);
        at += some;
    }
}

static void capture_put(const char *url, size_t n, unsigned seed, struct archive_capture *c)
{
    capture_begin(c, url);
    capture_body(c, n, seed);
    archive_put(archive, c);
    assert_int_equal(c->result, 0);
}

// What the files of the directory hold.
struct archive_content {
    unsigned records, responses, revisits, requests, metadata;
    uint64_t payload; // bytes
};

struct archive_sum {
    struct archive_content *content;
    struct digest_sum digest;
};

static int content_give(void *arg, struct span some)
{
    struct archive_sum *s = arg;
    s->content->payload += some.n;
    digest_add(&s->digest, some);
    return 0;
}

static void content_record(struct warc_reader *r, const struct warc_found *f,
                           struct archive_content *content)
{
    struct archive_sum sum = { .content = content };
    struct warc_payload http = { 0 };
    struct digest said, is;
    char block[5000];
    long n;
    bool response = span_is(f->head.type, "response");
    content->records++;
    content->responses += response;
    content->revisits += span_is(f->head.type, "revisit");
    content->requests += span_is(f->head.type, "request");
    content->metadata += span_is(f->head.type, "metadata");
    assert_null(f->head.fault);
    assert_int_equal(digest_begin(&sum.digest, DIGEST_SHA1), 0);
    warc_payload_begin(&http, content_give, &sum);
    while ((n = warc_reader_read(r, block, sizeof block)) > 0)
        assert_int_equal(warc_payload_take(&http, (struct span){ block, (size_t)n }), 0);
    assert_int_equal(n, 0);
    assert_int_equal(digest_end(&sum.digest, &is), 0);
    if (response) {
        assert_int_equal(digest_parse(&said, f->head.payload_digest), 0);
        assert_true(digest_equal(&said, &is));
    }
    digest_fini(&sum.digest);
    warc_payload_fini(&http);
}

static struct archive_content content_read(void)
{
    struct archive_content content = { 0 };
    DIR *d = opendir(dir);
    struct dirent *e;
    while ((e = readdir(d))) {
        if (*e->d_name == '.')
            continue;
        struct warc_reader *r;
        struct warc_found found;
        int some, fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
        assert_int_equal(warc_reader_new(&r, fd), 0);
        while ((some = warc_reader_next(r, &found)) == 1) {
            content_record(r, &found, &content);
            assert_int_equal(warc_reader_finish(r), 0);
        }
        assert_int_equal(some, 0);
        assert_false(warc_reader_is_crowded(r));
        warc_reader_free(r);
        close(fd);
    }
    closedir(d);
    return content;
}

static void a_capture_is_three_records_wherever_its_body_was(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 1000, 100000, ARCHIVE_BODY_HELD, 3000000 };
    struct archive_capture c = { 0 };
    uint64_t total = 0, end = 0;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        capture_put("http://h/", sizes[i], i + 2, &c);
        assert_int_equal(c.turn, i + 1);
        assert_true(c.place.offset >= end && c.place.end > c.place.offset);
        assert_true(c.length < c.place.end - c.place.offset);
        end = c.place.end;
        total += sizes[i];
    }
    archive_capture_fini(&c);
    assert_int_equal(atomic_load(&budget.used), 0);
    struct archive_content content = content_read();
    assert_int_equal(content.records, 1 + 3 * 6);
    assert_int_equal(content.responses, 6);
    assert_int_equal(content.requests, 6);
    assert_int_equal(content.metadata, 6);
    assert_int_equal(content.payload, total);
}

static void with_hardly_any_memory_bodies_go_to_disk(void **state)
{
    (void)state;
    struct archive_capture c[20] = { 0 };
    budget.most = 100000;
    for (unsigned i = 0; i < 20; i++)
        capture_begin(&c[i], "http://h/");
    for (unsigned round = 0; round < 20; round++)
        for (unsigned i = 0; i < 20; i++) {
            capture_body(&c[i], 16 * 1024, i + round + 1);
            // All but what came at once.
            assert_true(atomic_load(&budget.used) <= budget.most + 16 * 1024);
        }
    for (unsigned i = 0; i < 20; i++) {
        archive_put(archive, &c[i]);
        assert_int_equal(c[i].result, 0);
        archive_capture_fini(&c[i]);
    }
    assert_int_equal(atomic_load(&budget.used), 0);
    struct archive_content content = content_read();
    assert_int_equal(content.responses, 20);
    assert_int_equal(content.payload, 20 * 20 * 16 * 1024);
}

static void the_same_body_of_the_same_url_is_a_revisit(void **state)
{
    (void)state;
    struct archive_capture c = { 0 };
    capture_put("http://h/", 5000, 3, &c);
    assert_false(c.revisit);
    capture_put("http://h/", 5000, 3, &c);
    assert_true(c.revisit);
    capture_put("http://h/", 2000000, 3, &c); // another body, which has been to disk
    assert_false(c.revisit);
    capture_put("http://h/", 2000000, 3, &c);
    assert_true(c.revisit);
    capture_put("http://h/", 5000, 4, &c);
    assert_false(c.revisit);
    capture_put("http://h/2", 5000, 4, &c); // of another URL
    assert_false(c.revisit);
    for (int i = 0; i < 2; i++) {
        capture_put("http://h/3", ARCHIVE_SEEN_LEAST - 1, 4, &c); // not worth it
        assert_false(c.revisit);
    }
    capture_begin(&c, "http://h/");
    capture_body(&c, 5000, 4);
    c.cut = WARC_DISCONNECT; // who knows what would have come
    archive_put(archive, &c);
    assert_false(c.revisit);
    archive_capture_fini(&c);
    struct archive_content content = content_read();
    assert_int_equal(content.revisits, 2);
    assert_int_equal(content.responses, 7);
}

static void what_has_not_changed_is_a_revisit_of_what_is_known(void **state)
{
    (void)state;
    struct archive_capture c = { 0 };
    capture_begin(&c, "http://h/");
    c.status = 304;
    archive_put(archive, &c);
    assert_false(c.revisit); // nothing is known
    capture_begin(&c, "http://h/");
    c.status = 304;
    c.known_date = BEGUN - 1;
    archive_put(archive, &c);
    assert_false(c.revisit); // nobody asked: it says so by itself
    capture_begin(&c, "http://h/");
    c.status = 304;
    c.asked = true;
    c.known_date = BEGUN - 1;
    c.known = span_of("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    archive_put(archive, &c);
    assert_int_equal(c.result, 0);
    assert_true(c.revisit && c.has_payload);
    archive_capture_fini(&c);
    assert_int_equal(content_read().revisits, 1);
}

static void what_was_captured_by_an_earlier_run_is_a_revisit(void **state)
{
    (void)state;
    struct archive_capture c = { 0 };
    char known[DIGEST_TEXT_ROOM];
    capture_put("http://h/1", 5000, 3, &c);
    digest_text(&c.payload, known);
    for (int other = 0; other < 2; other++) {
        capture_begin(&c, "http://h/2");
        capture_body(&c, 5000, other ? 4 : 3);
        c.known_date = BEGUN - 1;
        c.known = span_of(known);
        archive_put(archive, &c);
        assert_int_equal(c.result, 0);
        assert_int_equal(c.revisit, !other);
        archive_capture_fini(&c);
    }
    assert_int_equal(content_read().revisits, 1);
}

static void what_cannot_be_written_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    struct archive_capture c = { 0 };
    struct rlimit limit, former;
    capture_put("http://h/", 1000, 2, &c);
    getrlimit(RLIMIT_FSIZE, &former);
    signal(SIGXFSZ, SIG_IGN);
    limit = (struct rlimit){ c.place.end + 100, former.rlim_max };
    setrlimit(RLIMIT_FSIZE, &limit);
    capture_begin(&c, "http://h/");
    capture_body(&c, 100000, 5);
    archive_put(archive, &c);
    assert_int_equal(c.result, -EFBIG);
    assert_int_equal(c.turn, 0);
    capture_begin(&c, "http://h/");
    for (int room = 1; room == 1;) {
        char noise[50000];
        for (unsigned i = 0; i < sizeof noise; i++)
            noise[i] = (char)rand();
        room = archive_body_take(&c.body, (struct span){ noise, sizeof noise });
    }
    assert_int_equal(archive_spill(archive, &c), -EFBIG); // to disk on the way
    setrlimit(RLIMIT_FSIZE, &former);
    capture_put("http://h/", 1000, 3, &c);
    assert_int_equal(c.turn, 2);
    archive_capture_fini(&c);
    assert_int_equal(atomic_load(&budget.used), 0);
    assert_int_equal(content_read().responses, 2);
}

// ---- several at once

enum { ARCHIVE_THREADS = 6, ARCHIVE_EACH = 60 };

static struct warc_place archive_place[ARCHIVE_THREADS * ARCHIVE_EACH + 1];
static char archive_url[ARCHIVE_THREADS][20];

static void *archive_many(void *arg)
{
    struct archive_capture c = { 0 };
    const char *url = arg;
    for (unsigned i = 0; i < ARCHIVE_EACH; i++) {
        capture_put(url, i % 10 == 9 ? 700000 : i * 300, i + 1, &c);
        archive_place[c.turn] = c.place;
    }
    archive_capture_fini(&c);
    return NULL;
}

static void turns_are_in_the_order_of_appends_whoever_made_them(void **state)
{
    (void)state;
    pthread_t thread[ARCHIVE_THREADS];
    settings.warc_max_size = 200000;
    archive_close(archive);
    assert_int_equal(archive_open(&archive, &settings, 1, &budget), 0);
    memset(archive_place, 0, sizeof archive_place);
    for (unsigned i = 0; i < ARCHIVE_THREADS; i++) {
        snprintf(archive_url[i], sizeof archive_url[i], "http://h/%u", i);
        pthread_create(&thread[i], NULL, archive_many, archive_url[i]);
    }
    for (unsigned i = 0; i < ARCHIVE_THREADS; i++)
        pthread_join(thread[i], NULL);
    unsigned files = 1;
    for (unsigned i = 2; i <= ARCHIVE_THREADS * ARCHIVE_EACH; i++) {
        const struct warc_place *a = &archive_place[i - 1], *b = &archive_place[i];
        int by = strcmp(a->file, b->file);
        assert_true(by < 0 || (by == 0 && a->end == b->offset));
        files += by < 0;
    }
    assert_true(files > 2);
    struct archive_content content = content_read();
    assert_int_equal(content.responses + content.revisits, ARCHIVE_THREADS * ARCHIVE_EACH);
    assert_int_equal(content.records, files + 3 * ARCHIVE_THREADS * ARCHIVE_EACH);
}

#define ARCHIVE_TEST(f) cmocka_unit_test_setup_teardown(f, archive_up, archive_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_as_they_came_but_for_what_would_mislead),
        ARCHIVE_TEST(a_capture_is_three_records_wherever_its_body_was),
        ARCHIVE_TEST(with_hardly_any_memory_bodies_go_to_disk),
        ARCHIVE_TEST(the_same_body_of_the_same_url_is_a_revisit),
        ARCHIVE_TEST(what_has_not_changed_is_a_revisit_of_what_is_known),
        ARCHIVE_TEST(what_was_captured_by_an_earlier_run_is_a_revisit),
        ARCHIVE_TEST(what_cannot_be_written_is_an_error_and_leaves_nothing),
        ARCHIVE_TEST(turns_are_in_the_order_of_appends_whoever_made_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

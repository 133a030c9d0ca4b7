// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/engine.h"
#include "faults.h"
#include "fetch/io.h"
#include "fetch/request.h"
#include "visit/job.h"
#include "visit/visit.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

// ---- An io that plays what it is told, and remembers what it was asked for

struct visit_play {
    const char *const *head; // lines, NULL-terminated; NULL: nothing is received
    struct span body;
    size_t piece; // bytes a call of the sink
    struct response given;
    int answer;
};

struct visit_io {
    struct io io;
    struct visit_play play[3];
    unsigned calls;
    struct request asked[3];
    unsigned headers;
    unsigned written; // calls of the sink
};

static enum sink_answer visit_play_body(struct visit_io *v, const struct visit_play *p,
                                        struct sink *sink, uint64_t *size)
{
    size_t piece = p->piece ? p->piece : p->body.n;
    for (size_t at = 0; at < p->body.n; at += piece) {
        size_t n = p->body.n - at < piece ? p->body.n - at : piece;
        v->written++;
        *size += n;
        if (sink->write(sink, p->body.p + at, n) == SINK_STOP)
            return SINK_STOP;
    }
    return SINK_GO;
}

static int visit_fetch(struct io *io, const struct request *q, struct sink *sink,
                       struct response *out)
{
    struct visit_io *v = (struct visit_io *)io;
    const struct visit_play *p = &v->play[v->calls];
    v->asked[v->calls++] = *q;
    v->headers = 0;
    while (q->headers && q->headers[v->headers])
        v->headers++;
    struct head head = out->head; // its buffers are used again
    *out = p->given;
    out->head = head;
    head_reset(&out->head, q->head);
    for (size_t i = 0; p->head && p->head[i]; i++)
        assert_int_equal(head_take(&out->head, span_of(p->head[i])), 0);
    if (p->head) {
        out->status = out->head.status;
        out->stopped = sink->head && sink->head(sink, &out->head) == SINK_STOP;
        if (!out->stopped)
            out->stopped = visit_play_body(v, p, sink, &out->size) == SINK_STOP;
    }
    return p->answer;
}

static const char *const visit_ok[] = { "HTTP/1.1 200 OK",
                                        "Content-Type: text/plain",
                                        "ETag: \"e\"",
                                        "Last-Modified: then",
                                        "Retry-After: 5",
                                        "Location: /there",
                                        "",
                                        NULL };
static const char *const visit_gzip[] = { "HTTP/1.1 200 OK", "Content-Encoding: gzip", "", NULL };
static const char *const visit_odd[] = { "HTTP/1.1 200 OK", "Content-Encoding: utf-8", "", NULL };

// ---- One visit

struct visit_world {
    struct visit_io io;
    struct visit visit;
    struct buffer job, message;
    const struct outcome *outcome;
};

static struct visit_world *visit_world_new(void)
{
    struct visit_world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->io.io.fetch = visit_fetch;
    return w;
}

static void visit_world_free(struct visit_world *w)
{
    visit_fini(&w->visit);
    buffer_fini(&w->job);
    buffer_fini(&w->message);
    free(w);
}

static struct job_parts visit_parts(uint32_t flags)
{
    static const struct address address[2] = { { 4, { 127, 0, 0, 1 } }, { 4, { 127, 0, 0, 2 } } };
    return (struct job_parts){ .head = { .id = 77, .port = 8080, .flags = flags },
                               .url = span_of("http://example.org:8080/x"),
                               .host = span_of("example.org"),
                               .address = address,
                               .addresses = 2 };
}

static void visit_do(struct visit_world *w, const struct job_parts *parts)
{
    static const struct visit_settings settings = { .save_dir = NULL };
    w->io.calls = w->io.written = 0;
    assert_int_equal(job_build(&w->job, parts), 0);
    const struct job *job = (const struct job *)(const void *)w->job.p;
    assert_int_equal(visit(&w->visit, &w->io.io, job, &settings, &w->message), 0);
    assert_true(outcome_valid(w->message.p, w->message.n));
    w->outcome = (const struct outcome *)(const void *)w->message.p;
    assert_int_equal(w->outcome->id, 77);
}

static void visit_do_body(struct visit_world *w, uint32_t flags, uint64_t most,
                          const char *const *head, struct span body)
{
    struct job_parts parts = visit_parts(flags);
    parts.head.max_filesize = most;
    w->io.play[0] = (struct visit_play){ .head = head, .body = body, .piece = 7 };
    visit_do(w, &parts);
}

static const char *visit_message(const struct visit_world *w)
{
    struct span m = message_span(w->outcome, w->outcome->message);
    return m.p ? m.p : "";
}

static void visit_assert_digest_of(const struct visit_world *w, const char *p, size_t n)
{
    uint8_t digest[32];
    assert_true(EVP_Digest(p, n, digest, NULL, EVP_sha256(), NULL));
    assert_true(w->outcome->flags & OUTCOME_DIGEST);
    assert_memory_equal(w->outcome->digest, digest, sizeof digest);
}

static struct span visit_pack(char *out, size_t room, const char *in, size_t n)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)in;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    struct span packed = { out, z.total_out };
    deflateEnd(&z);
    return packed;
}

// ---- Promises

static void the_request_is_the_job(void **state)
{
    (void)state;
    static const char headers[] = "A: b\0C: d";
    struct visit_world *w = visit_world_new();
    struct job_parts parts = visit_parts(JOB_KEEP | JOB_SPECIAL_OK);
    parts.method = span_of("PUT");
    parts.body = span_of("sent");
    parts.credentials = span_of("me:secret");
    parts.headers = (struct span){ headers, sizeof headers };
    parts.head.connect_timeout = 5;
    parts.head.max_time = 6;
    parts.head.max_filesize = 7;
    visit_do(w, &parts);
    const struct request *q = &w->io.asked[0];
    assert_string_equal(q->url, "http://example.org:8080/x");
    assert_string_equal(q->host, "example.org");
    assert_string_equal(q->method, "PUT");
    assert_string_equal(q->credentials, "me:secret");
    assert_true(span_is(q->body, "sent"));
    assert_int_equal(w->io.headers, 2);
    assert_string_equal(q->headers[1], "C: d");
    assert_int_equal(q->port, 8080);
    assert_int_equal(q->addresses, 2);
    assert_int_equal(q->address[1].bytes[3], 2);
    assert_true(q->keep && q->special_ok && !q->head && !q->fresh);
    assert_int_equal(q->connect_timeout, 5);
    assert_int_equal(q->max_time, 6);
    assert_int_equal(q->max_filesize, 7);
    parts = visit_parts(JOB_HEAD); // nothing of the last one is left
    visit_do(w, &parts);
    q = &w->io.asked[0];
    assert_null(q->method);
    assert_null(q->headers);
    assert_null(q->credentials);
    assert_null(q->body.p);
    assert_true(q->head && !q->keep && !q->special_ok);
    visit_world_free(w);
}

static void the_outcome_is_the_response(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    struct job_parts parts = visit_parts(0);
    w->io.play[0] = (struct visit_play){
        .head = visit_ok,
        .body = span_of("hello"),
        .given = { .http_version = 11,
                   .reused = true,
                   .sent = true,
                   .remote = { 4, { 127, 0, 0, 1 } },
                   .remote_port = 8080,
                   .time_connect = 1,
                   .time_appconnect = 2,
                   .time_starttransfer = 3,
                   .time_total = 4 },
    };
    visit_do(w, &parts);
    const struct outcome *o = w->outcome;
    assert_int_equal(o->error, FETCH_OK);
    assert_int_equal(o->status, 200);
    assert_int_equal(o->http_version, 11);
    assert_int_equal(o->flags, OUTCOME_SENT | OUTCOME_REUSED);
    assert_int_equal(o->remote.bytes[0], 127);
    assert_int_equal(o->remote_port, 8080);
    assert_int_equal(o->size_download, 5);
    assert_int_equal(o->time_connect, 1);
    assert_int_equal(o->time_appconnect, 2);
    assert_int_equal(o->time_starttransfer, 3);
    assert_int_equal(o->time_total, 4);
    assert_true(o->started > 0);
    assert_null(message_span(o, o->message).p);
    assert_string_equal(message_span(o, o->content_type).p, "text/plain");
    assert_string_equal(message_span(o, o->etag).p, "\"e\"");
    assert_string_equal(message_span(o, o->last_modified).p, "then");
    assert_string_equal(message_span(o, o->retry_after).p, "5");
    assert_string_equal(message_span(o, o->location).p, "/there");
    visit_world_free(w);
}

static void visit_stale_case(struct job_parts *parts, struct response first, unsigned calls)
{
    struct visit_world *w = visit_world_new();
    w->io.play[0].given = first;
    w->io.play[1].head = visit_ok;
    visit_do(w, parts);
    assert_int_equal(w->io.calls, calls);
    if (calls == 2) {
        assert_int_equal(w->outcome->error, FETCH_OK);
        assert_false(w->io.asked[0].fresh);
        assert_true(w->io.asked[1].fresh);
    } else {
        assert_int_equal(w->outcome->error, first.error);
    }
    visit_world_free(w);
}

static void a_stale_connection_is_tried_again_once_on_a_fresh_one(void **state)
{
    (void)state;
    struct job_parts get = visit_parts(0), put = get, post = get;
    put.method = span_of("PUT");
    post.method = span_of("POST");
    struct response stale = { .error = FETCH_RESET, .reused = true, .time_total = 10 };
    struct response other = stale;
    visit_stale_case(&get, stale, 2);
    visit_stale_case(&put, stale, 2);
    visit_stale_case(&post, stale, 1); // it may have been done
    other.error = FETCH_EMPTY_REPLY;
    visit_stale_case(&get, other, 2);
    other.error = FETCH_TIMEOUT;
    visit_stale_case(&get, other, 1);
    other = stale;
    other.reused = false; // the server's own doing
    visit_stale_case(&get, other, 1);
    other = stale;
    other.status = 200; // something of the answer came
    visit_stale_case(&get, other, 1);
    get.head.flags |= JOB_ONCE;
    visit_stale_case(&get, stale, 1);
    get.head.flags = 0;
    get.head.max_time = 10; // no time left
    visit_stale_case(&get, stale, 1);
    get.head.max_time = 11;
    visit_stale_case(&get, stale, 2);
}

static void a_second_failure_stands(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    struct job_parts parts = visit_parts(0);
    w->io.play[0].given = w->io.play[1].given =
        (struct response){ .error = FETCH_RESET, .reused = true };
    parts.head.max_time = 100;
    w->io.play[0].given.time_total = 30;
    visit_do(w, &parts);
    assert_int_equal(w->io.calls, 2);
    assert_int_equal(w->io.asked[1].max_time, 70);
    assert_int_equal(w->outcome->error, FETCH_RESET);
    visit_world_free(w);
}

static void the_digest_is_of_the_decoded_body(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    char packed[200];
    visit_do_body(w, JOB_DIGEST, 0, visit_ok, span_of("hello, hello, hello"));
    visit_assert_digest_of(w, "hello, hello, hello", 19);
    visit_do_body(w, JOB_DIGEST, 0, visit_gzip, visit_pack(packed, sizeof packed, "hello", 5));
    visit_assert_digest_of(w, "hello", 5);
    visit_do_body(w, JOB_DIGEST, 0, visit_ok, span_of(""));
    visit_assert_digest_of(w, "", 0);
    visit_do_body(w, JOB_DIGEST, 0, visit_odd, span_of("no coding")); // as browsers do
    visit_assert_digest_of(w, "no coding", 9);
    visit_do_body(w, 0, 0, visit_ok, span_of("hello"));
    assert_false(w->outcome->flags & OUTCOME_DIGEST);
    visit_do_body(w, JOB_DIGEST | JOB_HEAD, 0, visit_ok, span_of(""));
    assert_false(w->outcome->flags & OUTCOME_DIGEST);
    visit_world_free(w);
}

static void a_broken_coding_is_an_error_when_the_body_is_decoded(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    char packed[200];
    struct span gzip = visit_pack(packed, sizeof packed, "hello, hello, hello", 19);
    gzip.n /= 2;
    visit_do_body(w, JOB_DIGEST, 0, visit_gzip, gzip);
    assert_int_equal(w->outcome->error, FETCH_DECODE);
    assert_string_equal(visit_message(w), "the encoded body ends too soon (gzip)");
    assert_int_equal(w->outcome->status, 200);
    assert_false(w->outcome->flags & OUTCOME_DIGEST);
    visit_do_body(w, JOB_DIGEST, 0, visit_gzip, span_of("this is not gzip at all, is it?"));
    assert_int_equal(w->outcome->error, FETCH_DECODE);
    assert_string_equal(visit_message(w), "the encoded body is damaged (gzip)");
    assert_int_equal(w->io.written, 1 + w->visit.response.size / 7 - 1); // stopped where it broke
    visit_do_body(w, 0, 0, visit_gzip, gzip);                            // only counted
    assert_int_equal(w->outcome->error, FETCH_OK);
    assert_int_equal(w->outcome->size_download, gzip.n);
    visit_world_free(w);
}

static void a_decoded_body_has_a_bound(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    char *zeros = calloc(1, 1000000), packed[2000];
    assert_non_null(zeros);
    struct span bomb = visit_pack(packed, sizeof packed, zeros, 1000000);
    visit_do_body(w, JOB_DIGEST, 999999, visit_gzip, bomb);
    assert_int_equal(w->outcome->error, FETCH_TOO_LARGE);
    assert_true(w->outcome->flags & OUTCOME_TRUNCATED);
    assert_string_equal(visit_message(w), "the decoded body is larger than allowed (gzip)");
    visit_do_body(w, JOB_DIGEST, 1000000, visit_gzip, bomb);
    assert_int_equal(w->outcome->error, FETCH_OK);
    visit_assert_digest_of(w, zeros, 1000000);
    visit_do_body(w, JOB_DIGEST, 4, visit_ok, span_of("hello"));
    assert_int_equal(w->outcome->error, FETCH_TOO_LARGE);
    visit_do_body(w, JOB_DIGEST, 5, visit_ok, span_of("hello"));
    assert_int_equal(w->outcome->error, FETCH_OK);
    free(zeros);
    visit_world_free(w);
}

static void the_error_of_the_exchange_comes_first(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    char packed[200];
    struct job_parts parts = visit_parts(JOB_DIGEST);
    struct span gzip = visit_pack(packed, sizeof packed, "hello", 5);
    w->io.play[0] = (struct visit_play){
        .head = visit_gzip,
        .body = { gzip.p, gzip.n / 2 },
        .given = { .error = FETCH_TRUNCATED, .message = "10 bytes of 20" },
    };
    visit_do(w, &parts);
    assert_int_equal(w->outcome->error, FETCH_TRUNCATED);
    assert_string_equal(visit_message(w), "10 bytes of 20");
    assert_false(w->outcome->flags & OUTCOME_DIGEST);
    visit_world_free(w);
}

static void failures_of_our_own_are_outcomes_too(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    struct job_parts parts = visit_parts(0);
    w->io.play[0].answer = -ENOMEM;
    visit_do(w, &parts);
    assert_int_equal(w->outcome->error, FETCH_NO_RESOURCES);
    w->io.play[0] = (struct visit_play){ .answer = -ECANCELED,
                                         .given = { .error = FETCH_CANCELLED, .size = 9 } };
    visit_do(w, &parts);
    assert_int_equal(w->outcome->error, FETCH_CANCELLED);
    assert_int_equal(w->outcome->size_download, 9);
    parts = visit_parts(JOB_SAVE);
    visit_do(w, &parts);
    assert_int_equal(w->io.calls, 0);
    assert_int_equal(w->outcome->error, FETCH_INTERNAL);
    visit_world_free(w);
}

static void without_memory_there_is_still_an_outcome(void **state)
{
    (void)state;
    static const struct visit_settings settings = { .save_dir = NULL };
    static const char headers[] = "A: b";
    struct job_parts parts = visit_parts(JOB_DIGEST);
    parts.headers = (struct span){ headers, sizeof headers };
    unsigned nth = 1;
    for (bool met = true; met; nth++) {
        struct visit_world *w = visit_world_new();
        w->io.play[0] = (struct visit_play){ .head = visit_ok, .body = span_of("hello") };
        assert_int_equal(job_build(&w->job, &parts), 0);
        assert_int_equal(outcome_reserve(&w->message), 0);
        // The head's own memory is not what this is about.
        assert_non_null(buffer_reserve(&w->visit.response.head.text, 1000));
        assert_non_null(buffer_reserve(&w->visit.response.head.fields, 1000));
        faults_fail_allocation(nth);
        int e = visit(&w->visit, &w->io.io, (const struct job *)(const void *)w->job.p, &settings,
                      &w->message);
        met = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(e, 0);
        const struct outcome *o = (const struct outcome *)(const void *)w->message.p;
        assert_true(outcome_valid(o, w->message.n));
        assert_int_equal(o->error, met ? FETCH_NO_RESOURCES : FETCH_OK);
        visit_world_free(w);
    }
    assert_in_range(nth, 3, 20);
}

static void a_place_does_not_keep_the_room_of_an_unusual_job(void **state)
{
    (void)state;
    struct visit_world *w = visit_world_new();
    char *line = malloc(50000);
    assert_non_null(line);
    memset(line, 'x', 50000);
    memcpy(line, "Location: ", 10);
    line[49999] = '\0';
    const char *const head[] = { "HTTP/1.1 302 Found", line, "", NULL };
    visit_do_body(w, 0, 0, head, span_of("hello"));
    assert_int_equal(message_span(w->outcome, w->outcome->location).n, 49999 - 10);
    visit_trim(&w->visit, 4096);
    assert_in_range(w->visit.response.head.text.room, 0, 4096);
    visit_do_body(w, 0, 0, visit_ok, span_of("hello"));
    assert_int_equal(w->outcome->status, 200);
    free(line);
    visit_world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_the_job),
        cmocka_unit_test(the_outcome_is_the_response),
        cmocka_unit_test(a_stale_connection_is_tried_again_once_on_a_fresh_one),
        cmocka_unit_test(a_second_failure_stands),
        cmocka_unit_test(the_digest_is_of_the_decoded_body),
        cmocka_unit_test(a_broken_coding_is_an_error_when_the_body_is_decoded),
        cmocka_unit_test(a_decoded_body_has_a_bound),
        cmocka_unit_test(the_error_of_the_exchange_comes_first),
        cmocka_unit_test(failures_of_our_own_are_outcomes_too),
        cmocka_unit_test(without_memory_there_is_still_an_outcome),
        cmocka_unit_test(a_place_does_not_keep_the_room_of_an_unusual_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

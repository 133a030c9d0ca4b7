// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "visit/job.h"
#include <errno.h>
#include <stdlib.h>

static const struct address job_address[2] = { { 4, { 127, 0, 0, 1 } }, { 6, { [15] = 1 } } };
static const char job_headers[] = "A: b\0Longer-Name: and value";

static struct job_parts job_example(void)
{
    return (struct job_parts){
        .head = { .port = 8080,
                  .id = 7,
                  .flags = JOB_KEEP | JOB_DIGEST,
                  .max_time = 5,
                  .host_key = 99 },
        .url = span_of("http://example.org:8080/a?b"),
        .host = span_of("example.org"),
        .method = span_of("PUT"),
        .body = { "x\0y", 3 },
        .headers = { job_headers, sizeof job_headers },
        .address = job_address,
        .addresses = 2,
    };
}

static void what_was_built_reads_back(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    assert_int_equal(job_build(&b, &parts), 0);
    assert_true(job_valid(b.p, b.n));
    const struct job *j = (const struct job *)(void *)b.p;
    assert_int_equal(j->size, b.n);
    assert_int_equal(j->port, 8080);
    assert_int_equal(j->id, 7);
    assert_int_equal(j->flags, JOB_KEEP | JOB_DIGEST);
    assert_int_equal(j->max_time, 5);
    assert_int_equal(j->host_key, 99);
    assert_string_equal(message_span(j, j->url).p, "http://example.org:8080/a?b");
    assert_string_equal(message_span(j, j->host).p, "example.org");
    assert_true(span_is(message_span(j, j->method), "PUT"));
    assert_null(message_span(j, j->credentials).p);
    assert_true(span_equal(message_span(j, j->body), parts.body));
    assert_true(span_equal(message_span(j, j->headers), parts.headers));
    assert_int_equal(j->addresses, 2);
    assert_memory_equal(job_addresses(j), job_address, sizeof job_address);
    buffer_fini(&b);
}

static void an_empty_string_is_not_an_absent_one(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    parts.body = span_of("");
    assert_int_equal(job_build(&b, &parts), 0);
    const struct job *j = (const struct job *)(void *)b.p;
    struct span body = message_span(j, j->body);
    assert_non_null(body.p);
    assert_int_equal(body.n, 0);
    buffer_fini(&b);
}

static void a_job_that_nobody_could_do_is_not_built(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    parts.url.n = 0;
    assert_int_equal(job_build(&b, &parts), -EINVAL);
    parts = job_example();
    parts.host = (struct span){ NULL, 0 };
    assert_int_equal(job_build(&b, &parts), -EINVAL);
    parts = job_example();
    parts.addresses = 0;
    assert_int_equal(job_build(&b, &parts), -EINVAL);
    parts = job_example();
    parts.headers.n--; // its last line has no end
    assert_int_equal(job_build(&b, &parts), -EINVAL);
    buffer_fini(&b);
}

static void the_largest_job_is_a_message_and_no_larger_one_is_built(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    char *body = calloc(1, MESSAGE_MOST + 1);
    assert_non_null(body);
    parts.body = (struct span){ body, MESSAGE_MOST + 1 };
    while (job_build(&b, &parts) == -EMSGSIZE)
        parts.body.n--;
    assert_int_equal(b.n, MESSAGE_MOST);
    assert_true(job_valid(b.p, b.n));
    free(body);
    buffer_fini(&b);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    faults_fail_allocation(1);
    assert_int_equal(job_build(&b, &parts), -ENOMEM);
    assert_int_equal(faults_pending(), 0);
    assert_int_equal(job_build(&b, &parts), 0);
    buffer_fini(&b);
}

// Touches every byte that a reader of this job would.
static size_t job_read(const struct job *j)
{
    const struct message_text texts[] = { j->url,         j->host, j->method,
                                          j->credentials, j->body, j->headers };
    size_t sum = 0;
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct span s = message_span(j, texts[i]);
        for (size_t at = 0; s.p && at <= s.n; at++)
            sum += (unsigned char)s.p[at];
    }
    struct span h = message_span(j, j->headers);
    for (size_t at = 0; at < h.n; at += strlen(h.p + at) + 1)
        sum++;
    for (unsigned i = 0; i < j->addresses; i++)
        sum += job_addresses(j)[i].family;
    return sum;
}

// The allocation is exactly as long as the message, so that a sanitizer sees a step outside.
static bool job_survives(const char *p, size_t n)
{
    void *exact = malloc(n ? n : 1);
    assert_non_null(exact);
    memcpy(exact, p, n);
    bool valid = job_valid(exact, n);
    volatile size_t sum = valid ? job_read(exact) : 0;
    (void)sum;
    free(exact);
    return valid;
}

static void damaged_messages_are_refused_or_harmless(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    assert_int_equal(job_build(&b, &parts), 0);
    char *copy = malloc(b.n);
    assert_non_null(copy);
    for (size_t n = 0; n < b.n; n++)
        assert_false(job_survives(b.p, n));
    srand(1);
    for (int i = 0; i < 100000; i++) {
        memcpy(copy, b.p, b.n);
        for (int hits = 1 + rand() % 4; hits > 0; hits--) {
            size_t within = rand() % 4 ? sizeof(struct job) : b.n;
            copy[(size_t)rand() % within] = (char)(rand() % 3 ? rand() : rand() % 2 - 1);
        }
        job_survives(copy, b.n);
    }
    free(copy);
    buffer_fini(&b);
}

static void a_message_of_another_kind_or_place_is_refused(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct job_parts parts = job_example();
    assert_int_equal(job_build(&b, &parts), 0);
    ((struct job *)(void *)b.p)->kind = MESSAGE_OUTCOME;
    assert_false(job_valid(b.p, b.n));
    ((struct job *)(void *)b.p)->kind = MESSAGE_JOB;
    assert_true(job_valid(b.p, b.n));
    char *moved = malloc(b.n + 1);
    assert_non_null(moved);
    memcpy(moved + 1, b.p, b.n);
    assert_false(job_valid(moved + 1, b.n));
    free(moved);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_built_reads_back),
        cmocka_unit_test(an_empty_string_is_not_an_absent_one),
        cmocka_unit_test(a_job_that_nobody_could_do_is_not_built),
        cmocka_unit_test(the_largest_job_is_a_message_and_no_larger_one_is_built),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(damaged_messages_are_refused_or_harmless),
        cmocka_unit_test(a_message_of_another_kind_or_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

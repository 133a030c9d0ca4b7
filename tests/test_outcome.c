// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "visit/outcome.h"
#include <errno.h>
#include <stdlib.h>

static struct outcome_parts outcome_example(void)
{
    return (struct outcome_parts){
        .head = { .status = 301,
                  .id = 7,
                  .flags = OUTCOME_DIGEST | OUTCOME_SENT,
                  .error = FETCH_TRUNCATED,
                  .http_version = 11,
                  .remote_port = 80,
                  .remote = { 4, { 127, 0, 0, 1 } },
                  .digest = { 1, 2, 3 },
                  .time_total = 42,
                  .size_download = 1000 },
        .message = span_of("cut"),
        .location = span_of("/elsewhere"),
        .etag = span_of(""),
    };
}

static void what_was_built_reads_back(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct outcome_parts parts = outcome_example();
    assert_int_equal(outcome_build(&b, &parts), 0);
    assert_true(outcome_valid(b.p, b.n));
    const struct outcome *o = (const struct outcome *)(void *)b.p;
    assert_int_equal(o->size, b.n);
    assert_int_equal(o->status, 301);
    assert_int_equal(o->id, 7);
    assert_int_equal(o->error, FETCH_TRUNCATED);
    assert_int_equal(o->remote.family, 4);
    assert_int_equal(o->digest[2], 3);
    assert_int_equal(o->time_total, 42);
    assert_int_equal(o->size_download, 1000);
    assert_string_equal(message_span(o, o->message).p, "cut");
    assert_string_equal(message_span(o, o->location).p, "/elsewhere");
    assert_non_null(message_span(o, o->etag).p);
    assert_null(message_span(o, o->retry_after).p);
    assert_null(message_span(o, o->saved).p);
    buffer_fini(&b);
}

static void overlong_strings_are_cut_and_the_largest_outcome_fits(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    size_t n = 2 * OUTCOME_TEXT_MOST;
    char *text = malloc(n);
    assert_non_null(text);
    memset(text, 'x', n);
    struct span s = { text, n };
    struct outcome_parts parts = { .message = s,
                                   .content_type = s,
                                   .location = s,
                                   .retry_after = s,
                                   .etag = s,
                                   .last_modified = s,
                                   .saved = s };
    assert_int_equal(outcome_build(&b, &parts), 0);
    assert_true(outcome_valid(b.p, b.n));
    assert_in_range(b.n, 7 * OUTCOME_TEXT_MOST, MESSAGE_MOST);
    const struct outcome *o = (const struct outcome *)(void *)b.p;
    assert_int_equal(message_span(o, o->saved).n, OUTCOME_TEXT_MOST);
    free(text);
    buffer_fini(&b);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct outcome_parts parts = outcome_example();
    faults_fail_allocation(1);
    assert_int_equal(outcome_build(&b, &parts), -ENOMEM);
    assert_int_equal(outcome_build(&b, &parts), 0);
    buffer_fini(&b);
}

// Touches every byte that a reader of this outcome would.
static size_t outcome_read(const struct outcome *o)
{
    const struct message_text texts[] = { o->message, o->content_type,  o->location, o->retry_after,
                                          o->etag,    o->last_modified, o->saved };
    size_t sum = 0;
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct span s = message_span(o, texts[i]);
        for (size_t at = 0; s.p && at <= s.n; at++)
            sum += (unsigned char)s.p[at];
        assert_true(!s.p || s.p[s.n] == '\0');
    }
    assert_non_null(fetch_error_word((enum fetch_error)o->error).p);
    return sum;
}

// The allocation is exactly as long as the message, so that a sanitizer sees a step outside.
static void outcome_survives(const char *p, size_t n, bool whole)
{
    struct outcome *o = malloc(n ? n : 1);
    assert_non_null(o);
    memcpy(o, p, n);
    bool valid = outcome_valid(o, n);
    assert_true(whole || !valid);
    volatile size_t sum = valid ? outcome_read(o) : 0;
    (void)sum;
    free(o);
}

static void damaged_messages_are_refused_or_harmless(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct outcome_parts parts = outcome_example();
    assert_int_equal(outcome_build(&b, &parts), 0);
    char *copy = malloc(b.n);
    assert_non_null(copy);
    for (size_t n = 0; n < b.n; n++)
        outcome_survives(b.p, n, false);
    srand(2);
    for (int i = 0; i < 100000; i++) {
        memcpy(copy, b.p, b.n);
        for (int hits = 1 + rand() % 4; hits > 0; hits--) {
            size_t at = rand() % 4 ? offsetof(struct outcome, message) +
                                         (size_t)rand() % (7 * sizeof(struct message_text))
                                   : (size_t)rand() % b.n;
            copy[at] = (char)(rand() % 3 ? rand() : rand() % 2 - 1);
        }
        outcome_survives(copy, b.n, true);
    }
    free(copy);
    buffer_fini(&b);
}

static void findings_stand_behind_the_message(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct outcome_parts parts = outcome_example();
    assert_int_equal(outcome_build(&b, &parts), 0);
    size_t bare = b.n;
    assert_null(outcome_findings((const struct outcome *)(const void *)b.p).p);
    assert_int_equal(outcome_add_findings(&b, span_of("a link")), 0);
    assert_int_equal(b.n, bare + 6);
    const struct outcome *o = (const struct outcome *)(const void *)b.p;
    assert_true(outcome_valid(o, b.n));
    assert_false(outcome_valid(o, bare));
    assert_true(span_is(outcome_findings(o), "a link"));
    struct span endless = { b.p, OUTCOME_FINDINGS_MOST + 1 };
    assert_int_equal(outcome_add_findings(&b, endless), -EMSGSIZE);
    assert_int_equal(b.n, bare + 6);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_stand_behind_the_message),
        cmocka_unit_test(what_was_built_reads_back),
        cmocka_unit_test(overlong_strings_are_cut_and_the_largest_outcome_fits),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(damaged_messages_are_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// Every allocation of an exchange fails once: ours and, where blocks.h leaves them to malloc,
// libcurl's.
#include "canned.h"
#include "faults.h"
#include "fetch_client.h"
#include "fiber/annotate.h"

static const struct canned_answer answers[] = {
    { "/", { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello", 0 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static const struct fetch_settings settings = { .user_agent = "trawl-test" };
static struct canned origin;

static struct request memory_request(char url[100], bool keep)
{
    static const char *const lines[] = { "X-One: 1", NULL };
    snprintf(url, 100, "http://host.test:%u/", origin.port);
    struct request q = fetch_request(url, "host.test", origin.port);
    q.headers = lines;
    q.keep = keep;
    return q;
}

// Returns whether the fault has struck.
static bool memory_try(struct io *io, unsigned nth, bool keep)
{
    struct sink sink = { .write = fetch_keep_body };
    struct fetch_sink body = { .sink = sink };
    struct response r = { 0 };
    char url[100];
    struct request q = memory_request(url, keep);
    faults_fail_allocation(nth);
    int e = io->fetch(io, &q, &body.sink, &r);
    bool struck = !faults_pending();
    faults_fail_allocation(0);
    assert_true(e == 0 || e == -ENOMEM);
    if (e == 0 && !r.error)
        assert_string_equal(body.body, "hello");
    // While a head is awaited libcurl's lack of memory looks like too long a line of it.
    else if (e == 0 && r.error != FETCH_NO_RESOURCES && r.error != FETCH_TOO_LARGE)
        fail_msg("%u: %s %s", nth, fetch_error_word(r.error).p, r.message);
    body.n = 0;
    assert_int_equal(io->fetch(io, &q, &body.sink, &r), 0);
    assert_string_equal(r.message, "");
    assert_string_equal(body.body, "hello");
    response_fini(&r);
    return struck;
}

static void memory_all(struct io *io)
{
    for (int keep = 0; keep < 2; keep++) {
        for (unsigned nth = 1; memory_try(io, nth, keep); nth++)
            assert_in_range(nth, 1, 2000);
    }
}

static void an_exchange_outlives_any_lack_of_memory(void **state)
{
    (void)state;
    if (ANNOTATE_SANITIZED || annotate_under_valgrind())
        skip(); // libcurl allocates by malloc then, and 7.88 divides by zero when a hash finds no
                // memory
    fetch_each(memory_all, &settings);
}

static void making_either_fails_cleanly(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct easy *e = NULL;
        faults_fail_allocation(nth);
        int r = easy_new(&e, &settings);
        bool struck = !faults_pending();
        faults_fail_allocation(0);
        if (r == 0)
            easy_free(e);
        if (!struck)
            break;
    }
}

IN_LOOP(making_a_multi_fails_cleanly)
{
    for (unsigned nth = 1;; nth++) {
        struct multi *m = NULL;
        faults_fail_allocation(nth);
        int r = multi_new(&m, loop_current(), &settings, 1000);
        bool struck = !faults_pending();
        faults_fail_allocation(0);
        if (r == 0)
            multi_free(m);
        if (!struck)
            break;
        assert_true(r == 0 || r == -ENOMEM);
    }
    return 0;
}

static int memory_start(void **state)
{
    (void)state;
    canned_start(&origin, answers, NULL);
    return 0;
}

static int memory_stop(void **state)
{
    (void)state;
    canned_stop(&origin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exchange_outlives_any_lack_of_memory),
        cmocka_unit_test(making_either_fails_cleanly),
        cmocka_unit_test(making_a_multi_fails_cleanly),
    };
    return cmocka_run_group_tests(tests, memory_start, memory_stop);
}

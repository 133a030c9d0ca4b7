// SPDX-License-Identifier: MIT
// Exchanges without a fiber. What comes of one is tested in test_fetch.c, pauses in test_pause.c.
#include "canned.h"
#include "faults.h"
#include "fetch_client.h"
#include "fiber/annotate.h"
#include "patience.h"
#include <stdlib.h>

static const struct canned_answer answers[] = {
    { "/", { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0 } } },
    { "/mute", { { CANNED_HANG, NULL, 0 } } },
    { "/half",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", 0 },
        { CANNED_HANG, NULL, 0 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static struct canned origin;
static const struct fetch_settings settings = { .user_agent = "trawl-test" };

struct call {
    struct multi *multi;
    struct passage *passage;
    struct request request;
    struct fetch_sink sink;
    struct response response;
    char url[100];
    unsigned calls;
    int code;
    unsigned further;   // exchanges to begin from `done`, one after the other
    struct call *other; // to be cancelled from there
    bool cancelled;     // it was
};

static struct list waiting; // whoever waits for any of them

static int call_start(struct call *c, struct multi *m, const char *path);

static void call_done(void *arg, int code)
{
    struct call *c = arg;
    c->calls++;
    c->code = code;
    if (c->other && !c->other->calls)
        c->other->cancelled = multi_cancel(c->other->passage);
    if (c->further) {
        c->further--;
        c->calls = 0;
        assert_int_equal(call_start(c, c->multi, "/"), 0);
        return;
    }
    wake_all(&waiting, 0);
}

static int call_start(struct call *c, struct multi *m, const char *path)
{
    c->multi = m;
    snprintf(c->url, sizeof c->url, "http://host.test:%u%s", origin.port, path);
    c->request = fetch_request(c->url, "host.test", origin.port);
    c->request.keep = true;
    c->request.max_time = 0;
    c->sink = (struct fetch_sink){ .sink.write = fetch_keep_body };
    return multi_start(m, &c->passage, &c->request, &c->sink.sink, &c->response, call_done, c);
}

static void call_await(const struct call *c)
{
    while (!c->calls)
        assert_int_equal(park_on(&waiting, in_ms(patience(20000))), 0);
    assert_int_equal(c->calls, 1);
}

static void call_expect_hello(struct call *c)
{
    call_await(c);
    assert_int_equal(c->code, 0);
    assert_string_equal(c->response.message, "");
    assert_string_equal(c->sink.body, "hello");
    response_fini(&c->response);
}

static struct multi *open_multi(void)
{
    struct multi *m;
    list_init(&waiting);
    assert_int_equal(multi_new(&m, loop_current(), &settings, 500), 0);
    return m;
}

IN_LOOP(each_of_many_is_told_of_once)
{
    enum { MANY = 300 };
    static struct call calls[MANY];
    struct multi *m = open_multi();
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(call_start(&calls[i], m, "/"), 0);
        assert_int_equal(calls[i].calls, 0); // never from within
    }
    for (int i = 0; i < MANY; i++)
        call_expect_hello(&calls[i]);
    multi_free(m);
    return 0;
}

IN_LOOP(the_end_of_one_may_begin_the_next)
{
    static struct call c;
    struct multi *m = open_multi();
    c.further = 200;
    assert_int_equal(call_start(&c, m, "/"), 0);
    call_expect_hello(&c);
    assert_int_equal(c.further, 0);
    multi_free(m);
    return 0;
}

IN_LOOP(what_is_no_request_is_over_before_it_began)
{
    static struct call c;
    struct multi *m = open_multi();
    // libcurl does not take more than 8,000,000 bytes of anything.
    char *url = malloc(9000000);
    assert_non_null(url);
    memset(url, 'a', 9000000);
    memcpy(url, "http://host.test/", 17);
    url[8999999] = '\0';
    c.request = fetch_request(url, "host.test", 80);
    c.sink.sink.write = fetch_keep_body;
    assert_int_equal(
        multi_start(m, &c.passage, &c.request, &c.sink.sink, &c.response, call_done, &c), 1);
    assert_int_equal(c.response.error, FETCH_BAD_URL);
    assert_int_equal(c.calls, 0);
    response_fini(&c.response);
    free(url);
    multi_free(m);
    return 0;
}

IN_LOOP(cancelling_ends_one_wherever_it_is)
{
    static const char *const paths[] = { "/mute", "/half", "/" };
    static struct call c, after;
    struct multi *m = open_multi();
    for (int i = 0; i < 12; i++) {
        c = (struct call){ .response.head = c.response.head };
        assert_int_equal(call_start(&c, m, paths[i % 3]), 0);
        for (int turns = i / 3 * i / 3; turns; turns--) // before, during and after it was sent
            assert_int_equal(sleep_until(in_ms(1)), 0);
        if (c.calls)
            continue; // it was quicker
        assert_true(multi_cancel(c.passage));
        assert_int_equal(c.response.error, FETCH_CANCELLED);
        assert_int_equal(sleep_until(in_ms(1)), 0);
        assert_int_equal(c.calls, 0);
    }
    response_fini(&c.response);
    assert_int_equal(call_start(&after, m, "/"), 0);
    call_expect_hello(&after);
    multi_free(m);
    return 0;
}

IN_LOOP(one_that_ends_may_cancel_others)
{
    enum { PAIRS = 50 };
    static struct call a[PAIRS], b[PAIRS];
    struct multi *m = open_multi();
    for (int i = 0; i < PAIRS; i++) {
        a[i].other = &b[i];
        b[i].other = &a[i];
        assert_int_equal(call_start(&a[i], m, "/"), 0);
        assert_int_equal(call_start(&b[i], m, "/"), 0);
    }
    for (int i = 0; i < PAIRS; i++) {
        while (!a[i].calls && !b[i].calls)
            assert_int_equal(park_on(&waiting, in_ms(patience(20000))), 0);
        assert_int_equal(a[i].calls + b[i].calls, 1);
        struct call *whole = a[i].calls ? &a[i] : &b[i], *cut = whole->other;
        assert_true(cut->cancelled);
        assert_int_equal(cut->response.error, FETCH_CANCELLED);
        response_fini(&cut->response);
        call_expect_hello(whole);
    }
    multi_free(m);
    return 0;
}

static void lack_memory(unsigned nth, struct multi *m, bool *struck)
{
    static struct call c;
    c = (struct call){ 0 };
    faults_fail_allocation(nth);
    int r = call_start(&c, m, "/");
    if (r == 0)
        call_await(&c);
    *struck = !faults_pending();
    faults_fail_allocation(0);
    assert_true(r == 0 || r == 1 || r == -ENOMEM);
    if (r == 0 && !c.response.error)
        assert_string_equal(c.sink.body, "hello");
    response_fini(&c.response);
}

IN_LOOP(lack_of_memory_is_an_error_of_starting_or_of_the_exchange)
{
    if (ANNOTATE_SANITIZED || annotate_under_valgrind())
        return 0; // see test_fetch_memory.c
    struct multi *m = open_multi();
    bool struck = true;
    for (unsigned nth = 1; struck; nth++) {
        static struct call after;
        lack_memory(nth, m, &struck);
        after = (struct call){ 0 };
        assert_int_equal(call_start(&after, m, "/"), 0);
        call_expect_hello(&after);
        assert_in_range(nth, 1, 2000);
    }
    multi_free(m);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    canned_start(&origin, answers, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    canned_stop(&origin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_is_told_of_once),
        cmocka_unit_test(the_end_of_one_may_begin_the_next),
        cmocka_unit_test(what_is_no_request_is_over_before_it_began),
        cmocka_unit_test(cancelling_ends_one_wherever_it_is),
        cmocka_unit_test(one_that_ends_may_cancel_others),
        cmocka_unit_test(lack_of_memory_is_an_error_of_starting_or_of_the_exchange),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

// SPDX-License-Identifier: MIT
// What a sink that pauses is promised, by multi and by easy alike.
#include "canned.h"
#include "fetch/easy.h"
#include "fetch/multi.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "in_loop.h"
#include "patience.h"
#include "sched/green.h"
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum {
    PAUSE_LINE = 100,
    PAUSE_LINES = 20000,
    PAUSE_FULL = 50000,
    PAUSE_MORE = 64 * 1024,
    PAUSE_TRIES = 20
};

static const char pause_line[PAUSE_LINE + 1] =
    "0123456789012345678901234567890123456789012345678901234567890123456789"
    "01234567890123456789012345678\n";

static const struct canned_answer pause_answers[] = {
    { "/long",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", 1 },
        { CANNED_SEND, pause_line, PAUSE_LINES } } },
    { "/endless",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n\r\n", 1 },
        { CANNED_SEND, pause_line, PAUSE_LINES },
        { CANNED_HANG, NULL, 0 } } },
    { "/short", { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 1 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static struct canned origin;
static const struct address loopback = { 4, { 127, 0, 0, 1 } };
// The origin is threads of this process, which a busy machine may keep waiting for a second: it is
// allowed more of them, but for where the rule is what is tested.
enum { PAUSE_SLOW = 5 };
static struct fetch_settings settings = { .min_speed = 100,
                                          .min_speed_time = PAUSE_SLOW * CLOCK_S };

// Takes PAUSE_FULL bytes, then pauses until it has been drained.
struct pause_sink {
    struct sink sink;
    size_t held, most, total, before;
    unsigned drained;
    bool wrong, full, resting;
    enum sink_answer answer;
    int64_t nap;
    int (*work)(void *arg); // instead of a nap
};

static enum sink_answer pause_write(struct sink *sink, const char *p, size_t n)
{
    struct pause_sink *s = (struct pause_sink *)sink;
    for (size_t i = 0; i < n && s->total + n > 5; i++)
        s->wrong |= p[i] != pause_line[(s->total + i) % PAUSE_LINE];
    s->total += n;
    s->held += n;
    s->most = s->held > s->most ? s->held : s->most;
    return s->held >= PAUSE_FULL || s->full ? SINK_PAUSE : SINK_GO;
}

static enum sink_answer pause_drain(struct sink *sink, struct errand *e)
{
    struct pause_sink *s = (struct pause_sink *)sink;
    s->resting = !s->resting;
    if (s->resting) {
        s->before = s->total;
        s->drained++;
        if (s->work)
            errand_work(e, s->work, s);
        else
            errand_wait(e, clock_mono() + s->nap);
        return SINK_PAUSE;
    }
    s->wrong |= s->total != s->before || e->result < 0; // nothing comes meanwhile
    s->held = 0;
    return s->answer;
}

// Whether the origin had not come to answering within the time. The sink has been told of nothing
// then: nothing that is promised to it is at stake.
static bool pause_is_unanswered(const struct response *r)
{
    return r->error == FETCH_TIMEOUT && !r->status;
}

static struct response pause_get(struct io *io, const char *path, struct pause_sink *s,
                                 int64_t max_time)
{
    char url[100];
    struct response r = { 0 };
    int e, tries = 0;
    snprintf(url, sizeof url, "http://host.test:%u%s", origin.port, path);
    struct request q = {
        .url = url, .host = "host.test", .port = origin.port, .address = &loopback
    };
    q.addresses = 1;
    q.special_ok = q.keep = true;
    q.max_time = patience(max_time);
    s->sink = (struct sink){ NULL, pause_write, pause_drain };
    do {
        response_fini(&r);
        e = io->fetch(io, &q, &s->sink, &r);
        assert_true(e == 0 || e == -ECANCELED);
    } while (pause_is_unanswered(&r) && ++tries < PAUSE_TRIES);
    struct response plain = r;
    response_fini(&r);
    plain.head = r.head;
    return plain;
}

static void pause_check(struct io *io)
{
    // Every byte comes once, and no more than asked for.
    struct pause_sink s = { .nap = 2 * CLOCK_MS };
    struct response r = pause_get(io, "/long", &s, 20 * CLOCK_S);
    assert_string_equal(r.message, "");
    assert_int_equal(r.error, FETCH_OK);
    assert_int_equal(s.total, PAUSE_LINE * PAUSE_LINES);
    assert_int_equal(r.size, s.total);
    assert_false(s.wrong);
    assert_true(s.drained >= 20 && s.most < PAUSE_FULL + PAUSE_MORE);
    // A pause over the last bytes.
    s = (struct pause_sink){ .nap = CLOCK_MS, .full = true };
    r = pause_get(io, "/short", &s, CLOCK_S);
    assert_int_equal(r.error, FETCH_OK);
    assert_int_equal(s.total, 5);
    assert_true(s.drained >= 1);
    // Enough, said after waiting.
    s = (struct pause_sink){ .nap = CLOCK_MS, .answer = SINK_STOP };
    r = pause_get(io, "/endless", &s, 20 * CLOCK_S);
    assert_int_equal(r.error, FETCH_OK);
    assert_true(r.stopped);
    assert_int_equal(s.drained, 1);
    // A pause is no slowness of the server's.
    s = (struct pause_sink){ .nap = 2300 * CLOCK_MS, .full = true };
    settings.min_speed_time = CLOCK_S;
    r = pause_get(io, "/short", &s, 20 * CLOCK_S);
    assert_int_equal(r.error, FETCH_OK);
    settings.min_speed_time = PAUSE_SLOW * CLOCK_S;
    s = (struct pause_sink){ .nap = CLOCK_MS };
    assert_int_equal(pause_get(io, "/short", &s, CLOCK_S).error, FETCH_OK); // nothing sticks
}

static void easy_pauses(void **state)
{
    (void)state;
    struct easy *e;
    assert_int_equal(easy_new(&e, &settings), 0);
    pause_check(easy_io(e));
    easy_free(e);
}

IN_LOOP(multi_pauses)
{
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    pause_check(multi_io(m));
    multi_free(m);
    return 0;
}

IN_LOOP(green_pauses)
{
    struct easy *e;
    green_begin();
    assert_int_equal(easy_new_green(&e, &settings), 0);
    pause_check(easy_io(e));
    easy_free(e);
    green_end();
    return 0;
}

// ---- without a fiber

struct pause_call {
    struct multi *multi;
    struct pause_sink sink;
    struct response response;
    struct list waiter;
    char url[100];
    struct request request;
    struct passage *passage;
    atomic_int begun, go_on;
    unsigned calls;
    int code;
};

static void pause_done(void *arg, int code)
{
    struct pause_call *c = arg;
    c->calls++;
    c->code = code;
    wake_one(&c->waiter, 0);
}

static void pause_start(struct pause_call *c, struct multi *m, const char *path, int64_t max_time)
{
    c->multi = m;
    list_init(&c->waiter);
    snprintf(c->url, sizeof c->url, "http://host.test:%u%s", origin.port, path);
    c->request = (struct request){ .url = c->url,
                                   .host = "host.test",
                                   .port = origin.port,
                                   .address = &loopback,
                                   .addresses = 1,
                                   .special_ok = true,
                                   .max_time = patience(max_time) };
    c->sink.sink = (struct sink){ NULL, pause_write, pause_drain };
    assert_int_equal(
        multi_start(m, &c->passage, &c->request, &c->sink.sink, &c->response, pause_done, c), 0);
    assert_int_equal(c->calls, 0);
}

static void pause_await(struct pause_call *c)
{
    while (!c->calls)
        assert_int_equal(park_on(&c->waiter, in_ms(patience(20000))), 0);
    assert_int_equal(c->calls, 1);
}

// What a thread does for a sink until it is told to stop.
static int pause_hold(void *arg)
{
    struct pause_call *c = list_entry(arg, struct pause_call, sink);
    atomic_store(&c->begun, 1);
    while (!atomic_load(&c->go_on))
        usleep(1000);
    return 0;
}

static int pause_short_work(void *arg)
{
    (void)arg;
    usleep(500);
    return 0;
}

IN_LOOP(callbacks_pause_for_times_and_for_work)
{
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    for (int work = 0; work < 2; work++) {
        struct pause_call c = { .sink = { .nap = CLOCK_MS,
                                          .work = work ? pause_short_work : NULL } };
        pause_start(&c, m, "/long", 0);
        pause_await(&c);
        assert_int_equal(c.code, 0);
        assert_int_equal(c.response.error, FETCH_OK);
        assert_int_equal(c.sink.total, PAUSE_LINE * PAUSE_LINES);
        assert_false(c.sink.wrong);
        assert_true(c.sink.drained >= 20 && c.sink.most < PAUSE_FULL + PAUSE_MORE);
        response_fini(&c.response);
    }
    multi_free(m);
    return 0;
}

static void pause_until_begun(struct pause_call *c)
{
    while (!atomic_load(&c->begun))
        assert_int_equal(sleep_until(in_ms(1)), 0);
}

IN_LOOP(cancelling_waits_for_a_thread_at_work_for_the_sink)
{
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    struct pause_call c = { .sink.work = pause_hold };
    pause_start(&c, m, "/endless", 0);
    pause_until_begun(&c);
    assert_false(multi_cancel(c.passage));
    assert_int_equal(c.response.error, FETCH_CANCELLED);
    assert_false(multi_cancel(c.passage)); // once more does nothing
    assert_int_equal(sleep_until(in_ms(10)), 0);
    assert_int_equal(c.calls, 0);
    atomic_store(&c.go_on, 1);
    pause_await(&c);
    assert_int_equal(c.code, -ECANCELED);
    response_fini(&c.response);
    // Who waits for a time only is through at once.
    c = (struct pause_call){ .sink.nap = 100 * CLOCK_S };
    pause_start(&c, m, "/endless", 0);
    while (!c.sink.drained)
        assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_true(multi_cancel(c.passage));
    assert_int_equal(c.calls, 0);
    response_fini(&c.response);
    multi_free(m);
    return 0;
}

IN_LOOP(time_that_runs_out_while_a_thread_is_at_work_is_a_timeout)
{
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    struct pause_call c;
    bool begun = false;
    // On a busy machine its time may run out before the first pause: then it gets more.
    for (int64_t time = 100 * CLOCK_MS; !begun; time *= 4) {
        c = (struct pause_call){ .sink.work = pause_hold };
        pause_start(&c, m, "/endless", time);
        while (!(begun = atomic_load(&c.begun)) && !c.calls)
            assert_int_equal(sleep_until(in_ms(1)), 0);
        if (!begun)
            response_fini(&c.response);
    }
    while (c.response.error != FETCH_TIMEOUT) // known at once, but not yet told
        assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_int_equal(c.calls, 0);
    atomic_store(&c.go_on, 1);
    pause_await(&c);
    assert_int_equal(c.code, 0);
    response_fini(&c.response);
    multi_free(m);
    return 0;
}

IN_LOOP(time_runs_out_during_a_pause)
{
    struct multi *m;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    struct pause_sink s = { 0 };
    for (int64_t time = 200 * CLOCK_MS; !s.drained; time *= 4) { // more where nothing came in it
        s = (struct pause_sink){ .nap = patience(2 * time) };
        struct response r = pause_get(multi_io(m), "/endless", &s, time);
        assert_int_equal(r.error, FETCH_TIMEOUT);
    }
    assert_int_equal(s.drained, 1);
    multi_free(m);
    return 0;
}

struct pause_cancelled {
    struct io *io;
    struct pause_sink sink;
};

static int pause_to_be_cancelled(void *arg)
{
    struct pause_cancelled *c = arg;
    assert_int_equal(pause_get(c->io, "/endless", &c->sink, 0).error, FETCH_CANCELLED);
    assert_int_equal(c->sink.drained, 1);
    return 0;
}

IN_LOOP(cancelling_ends_an_exchange_that_pauses)
{
    struct multi *m;
    struct nursery n;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    struct pause_cancelled c = { multi_io(m),
                                 { .nap = 1000 * CLOCK_S } }; // longer than a test may take
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "fetch", pause_to_be_cancelled, &c), 0);
    while (!c.sink.drained)
        assert_int_equal(sleep_until(in_ms(1)), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    multi_free(m);
    return 0;
}

static int pause_one_of_many(void *arg)
{
    struct pause_sink s = { .nap = CLOCK_MS };
    struct response r = pause_get(arg, "/long", &s, 30 * CLOCK_S);
    assert_string_equal(r.message, "");
    assert_int_equal(r.error, FETCH_OK);
    assert_false(s.wrong);
    assert_int_equal(s.total, PAUSE_LINE * PAUSE_LINES);
    return 0;
}

IN_LOOP(many_pause_side_by_side)
{
    struct multi *m;
    struct nursery n;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 100), 0);
    nursery_init(&n, "test");
    for (int i = 0; i < 20; i++)
        assert_int_equal(nursery_spawn(&n, "fetch", pause_one_of_many, multi_io(m)), 0);
    assert_int_equal(nursery_close(&n), 0);
    multi_free(m);
    return 0;
}

static int pause_up(void **state)
{
    (void)state;
    canned_start(&origin, pause_answers, NULL);
    return 0;
}

static int pause_down(void **state)
{
    (void)state;
    canned_stop(&origin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easy_pauses),
        cmocka_unit_test(multi_pauses),
        cmocka_unit_test(green_pauses),
        cmocka_unit_test(callbacks_pause_for_times_and_for_work),
        cmocka_unit_test(cancelling_waits_for_a_thread_at_work_for_the_sink),
        cmocka_unit_test(time_that_runs_out_while_a_thread_is_at_work_is_a_timeout),
        cmocka_unit_test(time_runs_out_during_a_pause),
        cmocka_unit_test(cancelling_ends_an_exchange_that_pauses),
        cmocka_unit_test(many_pause_side_by_side),
    };
    return cmocka_run_group_tests(tests, pause_up, pause_down);
}

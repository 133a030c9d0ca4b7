// SPDX-License-Identifier: MIT
#include "check.h"
#include "sched/errand.h"
#include "sys/clock.h"
#include "visit/flow.h"
#include "visit/sink_flow.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RATE = 1000 * 1000 };
#define START (1000 * CLOCK_S)

static struct flow *make(uint64_t rate)
{
    struct flow *f;
    assert_int_equal(flow_new(&f, rate), 0);
    assert_int_equal(flow_limits(f), rate > 0);
    return f;
}

static void without_a_rate_bytes_are_counted_only(void **state)
{
    (void)state;
    struct flow *f = make(0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(flow_take(f, 1000, START), START);
    assert_int_equal(flow_received(f), 1000 * 1000);
    flow_free(f);
    flow_free(NULL);
}

// One receiver that obeys receives at the rate.
static void who_waits_as_told_keeps_to_the_rate(void **state)
{
    (void)state;
    static const uint64_t sizes[] = { 1, 100, 1460, 16384, 1000000 };
    for (unsigned k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct flow *f = make(RATE);
        int64_t now = START;
        uint64_t received = 0;
        while (received < 5 * RATE) {
            received += sizes[k];
            now = flow_take(f, sizes[k], now);
        }
        double seconds = (double)(now - START) / CLOCK_S, wanted = (double)received / RATE;
        assert_true(seconds > wanted - 0.11 && seconds < wanted + 0.01);
        flow_free(f);
    }
}

static void many_share_it_in_the_order_they_came(void **state)
{
    (void)state;
    enum { MANY = 50, CHUNK = 10000 };
    struct flow *f = make(RATE);
    int64_t until[MANY], before = START;
    uint64_t had[MANY] = { 0 };
    flow_take(f, RATE / 5, START); // what may be made up for is used up
    for (int i = 0; i < MANY; i++)
        until[i] = START;
    for (int turn = 0; turn < MANY * 20; turn++) {
        int next = 0;
        for (int i = 1; i < MANY; i++)
            if (until[i] < until[next])
                next = i;
        assert_true(until[next] >= before); // nobody is told to go back in time
        before = until[next];
        until[next] = flow_take(f, CHUNK, before);
        had[next] += CHUNK;
    }
    for (int i = 0; i < MANY; i++)
        assert_int_equal(had[i], 20 * CHUNK);
    flow_free(f);
}

static void what_was_not_used_is_not_saved_up(void **state)
{
    (void)state;
    struct flow *f = make(RATE);
    flow_take(f, 1, START);
    int64_t later = START + 3600 * CLOCK_S;
    assert_int_equal(flow_take(f, RATE, later), later + CLOCK_S - CLOCK_S / 10);
    assert_int_equal(flow_due(f), later + CLOCK_S - CLOCK_S / 10);
    flow_free(f);
}

static void the_largest_sizes_are_no_surprise(void **state)
{
    (void)state;
    struct flow *f = make(1);
    assert_int_equal(flow_take(f, UINT64_MAX / 4, START), CLOCK_NEVER);
    assert_int_equal(flow_take(f, UINT64_MAX / 4, START), CLOCK_NEVER);
    flow_free(f);
    f = make(UINT64_MAX);
    assert_int_equal(flow_take(f, 1 << 30, START), START);
    flow_free(f);
}

static void processes_share_one(void **state)
{
    (void)state;
    enum { PROCESSES = 4, TURNS = 20000 };
    struct flow *f = make(RATE);
    pid_t pid[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        pid[i] = fork();
        assert_true(pid[i] >= 0);
        if (pid[i] == 0) {
            for (int k = 0; k < TURNS; k++)
                flow_take(f, 10, START);
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    uint64_t all = PROCESSES * TURNS * 10;
    assert_int_equal(flow_received(f), all);
    assert_int_equal(flow_due(f), START - CLOCK_S / 10 + (int64_t)all * CLOCK_S / RATE);
    flow_free(f);
}

// ---- the sink

static int64_t slept_until;
static int sleep_answer;
static unsigned drained, worked;
static enum sink_answer next_answer;

static enum sink_answer next_write(struct sink *s, const char *p, size_t n)
{
    (void)s, (void)p, (void)n;
    return next_answer;
}

static int next_work(void *arg)
{
    (void)arg;
    worked++;
    return -EIO;
}

// Wants something done, and sees what came of it.
static enum sink_answer next_drain(struct sink *s, struct errand *e)
{
    (void)s;
    assert_int_equal(e->result, drained ? -EIO : 0);
    if (drained++)
        return SINK_GO;
    errand_work(e, next_work, NULL);
    return SINK_PAUSE;
}

// Drains, as whoever fetches does; but a wait for a time is only noted.
static enum sink_answer drain(struct sink *sink)
{
    struct errand e = { 0 };
    enum sink_answer answer;
    while ((answer = sink->drain(sink, &e)) == SINK_PAUSE) {
        if (e.work) {
            errand_block(&e);
        } else {
            slept_until = e.until;
            e.result = sleep_answer;
        }
    }
    return answer;
}

static struct sink next = { .write = next_write, .drain = next_drain };

static int begin(void **state)
{
    (void)state;
    slept_until = sleep_answer = 0;
    drained = worked = 0;
    next_answer = SINK_GO;
    return 0;
}

static void bodies_and_heads_are_counted_and_passed_on(void **state)
{
    (void)state;
    struct flow *f = make(0);
    struct sink_flow s;
    struct head head = { .text = { .n = 100 } };
    sink_flow_begin(&s, f, &next);
    assert_int_equal(s.sink.head(&s.sink, &head), SINK_GO);
    assert_int_equal(s.sink.write(&s.sink, "x", 1 << 20), SINK_GO);
    assert_int_equal(flow_received(f), (1 << 20) + 100);
    next_answer = SINK_STOP;
    assert_int_equal(s.sink.write(&s.sink, "x", 1), SINK_STOP);
    flow_free(f);
}

static void who_has_received_too_much_waits_its_turn(void **state)
{
    (void)state;
    struct flow *f = make(RATE);
    struct sink_flow s;
    sink_flow_begin(&s, f, &next);
    int64_t now = clock_mono();
    assert_int_equal(s.sink.write(&s.sink, "x", RATE), SINK_PAUSE);
    assert_int_equal(drain(&s.sink), SINK_GO);
    assert_true(slept_until >= now + CLOCK_S * 9 / 10 && slept_until < now + 2 * CLOCK_S);
    assert_int_equal(drained, 0);
    flow_free(f);
}

static void a_pause_of_the_next_sink_is_kept(void **state)
{
    (void)state;
    for (int rate = 0; rate <= RATE; rate += RATE) {
        struct flow *f = make((uint64_t)rate);
        struct sink_flow s;
        begin(NULL);
        sink_flow_begin(&s, f, &next);
        next_answer = SINK_PAUSE;
        assert_int_equal(s.sink.write(&s.sink, "x", RATE), SINK_PAUSE);
        next_answer = SINK_GO; // more may come before the pause takes effect
        s.sink.write(&s.sink, "x", 1);
        assert_int_equal(drain(&s.sink), SINK_GO);
        assert_int_equal(drained, 2);
        assert_int_equal(worked, 1);
        assert_int_equal(slept_until > 0, rate > 0);
        flow_free(f);
    }
}

static void who_is_cancelled_while_it_waits_has_not_said_enough(void **state)
{
    (void)state;
    struct flow *f = make(RATE);
    struct sink_flow s;
    sink_flow_begin(&s, f, &next);
    sleep_answer = -ECANCELED;
    assert_int_equal(s.sink.write(&s.sink, "x", RATE), SINK_PAUSE);
    assert_int_equal(drain(&s.sink), SINK_GO);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_bytes_are_counted_only),
        cmocka_unit_test(who_waits_as_told_keeps_to_the_rate),
        cmocka_unit_test(many_share_it_in_the_order_they_came),
        cmocka_unit_test(what_was_not_used_is_not_saved_up),
        cmocka_unit_test(the_largest_sizes_are_no_surprise),
        cmocka_unit_test(processes_share_one),
        cmocka_unit_test_setup(bodies_and_heads_are_counted_and_passed_on, begin),
        cmocka_unit_test_setup(who_has_received_too_much_waits_its_turn, begin),
        cmocka_unit_test_setup(a_pause_of_the_next_sink_is_kept, begin),
        cmocka_unit_test_setup(who_is_cancelled_while_it_waits_has_not_said_enough, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

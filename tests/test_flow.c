// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/flow.h"
#include "sys/clock.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_bytes_are_counted_only),
        cmocka_unit_test(who_waits_as_told_keeps_to_the_rate),
        cmocka_unit_test(many_share_it_in_the_order_they_came),
        cmocka_unit_test(what_was_not_used_is_not_saved_up),
        cmocka_unit_test(the_largest_sizes_are_no_surprise),
        cmocka_unit_test(processes_share_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/green.h"
#include "sys/poller.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static void pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_pair(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

struct other {
    unsigned turns;
    int fd, after_ms;
};

// Shows that others run, and makes a descriptor readable in time.
static int run_meanwhile(void *arg)
{
    struct other *o = arg;
    int64_t until = in_ms(o->after_ms);
    while (o->turns < 2 || clock_mono() < until) {
        o->turns++;
        int r = sleep_until(in_ms(1));
        if (r < 0)
            return r;
    }
    if (o->fd >= 0)
        assert_int_equal(write(o->fd, "x", 1), 1);
    return 0;
}

IN_LOOP(a_poll_that_would_wait_lets_others_run)
{
    struct nursery n;
    int ends[2];
    pair(ends);
    struct other o = { .fd = ends[1], .after_ms = 20 };
    struct pollfd p = { .fd = ends[0], .events = POLLIN };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "other", run_meanwhile, &o), 0);
    green_begin();
    assert_int_equal(poll(&p, 1, -1), 1);
    green_end();
    assert_int_equal(p.revents, POLLIN);
    assert_true(o.turns >= 2);
    assert_int_equal(nursery_close(&n), 0);
    close_pair(ends);
    return 0;
}

IN_LOOP(its_time_is_its_own)
{
    int ends[2];
    pair(ends);
    struct pollfd p = { .fd = ends[0], .events = POLLIN };
    green_begin();
    int64_t start = clock_mono();
    assert_int_equal(poll(&p, 1, 10), 0);
    assert_true(clock_mono() - start >= 10 * CLOCK_MS);
    assert_int_equal(p.revents, 0);
    start = clock_mono();
    assert_int_equal(poll(NULL, 0, 10), 0); // as a sleep
    assert_true(clock_mono() - start >= 10 * CLOCK_MS);
    assert_int_equal(poll(&p, 1, 0), 0);
    green_end();
    close_pair(ends);
    return 0;
}

IN_LOOP(what_has_happened_is_told_as_the_system_tells_it)
{
    int ends[2], gone[2];
    pair(ends);
    pair(gone);
    close(gone[1]);
    green_begin();
    struct pollfd p[] = { { .fd = ends[0], .events = POLLIN | POLLOUT },
                          { .fd = gone[0], .events = POLLIN | POLLRDHUP },
                          { .fd = -1, .events = POLLIN } };
    assert_int_equal(poll(p, 3, 1000), 2);
    assert_int_equal(p[0].revents, POLLOUT);
    assert_int_equal(p[1].revents, POLLIN | POLLRDHUP | POLLHUP);
    assert_int_equal(p[2].revents, 0);
    int closed = dup(ends[0]);
    close(closed);
    struct pollfd bad = { .fd = closed, .events = POLLIN };
    assert_int_equal(poll(&bad, 1, 1000), 1);
    assert_int_equal(bad.revents, POLLNVAL);
    green_end();
    close_pair(ends);
    close(gone[0]);
    return 0;
}

IN_LOOP(any_of_many_ends_the_wait)
{
    enum { MANY = 40 };
    struct nursery n;
    struct pollfd p[MANY];
    int ends[MANY][2];
    for (int i = 0; i < MANY; i++) {
        pair(ends[i]);
        p[i] = (struct pollfd){ .fd = ends[i][0], .events = POLLIN };
    }
    green_begin();
    for (int i = 0; i < MANY; i += 13) {
        struct other o = { .fd = ends[i][1], .after_ms = 2 };
        char c;
        nursery_init(&n, "test");
        assert_int_equal(nursery_spawn(&n, "other", run_meanwhile, &o), 0);
        assert_int_equal(poll(p, MANY, 5000), 1);
        assert_int_equal(p[i].revents, POLLIN);
        assert_int_equal(read(ends[i][0], &c, 1), 1);
        assert_int_equal(nursery_close(&n), 0);
    }
    green_end();
    for (int i = 0; i < MANY; i++)
        close_pair(ends[i]);
    return 0;
}

// The number of a descriptor is given out again; what the loop knew of the former one is void.
IN_LOOP(a_number_that_is_used_again_is_another_descriptor)
{
    green_begin();
    for (int i = 0; i < 20; i++) {
        struct nursery n;
        int ends[2];
        pair(ends);
        struct other o = { .fd = ends[1], .after_ms = 1 };
        struct pollfd p = { .fd = ends[0], .events = (short)(i % 3 ? POLLIN : POLLIN | POLLPRI) };
        nursery_init(&n, "test");
        assert_int_equal(nursery_spawn(&n, "other", run_meanwhile, &o), 0);
        assert_int_equal(poll(&p, 1, 5000), 1);
        assert_int_equal(p.revents, POLLIN);
        assert_int_equal(nursery_close(&n), 0);
        close_pair(ends);
    }
    green_end();
    return 0;
}

static int poll_forever(void *arg)
{
    struct pollfd *p = arg;
    for (int i = 0; i < 2; i++) { // at once, and from then on
        errno = 0;
        assert_int_equal(poll(p, 1, -1), -1);
        assert_int_equal(errno, EINTR);
    }
    return -ECANCELED;
}

IN_LOOP(a_fiber_that_is_cancelled_is_interrupted)
{
    struct nursery n;
    int ends[2];
    pair(ends);
    struct pollfd p = { .fd = ends[0], .events = POLLIN };
    green_begin();
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "poll", poll_forever, &p), 0);
    assert_int_equal(sleep_until(in_ms(2)), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    green_end();
    close_pair(ends);
    return 0;
}

static void *poll_in_a_thread(void *arg)
{
    (void)arg;
    int64_t start = clock_mono();
    assert_int_equal(poll(NULL, 0, 5), 0);
    assert_true(clock_mono() - start >= 5 * CLOCK_MS);
    return NULL;
}

static void poll_in_callback(struct loop_timer *t)
{
    (void)t;
    poll_in_a_thread(NULL);
}

IN_LOOP(elsewhere_a_poll_is_the_system_s)
{
    pthread_t thread;
    struct loop_timer timer = { .fire = poll_in_callback };
    green_begin();
    green_begin(); // counted
    green_end();
    assert_int_equal(pthread_create(&thread, NULL, poll_in_a_thread, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(loop_arm(loop_current(), &timer, 0), 0); // on the loop's own stack
    assert_int_equal(sleep_until(in_ms(2)), 0);
    green_end();
    struct nursery n;
    struct other o = { .fd = -1, .after_ms = 1 };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "other", run_meanwhile, &o), 0);
    poll_in_a_thread(NULL); // not green any more: it blocks
    assert_int_equal(o.turns, 0);
    return nursery_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_that_would_wait_lets_others_run),
        cmocka_unit_test(its_time_is_its_own),
        cmocka_unit_test(what_has_happened_is_told_as_the_system_tells_it),
        cmocka_unit_test(any_of_many_ends_the_wait),
        cmocka_unit_test(a_number_that_is_used_again_is_another_descriptor),
        cmocka_unit_test(a_fiber_that_is_cancelled_is_interrupted),
        cmocka_unit_test(elsewhere_a_poll_is_the_system_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

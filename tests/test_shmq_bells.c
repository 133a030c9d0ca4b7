// SPDX-License-Identifier: MIT
// Who sleeps, who is rung or called, and when.
#include "shmq_fixture.h"
#include "sys/clock.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

static bool rings(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, 0) == 1;
}

static void the_bell_rings_for_a_sleeper_only(void **state)
{
    (void)state;
    struct shmq *q = small();
    assert_int_equal(shmq_write(q, "a", 1), 0);
    assert_false(rings(shmq_fd(q)));
    assert_false(shmq_sleep(q)); // there is one already
    assert_next(q, "a", 1);
    assert_true(shmq_sleep(q));
    assert_int_equal(shmq_write(q, "b", 1), 0);
    assert_int_equal(shmq_write(q, "c", 1), 0);
    assert_true(rings(shmq_fd(q)));
    shmq_woken(q);
    assert_false(rings(shmq_fd(q)));
    assert_next(q, "b", 1);
    assert_false(shmq_sleep(q));
    assert_next(q, "c", 1);
    assert_true(shmq_sleep(q));
    shmq_close(q);
    assert_true(rings(shmq_fd(q)));
    shmq_free(q);
}

static void the_other_bell_rings_when_half_the_room_is_free(void **state)
{
    (void)state;
    struct shmq *q = small();
    char text[504] = "x";
    assert_false(shmq_sleep_room(q, 504));
    for (int i = 0; i < 8; i++)
        assert_int_equal(shmq_write(q, text, sizeof text), 0);
    assert_true(shmq_sleep_room(q, 504));
    for (int i = 0; i < 3; i++)
        assert_next(q, text, sizeof text);
    assert_false(rings(shmq_room_fd(q)));
    assert_next(q, text, sizeof text);
    assert_true(rings(shmq_room_fd(q)));
    shmq_woken_room(q);
    assert_false(shmq_sleep_room(q, 504));
    // A long one that finds half of the room free, but not in one piece, is rung for again.
    assert_int_equal(shmq_write(q, text, sizeof text), 0);
    assert_true(shmq_sleep_room(q, 2040));
    while (!rings(shmq_room_fd(q)))
        assert_next(q, text, sizeof text);
    shmq_free(q);
}

static void a_wait_ends_at_its_deadline(void **state)
{
    (void)state;
    struct shmq *q = small();
    int64_t start = clock_mono();
    assert_int_equal(shmq_wait(q, start + 20 * CLOCK_MS), -ETIMEDOUT);
    assert_in_range(clock_mono() - start, 20 * CLOCK_MS, 10 * CLOCK_S);
    assert_int_equal(shmq_wait(q, 0), -ETIMEDOUT);
    shmq_free(q);
}

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static void a_side_that_is_called_is_called_once_a_sleep(void **state)
{
    (void)state;
    struct shmq *q;
    int messages = 0, rooms = 0;
    char text[1000] = "";
    assert_int_equal(shmq_new(&q, 4096, SHMQ_BARE_READER | SHMQ_BARE_WRITER), 0);
    shmq_call_reader(q, count_call, &messages);
    shmq_call_writer(q, count_call, &rooms);
    assert_int_equal(shmq_write(q, text, sizeof text), 0);
    assert_int_equal(messages, 0);
    assert_false(shmq_sleep(q));
    for (int i = 0; i < 2; i++) {
        const void *p;
        size_t n;
        while (shmq_peek(q, &p, &n) == 1)
            shmq_release(q);
        assert_true(shmq_sleep(q));
        while (shmq_write(q, text, sizeof text) == 0)
            ;
        assert_int_equal(messages, i + 1);
        assert_true(shmq_sleep_room(q, sizeof text));
        assert_int_equal(rooms, i);
        while (shmq_peek(q, &p, &n) == 1)
            shmq_release(q);
        assert_int_equal(rooms, i + 1);
    }
    shmq_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bell_rings_for_a_sleeper_only),
        cmocka_unit_test(the_other_bell_rings_when_half_the_room_is_free),
        cmocka_unit_test(a_wait_ends_at_its_deadline),
        cmocka_unit_test(a_side_that_is_called_is_called_once_a_sleep),
    };
    alarm(300); // a lost wake-up must not hang the run
    return cmocka_run_group_tests(tests, NULL, NULL);
}

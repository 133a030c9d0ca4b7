// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/watch.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

struct writer {
    int fd, ms;
};

static int write_later(void *arg)
{
    struct writer *w = arg;
    int r = sleep_until(in_ms(w->ms));
    if (r < 0)
        return r;
    return write(w->fd, "x", 1) == 1 ? 0 : -errno;
}

IN_LOOP(a_reader_wakes_when_there_is_something_to_read)
{
    struct nursery n;
    struct watch w;
    int ends[2];
    char c;
    pair(ends);
    watch_init(&w, ends[0]);
    nursery_init(&n, "test");
    for (int i = 0; i < 5; i++) {
        struct writer writer = { ends[1], 2 };
        assert_int_equal(nursery_spawn(&n, "writer", write_later, &writer), 0);
        assert_int_equal(watch_readable(&w, in_ms(1000)), 0);
        assert_int_equal(read(ends[0], &c, 1), 1);
        assert_int_equal(nursery_close(&n), 0);
    }
    watch_fini(&w);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

IN_LOOP(a_hang_up_wakes_the_reader)
{
    struct watch w;
    int ends[2];
    char c;
    pair(ends);
    watch_init(&w, ends[0]);
    close(ends[1]);
    assert_int_equal(watch_readable(&w, in_ms(1000)), 0);
    assert_int_equal(read(ends[0], &c, 1), 0);
    watch_fini(&w);
    close(ends[0]);
    return 0;
}

IN_LOOP(waiting_ends_at_the_deadline_and_can_begin_anew)
{
    struct watch w;
    int ends[2];
    pair(ends);
    watch_init(&w, ends[0]);
    assert_int_equal(watch_readable(&w, in_ms(5)), -ETIMEDOUT);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(sleep_until(in_ms(2)), 0); // the event comes, and nobody waits for it
    assert_int_equal(watch_readable(&w, in_ms(1000)), 0);
    watch_fini(&w);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int wait_readable(void *arg)
{
    return watch_readable(arg, CLOCK_NEVER);
}

IN_LOOP(cancelling_ends_the_wait)
{
    struct nursery n;
    struct watch w;
    int ends[2];
    pair(ends);
    watch_init(&w, ends[0]);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "reader", wait_readable, &w), 0);
    assert_int_equal(sleep_until(in_ms(2)), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    watch_fini(&w);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

enum { MUCH = 4 * 1024 * 1024 };

static int write_much(void *arg)
{
    static char block[65536];
    struct watch *w = arg;
    for (size_t sent = 0; sent < MUCH;) {
        size_t left = MUCH - sent < sizeof block ? MUCH - sent : sizeof block;
        ssize_t n = write(w->io.fd, block, left);
        if (n < 0 && errno != EAGAIN)
            return -errno;
        sent += n < 0 ? 0 : (size_t)n;
        int r = n < 0 ? watch_writable(w, in_ms(5000)) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_much(void *arg)
{
    static char block[65536];
    struct watch *w = arg;
    for (size_t got = 0; got < MUCH;) {
        ssize_t n = read(w->io.fd, block, sizeof block);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return -EIO;
        got += n < 0 ? 0 : (size_t)n;
        int r = n < 0 ? watch_readable(w, in_ms(5000)) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

IN_LOOP(a_reader_and_a_writer_wait_for_one_descriptor_at_the_same_time)
{
    struct nursery n;
    struct watch w[2];
    int ends[2];
    pair(ends);
    nursery_init(&n, "test");
    for (int i = 0; i < 2; i++) {
        watch_init(&w[i], ends[i]);
        assert_int_equal(nursery_spawn(&n, "writer", write_much, &w[i]), 0);
        assert_int_equal(nursery_spawn(&n, "reader", read_much, &w[i]), 0);
    }
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 2; i++) {
        watch_fini(&w[i]);
        close(ends[i]);
    }
    return 0;
}

IN_LOOP(a_descriptor_number_used_again_is_watched_again)
{
    for (int i = 0; i < 3; i++) {
        struct watch w;
        int ends[2];
        pair(ends);
        watch_init(&w, ends[0]);
        assert_int_equal(watch_readable(&w, in_ms(2)), -ETIMEDOUT);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(watch_readable(&w, in_ms(1000)), 0);
        watch_fini(&w);
        close(ends[0]);
        close(ends[1]);
    }
    return 0;
}

IN_LOOP(a_plain_file_is_always_ready)
{
    struct watch w;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    watch_init(&w, fd);
    assert_int_equal(watch_readable(&w, in_ms(1000)), 0);
    watch_fini(&w);
    close(fd);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_wakes_when_there_is_something_to_read),
        cmocka_unit_test(a_hang_up_wakes_the_reader),
        cmocka_unit_test(waiting_ends_at_the_deadline_and_can_begin_anew),
        cmocka_unit_test(cancelling_ends_the_wait),
        cmocka_unit_test(a_reader_and_a_writer_wait_for_one_descriptor_at_the_same_time),
        cmocka_unit_test(a_descriptor_number_used_again_is_watched_again),
        cmocka_unit_test(a_plain_file_is_always_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

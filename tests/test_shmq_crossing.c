// SPDX-License-Identifier: MIT
// Messages cross by the million, between threads and between processes; and what a writer leaves
// that is killed.
#include "shmq_fixture.h"
#include "sys/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
#define STRESS 300000
#elif defined __has_feature
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define STRESS 300000
#endif
#endif
#ifndef STRESS
#define STRESS 2000000
#endif

static int write_messages(struct shmq *q, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        void *p;
        int error;
        while ((error = shmq_reserve(q, size_of(i), &p)) == -EAGAIN)
            if ((error = shmq_wait_room(q, size_of(i), clock_mono() + 60 * CLOCK_S)) < 0)
                break;
        if (error < 0)
            return error;
        build(p, i);
        shmq_publish(q, size_of(i));
        if (mix(i) % 50000 == 0)
            usleep(2000); // so that the reader sleeps, too
    }
    shmq_close(q);
    return 0;
}

// Reads until the end; returns how many came, all in order and whole, or a negative errno.
static int64_t read_messages(struct shmq *q)
{
    const void *p;
    size_t n;
    uint64_t number = 0;
    for (;;) {
        int some = shmq_peek(q, &p, &n);
        if (some == -EPIPE)
            return (int64_t)number;
        if (some == 0)
            some = shmq_wait(q, clock_mono() + 60 * CLOCK_S);
        else if (some == 1) {
            if (!is_message(p, n, number))
                return -EBADMSG;
            number++;
            shmq_release(q);
            if (mix(number) % 50000 == 1)
                usleep(2000);
        }
        if (some < 0)
            return some;
    }
}

static void *writer_thread(void *q)
{
    return (void *)(intptr_t)write_messages(q, STRESS);
}

static void millions_of_messages_cross_between_threads(void **state)
{
    (void)state;
    static const struct {
        size_t room;
        unsigned kind;
    } queues[] = { { 4096, SHMQ_THREADS },
                   { 65536, SHMQ_THREADS },
                   { 4096, SHMQ_BARE_READER | SHMQ_BARE_WRITER },
                   { 4096, SHMQ_BARE_READER | SHMQ_SPARING } };
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) {
        struct shmq *q;
        pthread_t t;
        void *wrote;
        assert_int_equal(shmq_new(&q, queues[i].room, queues[i].kind), 0);
        assert_int_equal(pthread_create(&t, NULL, writer_thread, q), 0);
        assert_int_equal(read_messages(q), STRESS);
        pthread_join(t, &wrote);
        assert_null(wrote);
        shmq_free(q);
    }
}

// Forks a writer of `count` messages that takes part by descriptors alone.
static pid_t fork_writer(struct shmq *q, uint64_t count)
{
    int fds[SHMQ_FDS], copy[SHMQ_FDS];
    assert_int_equal(shmq_fds(q, fds), 0);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct shmq *mine;
    alarm(120);
    for (int i = 0; i < SHMQ_FDS; i++)
        copy[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
    shmq_free(q);
    _exit(shmq_map(&mine, copy) < 0 || write_messages(mine, count) < 0);
}

static void millions_of_messages_cross_between_processes(void **state)
{
    (void)state;
    static const unsigned kinds[] = { SHMQ_PROCESSES, SHMQ_PROCESSES | SHMQ_BARE_READER,
                                      SHMQ_PROCESSES | SHMQ_BARE_WRITER | SHMQ_SPARING };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct shmq *q;
        int status;
        assert_int_equal(shmq_new(&q, 16384, kinds[i]), 0);
        pid_t pid = fork_writer(q, STRESS / 2);
        assert_true(pid > 0);
        assert_int_equal(read_messages(q), STRESS / 2);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        shmq_free(q);
    }
}

static void a_writer_killed_at_any_instant_leaves_only_whole_messages(void **state)
{
    (void)state;
    uint64_t total = 0;
    for (unsigned round = 0; round < 200; round++) {
        struct shmq *q;
        const void *p;
        size_t n;
        int some, status;
        uint64_t number = 0, enough = mix(round + 7) % 3000;
        assert_int_equal(shmq_new(&q, 8192, SHMQ_PROCESSES), 0);
        pid_t pid = fork_writer(q, UINT64_MAX);
        assert_true(pid > 0);
        int64_t until = clock_mono() + 10 * CLOCK_S;
        while (number < enough && clock_mono() < until) {
            while (number < enough && (some = shmq_peek(q, &p, &n)) > 0) {
                assert_true(is_message(p, n, number));
                number++;
                shmq_release(q);
            }
            assert_true(number == enough || shmq_wait(q, until) == 0);
        }
        assert_int_equal(number, enough);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WTERMSIG(status), SIGKILL);
        while ((some = shmq_peek(q, &p, &n)) > 0) {
            assert_true(is_message(p, n, number));
            number++;
            shmq_release(q);
        }
        assert_int_equal(some, 0);
        total += number;
        shmq_free(q);
    }
    assert_true(total > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(millions_of_messages_cross_between_processes),
        cmocka_unit_test(a_writer_killed_at_any_instant_leaves_only_whole_messages),
        cmocka_unit_test(millions_of_messages_cross_between_threads),
    };
    alarm(300); // a lost wake-up must not hang the run
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "sys/clock.h"
#include "sys/shmq.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

// A message that can be told from any other and from half of itself: its number, its length in
// words, and words made of both.
struct message {
    uint64_t number, words, word[];
};

enum { WORDS = 120 };

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

// Mostly short, now and then long: the length follows from the number.
static uint64_t words_of(uint64_t number)
{
    uint64_t r = mix(number + 1);
    return r % 16 ? r / 16 % 8 : r / 16 % WORDS;
}

static void build(struct message *m, uint64_t number)
{
    m->number = number;
    m->words = words_of(number);
    for (uint64_t i = 0; i < m->words; i++)
        m->word[i] = number ^ i << 48;
}

// Whether it is message `number`, whole. Not an assertion: a thread and a forked process use it
// too.
static bool is_message(const void *p, size_t n, uint64_t number)
{
    const struct message *m = p;
    if (((uintptr_t)p & 7) || n != sizeof *m + 8 * words_of(number) || m->number != number ||
        m->words != words_of(number))
        return false;
    for (uint64_t i = 0; i < m->words; i++)
        if (m->word[i] != (number ^ i << 48))
            return false;
    return true;
}

static size_t size_of(uint64_t number)
{
    return sizeof(struct message) + 8 * words_of(number);
}

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

static struct shmq *small(void)
{
    struct shmq *q;
    assert_int_equal(shmq_new(&q, 1, SHMQ_PROCESSES), 0);
    return q;
}

static void assert_next(struct shmq *q, const void *want, size_t length)
{
    const void *p;
    size_t n;
    assert_int_equal(shmq_peek(q, &p, &n), 1);
    assert_int_equal(n, length);
    assert_memory_equal(p, want, length);
    assert_int_equal((uintptr_t)p & 7, 0);
    shmq_release(q);
}

static void messages_of_every_length_at_every_position_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct shmq *q = small();
    char text[2100];
    size_t longest = shmq_longest(q);
    assert_int_equal(longest, 2040);
    for (size_t n = 0; n <= longest; n++)
        for (int copy = 0; copy < 3; copy++) {
            memset(text, 'a' + (int)(n % 26), n);
            assert_int_equal(shmq_write(q, text, n), 0); // an empty queue takes any message
            assert_next(q, text, n);
        }
    shmq_free(q);
}

static void nothing_is_seen_before_it_is_published(void **state)
{
    (void)state;
    struct shmq *q = small();
    const void *seen;
    void *p;
    size_t n;
    assert_int_equal(shmq_reserve(q, 100, &p), 0);
    memset(p, 'x', 100);
    assert_int_equal(shmq_peek(q, &seen, &n), 0);
    assert_int_equal(shmq_reserve(q, 50, &p), 0); // the first is forgotten
    memcpy(p, "less than reserved", 18);
    shmq_publish(q, 18);
    assert_next(q, "less than reserved", 18);
    assert_int_equal(shmq_peek(q, &seen, &n), 0);
    shmq_free(q);
}

static void a_full_queue_refuses_until_there_is_room(void **state)
{
    (void)state;
    struct shmq *q = small();
    char text[504] = "x";
    int in = 0;
    while (shmq_write(q, text, sizeof text) == 0)
        in++;
    assert_int_equal(in, 8); // 8 * (8 + 504) == 4096
    assert_int_equal(shmq_write(q, "", 0), -EAGAIN);
    assert_next(q, text, sizeof text);
    assert_int_equal(shmq_write(q, text, sizeof text), 0);
    assert_int_equal(shmq_write(q, text, 2041), -EMSGSIZE);
    assert_int_equal(shmq_wait_room(q, 2041, CLOCK_NEVER), -EMSGSIZE);
    assert_int_equal(shmq_wait_room(q, 1, clock_mono() + CLOCK_MS), -ETIMEDOUT);
    shmq_free(q);
}

static void a_closed_queue_is_read_to_its_end(void **state)
{
    (void)state;
    struct shmq *q = small();
    const void *p;
    size_t n;
    assert_int_equal(shmq_write(q, "last", 4), 0);
    shmq_close(q);
    assert_int_equal(shmq_write(q, "more", 4), -EPIPE);
    assert_int_equal(shmq_wait(q, 0), 0);
    assert_next(q, "last", 4);
    assert_int_equal(shmq_peek(q, &p, &n), -EPIPE);
    assert_int_equal(shmq_wait(q, 0), 0);
    shmq_free(q);
}

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

// What a mad peer may do to the shared page: any word of any value, over and over. The other side
// must notice or read nonsense from inside the ring; ASan and the guard of the mapping see it read
// elsewhere.
static void a_mad_peer_is_noticed_or_harmless(void **state)
{
    (void)state;
    unsigned noticed = 0;
    for (uint64_t round = 0; round < 3000; round++) {
        struct shmq *q = small();
        int fds[SHMQ_FDS];
        const void *p;
        void *to;
        size_t n;
        assert_int_equal(shmq_fds(q, fds), 0);
        size_t size = (size_t)lseek(fds[0], 0, SEEK_END);
        uint64_t *word = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
        assert_ptr_not_equal(word, MAP_FAILED);
        for (uint64_t step = 0; step < 20; step++) {
            uint64_t r = mix(round * 100 + step + 1);
            static const uint64_t values[] = {
                UINT64_MAX, 8, 4096, 4088, UINT64_MAX - 7, 1, 0, 2040
            };
            size_t at = r % 3 ? (r >> 8) % 48 : (r >> 8) % (size / 8);
            word[at] = (r & 16) ? values[(r >> 20) % 8] : (r >> 20) % 5000;
            if (shmq_peek(q, &p, &n) == 1) {
                assert_in_range(n, 0, 4096 - 8);
                uint64_t sum = 0;
                for (size_t i = 0; i < n; i++)
                    sum += ((const unsigned char *)p)[i];
                assert_true(sum < UINT64_MAX);
                shmq_release(q);
            }
            noticed += shmq_peek(q, &p, &n) == -EPROTO;
            if (shmq_reserve(q, (r >> 40) % 2000, &to) == 0) {
                memset(to, 0, (r >> 40) % 2000);
                shmq_publish(q, (r >> 40) % 2000);
            }
        }
        munmap(word, size);
        shmq_free(q);
    }
    assert_true(noticed > 0);
}

static void only_a_queue_is_taken_for_one(void **state)
{
    (void)state;
    struct shmq *q = small(), *other = q;
    int fds[SHMQ_FDS];
    assert_int_equal(shmq_fds(q, fds), 0);
    int wrong[SHMQ_FDS] = { fds[1], fds[1], fds[2] };
    assert_int_equal(shmq_map(&other, wrong), -EPROTO);
    wrong[0] = memfd_create("no-queue", MFD_CLOEXEC);
    assert_int_equal(ftruncate(wrong[0], lseek(fds[0], 0, SEEK_END)), 0);
    assert_int_equal(shmq_map(&other, wrong), -EPROTO);
    assert_ptr_equal(other, q);
    close(wrong[0]);
    assert_int_equal(ftruncate(fds[0], 0), -1); // sealed
    shmq_free(q);
    assert_int_equal(shmq_new(&q, (size_t)2 << 30, SHMQ_THREADS), -EINVAL);
    assert_int_equal(shmq_new(&q, 1, SHMQ_THREADS), 0);
    assert_int_equal(shmq_fds(q, fds), -EINVAL);
    shmq_free(q);
    shmq_free(NULL);
}

static void a_bare_side_has_no_descriptor_and_no_other_queue_is_taken_for_it(void **state)
{
    (void)state;
    struct shmq *q, *other = NULL;
    int fds[SHMQ_FDS];
    assert_int_equal(shmq_new(&q, 4096, SHMQ_PROCESSES | SHMQ_BARE_WRITER), 0);
    assert_int_equal(shmq_fds(q, fds), 0);
    assert_int_equal(fds[2], -1);
    int wrong[SHMQ_FDS] = { fds[0], fds[1], fds[1] };
    assert_int_equal(shmq_map(&other, wrong), -EPROTO);
    wrong[1] = wrong[2] = -1;
    assert_int_equal(shmq_map(&other, wrong), -EPROTO);
    assert_null(other);
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

static unsigned resident_pages(void *p, size_t n)
{
    unsigned char page[64];
    unsigned resident = 0;
    uintptr_t start = (uintptr_t)p & ~(uintptr_t)4095;
    assert_int_equal(mincore((void *)start, n, page), 0);
    for (size_t i = 0; i < n / 4096; i++)
        resident += page[i] & 1;
    return resident;
}

static void a_sparing_queue_stays_in_its_first_pages(void **state)
{
    (void)state;
    struct shmq *q;
    void *first = NULL, *to;
    static const char text[2000];
    assert_int_equal(shmq_new(&q, 65536, SHMQ_SPARING), 0);
    for (uint64_t i = 0; i < 1000; i++) {
        const void *p;
        size_t n;
        assert_int_equal(shmq_reserve(q, size_of(i), &to), 0);
        build(to, i);
        shmq_publish(q, size_of(i));
        first = first ? first : to;
        assert_int_equal(shmq_peek(q, &p, &n), 1);
        assert_true(is_message(p, n, i));
        shmq_release(q);
    }
    assert_in_range(resident_pages(first, 65536 - 4096), 1, 2);
    // What does not fit before where it was starts there, and the longest always fits.
    for (int i = 0; i < 3; i++) {
        assert_int_equal(shmq_reserve(q, shmq_longest(q), &to), 0);
        shmq_publish(q, shmq_longest(q));
        const void *p;
        size_t n;
        assert_int_equal(shmq_peek(q, &p, &n), 1);
        assert_int_equal(n, shmq_longest(q));
        shmq_release(q);
        assert_int_equal(shmq_write(q, text, 1 + (size_t)i * 700), 0);
        assert_int_equal(shmq_peek(q, &p, &n), 1);
        shmq_release(q);
    }
    shmq_free(q);
}

static int next_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static void a_queue_that_cannot_be_made_leaves_nothing_behind(void **state)
{
    (void)state;
    struct shmq *q = NULL;
    int before = next_descriptor();
    faults_fail_allocation(1);
    int error = shmq_new(&q, 4096, SHMQ_PROCESSES);
    faults_fail_allocation(0);
    assert_int_equal(error, -ENOMEM);
    assert_null(q);
    assert_int_equal(next_descriptor(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_every_length_at_every_position_come_out_as_they_went_in),
        cmocka_unit_test(nothing_is_seen_before_it_is_published),
        cmocka_unit_test(a_full_queue_refuses_until_there_is_room),
        cmocka_unit_test(a_closed_queue_is_read_to_its_end),
        cmocka_unit_test(the_bell_rings_for_a_sleeper_only),
        cmocka_unit_test(the_other_bell_rings_when_half_the_room_is_free),
        cmocka_unit_test(a_wait_ends_at_its_deadline),
        cmocka_unit_test(a_mad_peer_is_noticed_or_harmless),
        cmocka_unit_test(only_a_queue_is_taken_for_one),
        cmocka_unit_test(a_bare_side_has_no_descriptor_and_no_other_queue_is_taken_for_it),
        cmocka_unit_test(a_side_that_is_called_is_called_once_a_sleep),
        cmocka_unit_test(a_sparing_queue_stays_in_its_first_pages),
        cmocka_unit_test(a_queue_that_cannot_be_made_leaves_nothing_behind),
        cmocka_unit_test(millions_of_messages_cross_between_processes),
        cmocka_unit_test(a_writer_killed_at_any_instant_leaves_only_whole_messages),
        cmocka_unit_test(millions_of_messages_cross_between_threads),
    };
    alarm(300); // a lost wake-up must not hang the run
    return cmocka_run_group_tests(tests, NULL, NULL);
}

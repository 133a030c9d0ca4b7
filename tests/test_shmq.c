// SPDX-License-Identifier: MIT
// What a queue does with what is put into it, and whom it takes for what.
#include "faults.h"
#include "shmq_fixture.h"
#include "sys/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
        cmocka_unit_test(a_mad_peer_is_noticed_or_harmless),
        cmocka_unit_test(only_a_queue_is_taken_for_one),
        cmocka_unit_test(a_bare_side_has_no_descriptor_and_no_other_queue_is_taken_for_it),
        cmocka_unit_test(a_sparing_queue_stays_in_its_first_pages),
        cmocka_unit_test(a_queue_that_cannot_be_made_leaves_nothing_behind),
    };
    alarm(300); // a lost wake-up must not hang the run
    return cmocka_run_group_tests(tests, NULL, NULL);
}

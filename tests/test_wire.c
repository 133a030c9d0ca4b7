// SPDX-License-Identifier: MIT
// Messages of any length over short queues: whole, in order, or absent.
#include "check.h"
#include "engine/wire.h"
#include "faults.h"
#include "sys/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WIRE_MOST = 1 << 20, WIRE_MESSAGES = 3000 };

// The length of message `i`: most are short, some as long as the queue or a hundred times that;
// none is 8.
static size_t wire_length(unsigned i)
{
    unsigned r = i * 2654435761u >> 8;
    if (i % 50 == 7)
        return 100000 + r % 500000;
    if (i % 5 == 3)
        return 1500 + r % 4000;
    return i % 11 == 0 ? 0 : 16 + r % 900;
}

static void wire_fill(char *p, unsigned i)
{
    size_t n = wire_length(i);
    for (size_t at = 0; at < n; at++)
        p[at] = (char)(i + at * 7);
}

// Not an assertion: processes use it, too.
static bool wire_is(const void *p, size_t n, unsigned i)
{
    const char *got = p;
    if (n != wire_length(i) || (n && (uintptr_t)p % 8))
        return false;
    for (size_t at = 0; at < n; at++)
        if (got[at] != (char)(i + at * 7))
            return false;
    return true;
}

static int wire_write_all(struct shmq *q, unsigned from, unsigned to)
{
    struct wire_out w = { .q = q };
    char *text = malloc(WIRE_MOST);
    int e = text ? 0 : -ENOMEM;
    for (unsigned i = from; e == 0 && i < to; i++) {
        wire_fill(text, i);
        e = wire_send_blocking(&w, text, wire_length(i));
    }
    free(text);
    wire_out_fini(&w);
    return e;
}

static void *wire_writer(void *q)
{
    int e = wire_write_all(q, 0, WIRE_MESSAGES);
    shmq_close(q);
    return (void *)(intptr_t)e;
}

static void messages_of_every_length_cross_a_short_queue_in_order(void **state)
{
    (void)state;
    static const unsigned kinds[] = { SHMQ_THREADS, SHMQ_BARE_WRITER | SHMQ_SPARING };
    for (unsigned k = 0; k < 2; k++) {
        struct shmq *q;
        pthread_t t;
        void *result;
        const void *p;
        size_t n;
        unsigned i = 0;
        int e;
        assert_int_equal(shmq_new(&q, 4096, kinds[k]), 0);
        struct wire_in w = { .q = q, .most = WIRE_MOST };
        assert_int_equal(pthread_create(&t, NULL, wire_writer, q), 0);
        while ((e = wire_receive(&w, &p, &n)) != -EPIPE) {
            if (e == 0)
                assert_int_equal(shmq_wait(q, clock_mono() + 60 * CLOCK_S), 0);
            else
                assert_true(e == 1 && wire_is(p, n, i++));
        }
        assert_int_equal(i, WIRE_MESSAGES);
        pthread_join(t, &result);
        assert_null(result);
        wire_in_fini(&w);
        shmq_free(q);
    }
}

static void who_may_not_wait_keeps_what_finds_no_room_and_its_order(void **state)
{
    (void)state;
    struct shmq *q;
    const void *p;
    size_t n;
    unsigned sent = 0, received = 0;
    char *text = malloc(WIRE_MOST);
    assert_non_null(text);
    assert_int_equal(shmq_new(&q, 4096, SHMQ_THREADS), 0);
    struct wire_out out = { .q = q };
    struct wire_in in = { .q = q, .most = WIRE_MOST };
    while (received < 1000) {
        for (unsigned k = 0; k < 60 && sent < 1000; k++, sent++) {
            wire_fill(text, sent);
            assert_int_equal(wire_send(&out, text, wire_length(sent)), 0);
        }
        assert_true(received + 60 >= sent || wire_kept(&out) > 0);
        for (unsigned k = 0; k < 50 && received < sent;) {
            int e = wire_receive(&in, &p, &n);
            assert_true(e >= 0);
            if (e == 1) {
                assert_true(wire_is(p, n, received++));
                k++;
            } else
                assert_in_range(wire_flush(&out), 0, 1);
        }
    }
    assert_int_equal(wire_flush(&out), 1);
    assert_int_equal(wire_kept(&out), 0);
    wire_out_fini(&out);
    wire_in_fini(&in);
    free(text);
    shmq_free(q);
}

static int wire_die_at(struct shmq *q, unsigned messages, size_t pieces)
{
    struct wire_out w = { .q = q };
    char *text = malloc(WIRE_MOST);
    if (!text || wire_write_all(q, 0, messages) < 0)
        return 1;
    // What is left of a message of which the writer got so far: its length, and some pieces.
    uint64_t length = 300000;
    if (wire_send_blocking(&w, &length, sizeof length) < 0)
        return 1;
    for (size_t i = 0; i < pieces; i++)
        if (wire_send_blocking(&w, text, 1000) < 0)
            return 1;
    raise(SIGKILL);
    return 1;
}

static void a_writer_killed_between_pieces_leaves_whole_messages_only(void **state)
{
    (void)state;
    for (size_t pieces = 0; pieces < 6; pieces++) {
        struct shmq *q;
        const void *p;
        size_t n;
        int status;
        unsigned i = 0;
        int fds[SHMQ_FDS];
        assert_int_equal(shmq_new(&q, 65536, SHMQ_PROCESSES), 0);
        assert_int_equal(shmq_fds(q, fds), 0);
        pid_t pid = fork();
        if (pid == 0)
            _exit(wire_die_at(q, 5, pieces));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        struct wire_in w = { .q = q, .most = WIRE_MOST };
        int e;
        while ((e = wire_receive(&w, &p, &n)) == 1)
            assert_true(wire_is(p, n, i++));
        assert_int_equal(e, 0);
        assert_int_equal(i, 5);
        shmq_free(q);
        // The next queue begins anew.
        assert_int_equal(shmq_new(&q, 4096, SHMQ_THREADS), 0);
        wire_in_begin(&w, q);
        assert_int_equal(shmq_write(q, "another", 7), 0);
        assert_int_equal(wire_receive(&w, &p, &n), 1);
        assert_int_equal(n, 7);
        wire_in_fini(&w);
        shmq_free(q);
    }
}

static void wire_refuses(const uint64_t *words, const size_t *lengths, unsigned count)
{
    struct shmq *q;
    const void *p;
    size_t n;
    static const char text[2000];
    assert_int_equal(shmq_new(&q, 4096, SHMQ_THREADS), 0);
    struct wire_in w = { .q = q, .most = WIRE_MOST };
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(
            shmq_write(q, lengths[i] == 8 ? (const void *)&words[i] : text, lengths[i]), 0);
    assert_int_equal(wire_receive(&w, &p, &n), -EPROTO);
    wire_in_fini(&w);
    shmq_free(q);
}

static void pieces_that_do_not_add_up_are_refused(void **state)
{
    (void)state;
    wire_refuses((const uint64_t[]){ 10 }, (const size_t[]){ 8 }, 1);            // needs no pieces
    wire_refuses((const uint64_t[]){ WIRE_MOST + 1 }, (const size_t[]){ 8 }, 1); // too long
    wire_refuses((const uint64_t[]){ 2100, 0, 0 }, (const size_t[]){ 8, 2000, 200 }, 3);
    wire_refuses((const uint64_t[]){ 2100, 0 }, (const size_t[]){ 8, 0 }, 2); // no end to that
}

static void without_memory_the_beginning_of_a_message_comes_and_the_next_whole(void **state)
{
    (void)state;
    struct shmq *q;
    const void *p;
    size_t n;
    char *text = calloc(1, 200000);
    assert_non_null(text);
    strcpy(text, "the beginning");
    assert_int_equal(shmq_new(&q, 4096, SHMQ_THREADS), 0);
    struct wire_out out = { .q = q };
    struct wire_in in = { .q = q, .most = WIRE_MOST };
    assert_int_equal(wire_in_reserve(&in, 100), 0);
    assert_int_equal(wire_send(&out, text, 200000), 0);
    assert_int_equal(wire_send(&out, "next", 4), 0);
    int e;
    faults_fail_allocation(1);
    e = wire_receive(&in, &p, &n);
    faults_fail_allocation(0);
    while (e == 0) {
        assert_in_range(wire_flush(&out), 0, 1);
        e = wire_receive(&in, &p, &n);
    }
    assert_int_equal(e, 1);
    assert_true(in.cut);
    assert_in_range(n, 100, 4096);
    assert_string_equal(p, "the beginning");
    assert_int_equal(wire_flush(&out), 1);
    assert_int_equal(wire_receive(&in, &p, &n), 1);
    assert_false(in.cut);
    assert_int_equal(n, 4);
    // Nor is any of it sent that could not be kept.
    assert_int_equal(wire_receive(&in, &p, &n), 0);
    faults_fail_allocation(1);
    e = wire_send(&out, text, 200000);
    faults_fail_allocation(0);
    assert_int_equal(e, -ENOMEM);
    assert_int_equal(wire_receive(&in, &p, &n), 0);
    assert_int_equal(wire_kept(&out), 0);
    wire_out_fini(&out);
    wire_in_fini(&in);
    free(text);
    shmq_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_every_length_cross_a_short_queue_in_order),
        cmocka_unit_test(who_may_not_wait_keeps_what_finds_no_room_and_its_order),
        cmocka_unit_test(a_writer_killed_between_pieces_leaves_whole_messages_only),
        cmocka_unit_test(pieces_that_do_not_add_up_are_refused),
        cmocka_unit_test(without_memory_the_beginning_of_a_message_comes_and_the_next_whole),
    };
    alarm(120);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

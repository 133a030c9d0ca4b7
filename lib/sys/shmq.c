// SPDX-License-Identifier: MIT
#include "sys/log.h"
#include "sys/shmq_ring.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHMQ_SKIP UINT64_MAX

static uint64_t shmq_record(uint64_t n)
{
    return sizeof(uint64_t) + ((n + 7) & ~UINT64_C(7));
}

size_t shmq_longest(const struct shmq *q)
{
    // Half: at any position either the bytes up to the end of an empty ring suffice, or those
    // before it do.
    return q->room / 2 - sizeof(uint64_t);
}

// ---- The writer's side

// Whether a record of `size` bytes fits, by the reader's position as last read. Sets `start`.
static bool shmq_fits(struct shmq *q, uint64_t size)
{
    uint64_t free_bytes = q->room - (q->writer.tail - q->writer.head);
    uint64_t to_end = q->room - (q->writer.tail & (q->room - 1));
    uint64_t skip = size <= to_end ? 0 : to_end;
    q->writer.start = q->writer.tail + skip;
    return skip + size <= free_bytes;
}

// Reads how far the reader is.
static int shmq_look_back(struct shmq *q)
{
    uint64_t head = __atomic_load_n(&q->shared->head, __ATOMIC_SEQ_CST);
    if (head - q->writer.head > q->writer.tail - q->writer.head || head & 7) {
        q->writer.broken = true;
        return -EPROTO;
    }
    q->writer.head = head;
    return 0;
}

// Whether the queue is empty and a record of `size` bytes may begin at the start of the ring. Sets
// `start`.
static bool shmq_starts_over(struct shmq *q, uint64_t size)
{
    uint64_t at = q->writer.tail & (q->room - 1);
    if (size > at || q->writer.head != q->writer.tail)
        return false;
    q->writer.start = q->writer.tail + q->room - at;
    return true;
}

static int shmq_find_room(struct shmq *q, size_t n)
{
    if (n > shmq_longest(q))
        return -EMSGSIZE;
    if (q->writer.broken)
        return -EPROTO;
    uint64_t size = shmq_record(n);
    if (!q->sparing && shmq_fits(q, size))
        return 0;
    int error = shmq_look_back(q);
    if (error < 0)
        return error;
    if (q->sparing && shmq_starts_over(q, size))
        return 0;
    return shmq_fits(q, size) ? 0 : -EAGAIN;
}

int shmq_reserve(struct shmq *q, size_t n, void **out)
{
    if (q->writer.closed)
        return -EPIPE;
    int error = shmq_find_room(q, n);
    if (error < 0)
        return error;
    q->writer.reserved = n;
    *out = q->ring + (q->writer.start & (q->room - 1)) + sizeof(uint64_t);
    return 0;
}

static void shmq_set_length(struct shmq *q, uint64_t at, uint64_t length)
{
    __atomic_store_n((uint64_t *)(void *)(q->ring + (at & (q->room - 1))), length,
                     __ATOMIC_RELAXED);
}

_Noreturn static void shmq_overrun(size_t n, size_t reserved)
{
    log_error("shared queue: %zu bytes published where %zu were reserved", n, reserved);
    abort();
}

void shmq_publish(struct shmq *q, size_t n)
{
    if (n > q->writer.reserved)
        shmq_overrun(n, q->writer.reserved);
    if (q->writer.start != q->writer.tail)
        shmq_set_length(q, q->writer.tail, SHMQ_SKIP);
    shmq_set_length(q, q->writer.start, n);
    q->writer.tail = q->writer.start + shmq_record(n);
    q->writer.reserved = 0;
    __atomic_store_n(&q->shared->tail, q->writer.tail, __ATOMIC_SEQ_CST);
    doorbell_ring(&q->message);
}

int shmq_write(struct shmq *q, const void *p, size_t n)
{
    void *to;
    int error = shmq_reserve(q, n, &to);
    if (error < 0)
        return error;
    if (n)
        memcpy(to, p, n);
    shmq_publish(q, n);
    return 0;
}

void shmq_close(struct shmq *q)
{
    q->writer.closed = true;
    __atomic_store_n(&q->shared->closed, 1, __ATOMIC_SEQ_CST);
    doorbell_ring(&q->message);
}

int shmq_room_fd(const struct shmq *q)
{
    return q->vacancy.fd;
}

bool shmq_sleep_room(struct shmq *q, size_t n)
{
    doorbell_arm(&q->vacancy);
    if (shmq_find_room(q, n) == -EAGAIN)
        return true;
    __atomic_store_n(&q->shared->starved, 0, __ATOMIC_SEQ_CST);
    return false;
}

void shmq_woken_room(struct shmq *q)
{
    doorbell_hush(&q->vacancy);
}

int shmq_wait_room(struct shmq *q, size_t n, int64_t deadline)
{
    if (n > shmq_longest(q))
        return -EMSGSIZE;
    while (shmq_sleep_room(q, n)) {
        int error = doorbell_wait(&q->vacancy, deadline);
        if (error < 0)
            return error;
    }
    return 0;
}

// ---- The reader's side

static int shmq_distrust(struct shmq *q)
{
    q->reader.broken = true;
    return -EPROTO;
}

// Reads how far the writer is. Returns 1 when there is something between `head` and `tail`.
static int shmq_look(struct shmq *q)
{
    // `closed` first: the writer sets it after its last tail.
    bool closed = __atomic_load_n(&q->shared->closed, __ATOMIC_SEQ_CST);
    uint64_t tail = __atomic_load_n(&q->shared->tail, __ATOMIC_SEQ_CST);
    uint64_t used = tail - q->reader.head;
    if (used > q->room || used & 7)
        return shmq_distrust(q);
    q->reader.tail = tail;
    return used ? 1 : closed ? -EPIPE : 0;
}

static uint64_t shmq_length(const struct shmq *q, uint64_t at)
{
    return __atomic_load_n((uint64_t *)(void *)(q->ring + (at & (q->room - 1))), __ATOMIC_RELAXED);
}

int shmq_peek(struct shmq *q, const void **out, size_t *n)
{
    if (q->reader.broken)
        return -EPROTO;
    if (q->reader.head == q->reader.tail) {
        int some = shmq_look(q);
        if (some <= 0)
            return some;
    }
    uint64_t at = q->reader.head;
    uint64_t length = shmq_length(q, at); // once: the peer could change it between two reads
    if (length == SHMQ_SKIP) {
        at += q->room - (at & (q->room - 1));
        if (q->reader.tail - q->reader.head <= at - q->reader.head)
            return shmq_distrust(q);
        length = shmq_length(q, at);
    }
    uint64_t here = at & (q->room - 1);
    if (length > q->room || shmq_record(length) > q->reader.tail - at ||
        shmq_record(length) > q->room - here)
        return shmq_distrust(q);
    q->reader.next = at + shmq_record(length);
    *out = q->ring + here + sizeof(uint64_t);
    *n = length;
    return 1;
}

void shmq_release(struct shmq *q)
{
    q->reader.head = q->reader.next;
    __atomic_store_n(&q->shared->head, q->reader.head, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&q->shared->starved, __ATOMIC_SEQ_CST))
        return;
    // Not for each message that goes: a full queue is a busy one. While it is over half full the
    // reader comes by again.
    if (__atomic_load_n(&q->shared->tail, __ATOMIC_RELAXED) - q->reader.head <= q->room / 2)
        doorbell_ring(&q->vacancy);
}

void shmq_call_reader(struct shmq *q, void (*call)(void *arg), void *arg)
{
    q->message.call = call;
    q->message.arg = arg;
}

void shmq_call_writer(struct shmq *q, void (*call)(void *arg), void *arg)
{
    q->vacancy.call = call;
    q->vacancy.arg = arg;
}

int shmq_fd(const struct shmq *q)
{
    return q->message.fd;
}

bool shmq_sleep(struct shmq *q)
{
    if (q->reader.broken || q->reader.head != q->reader.tail)
        return false;
    doorbell_arm(&q->message);
    if (shmq_look(q) == 0)
        return true;
    __atomic_store_n(&q->shared->asleep, 0, __ATOMIC_SEQ_CST);
    return false;
}

void shmq_woken(struct shmq *q)
{
    doorbell_hush(&q->message);
}

int shmq_wait(struct shmq *q, int64_t deadline)
{
    while (shmq_sleep(q)) {
        int error = doorbell_wait(&q->message, deadline);
        if (error < 0)
            return error;
    }
    return 0;
}

// SPDX-License-Identifier: MIT
#include "sys/shmq.h"
#include "sys/doorbell.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The shared memory:
//
//   | shmq_shared | ring: room bytes                                                         |
//                 | .. free .. | length | message, padded to 8 | length | message | SKIP ~~~ |
//                              ^ head                                     ... tail: anywhere ^
//
// `tail` and `head` count bytes written and read since the beginning and never wrap; a position in
// the ring is one of them modulo the room. A message that does not fit before the end of the ring
// begins at its start, and SKIP stands where its length would have been. One store of `tail`
// publishes a message (and the SKIP before it), one store of `head` frees it.
//
// The reader sleeps under sys/doorbell.h for a change of `tail` or `closed`, the writer for one of
// `head`; so these are stored, and loaded before sleeping, sequentially consistent.
//
// Each side keeps its own position in its own memory, believes that, and checks what it reads of
// the other's.
enum { SHMQ_LEAST_ROOM = 4096, SHMQ_MOST_ROOM = 1 << 30, SHMQ_LINE = 64 };
#define SHMQ_MAGIC UINT64_C(0x71736c7761727431)
#define SHMQ_SKIP UINT64_MAX
#define SHMQ_ALIGNED _Alignas(SHMQ_LINE)

struct shmq_shared {
    uint64_t magic, room;
    SHMQ_ALIGNED uint64_t tail;    // written by the writer
    uint32_t closed, pad;          // written by the writer
    SHMQ_ALIGNED uint64_t head;    // written by the reader
    SHMQ_ALIGNED uint32_t asleep;  // the reader; see sys/doorbell.h
    SHMQ_ALIGNED uint32_t starved; // the writer
    SHMQ_ALIGNED char ring[];
};

struct shmq {
    struct shmq_shared *shared;
    char *ring;
    uint64_t room;
    size_t mapped;
    int memory; // -1 for threads
    struct doorbell message, vacancy;
    struct {
        SHMQ_ALIGNED uint64_t tail;
        uint64_t head;  // as last read
        uint64_t start; // of what is reserved
        size_t reserved;
        bool broken, closed;
    } writer;
    struct {
        SHMQ_ALIGNED uint64_t head;
        uint64_t tail; // as last read
        uint64_t next; // behind what was peeked
        bool broken;
    } reader;
};

static uint64_t shmq_record(uint64_t n)
{
    return sizeof(uint64_t) + ((n + 7) & ~UINT64_C(7));
}

// ---- Life

static int shmq_attach(struct shmq **out, const int fds[SHMQ_FDS], size_t mapped)
{
    struct shmq *q = aligned_alloc(SHMQ_LINE, sizeof *q);
    if (!q)
        return -ENOMEM;
    memset(q, 0, sizeof *q);
    int flags = fds[0] < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    void *p = mmap(NULL, mapped, PROT_READ | PROT_WRITE, flags, fds[0], 0);
    if (p == MAP_FAILED) {
        int error = -errno;
        free(q);
        return error;
    }
    q->shared = p;
    q->ring = q->shared->ring;
    q->room = mapped - sizeof *q->shared;
    q->mapped = mapped;
    q->memory = fds[0];
    q->message = (struct doorbell){ &q->shared->asleep, fds[1] };
    q->vacancy = (struct doorbell){ &q->shared->starved, fds[2] };
    *out = q;
    return 0;
}

// Sealed, so that no peer can pull the memory from under the other.
static int shmq_memory(size_t size)
{
    int error, fd = memfd_create("trawl-queue", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)size) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return fd;
    error = -errno;
    close(fd);
    return error;
}

int shmq_new(struct shmq **out, size_t room, enum shmq_reach reach)
{
    struct shmq *q;
    size_t rounded = SHMQ_LEAST_ROOM;
    int error, fds[SHMQ_FDS] = { -1, -1, -1 };
    if (room > SHMQ_MOST_ROOM)
        return -EINVAL;
    while (rounded < room)
        rounded *= 2;
    size_t mapped = sizeof(struct shmq_shared) + rounded;
    if (reach == SHMQ_PROCESSES && (fds[0] = shmq_memory(mapped)) < 0)
        return fds[0];
    for (int i = 1; i < SHMQ_FDS; i++)
        if ((error = fds[i] = doorbell_open()) < 0)
            goto failed;
    error = shmq_attach(&q, fds, mapped);
    if (error < 0)
        goto failed;
    q->shared->magic = SHMQ_MAGIC;
    q->shared->room = rounded;
    *out = q;
    return 0;
failed:
    for (int i = 0; i < SHMQ_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return error;
}

int shmq_fds(const struct shmq *q, int fds[SHMQ_FDS])
{
    if (q->memory < 0)
        return -EINVAL;
    fds[0] = q->memory;
    fds[1] = q->message.fd;
    fds[2] = q->vacancy.fd;
    return 0;
}

int shmq_map(struct shmq **out, const int fds[SHMQ_FDS])
{
    struct shmq *q;
    struct stat st;
    if (fstat(fds[0], &st) < 0 || st.st_size < (off_t)sizeof(struct shmq_shared))
        return -EPROTO;
    uint64_t room = (uint64_t)st.st_size - sizeof(struct shmq_shared);
    if (room < SHMQ_LEAST_ROOM || room > SHMQ_MOST_ROOM || (room & (room - 1)))
        return -EPROTO;
    int error = shmq_attach(&q, fds, (size_t)st.st_size);
    if (error < 0)
        return error;
    if (q->shared->magic != SHMQ_MAGIC || q->shared->room != room) {
        munmap(q->shared, q->mapped);
        free(q);
        return -EPROTO;
    }
    *out = q;
    return 0;
}

void shmq_free(struct shmq *q)
{
    if (!q)
        return;
    munmap(q->shared, q->mapped);
    if (q->memory >= 0)
        close(q->memory);
    close(q->message.fd);
    close(q->vacancy.fd);
    free(q);
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

static int shmq_find_room(struct shmq *q, size_t n)
{
    if (n > shmq_longest(q))
        return -EMSGSIZE;
    if (q->writer.broken)
        return -EPROTO;
    if (shmq_fits(q, shmq_record(n)))
        return 0;
    uint64_t head = __atomic_load_n(&q->shared->head, __ATOMIC_SEQ_CST);
    if (head - q->writer.head > q->writer.tail - q->writer.head || head & 7) {
        q->writer.broken = true;
        return -EPROTO;
    }
    q->writer.head = head;
    return shmq_fits(q, shmq_record(n)) ? 0 : -EAGAIN;
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

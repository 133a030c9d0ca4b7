// SPDX-License-Identifier: MIT
#include "sys/shmq_ring.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHMQ_LEAST_ROOM = 4096, SHMQ_MOST_ROOM = 1 << 30 };
#define SHMQ_MAGIC UINT64_C(0x71736c7761727431)

static int shmq_attach(struct shmq **out, const int fds[SHMQ_FDS], size_t mapped)
{
    struct shmq *q = aligned_alloc(SHMQ_LINE, sizeof *q);
    if (!q)
        return -ENOMEM;
    memset(q, 0, sizeof *q);
    // Between threads private: neighbours are then one mapping to the kernel, which counts them.
    bool shared = fds[0] >= 0;
    int flags = shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
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
    q->message = (struct doorbell){ .asleep = &q->shared->asleep, .fd = fds[1], .shared = shared };
    q->vacancy = (struct doorbell){ .asleep = &q->shared->starved, .fd = fds[2], .shared = shared };
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

static int shmq_open_bells(int fds[SHMQ_FDS], unsigned kind)
{
    if (!(kind & SHMQ_BARE_READER) && (fds[1] = doorbell_open()) < 0)
        return fds[1];
    if (!(kind & SHMQ_BARE_WRITER) && (fds[2] = doorbell_open()) < 0)
        return fds[2];
    return 0;
}

int shmq_new(struct shmq **out, size_t room, unsigned kind)
{
    struct shmq *q;
    size_t rounded = SHMQ_LEAST_ROOM;
    int error, fds[SHMQ_FDS] = { -1, -1, -1 };
    if (room > SHMQ_MOST_ROOM)
        return -EINVAL;
    while (rounded < room)
        rounded *= 2;
    size_t mapped = sizeof(struct shmq_shared) + rounded;
    if (kind & SHMQ_PROCESSES && (fds[0] = shmq_memory(mapped)) < 0)
        return fds[0];
    error = shmq_open_bells(fds, kind);
    if (error == 0)
        error = shmq_attach(&q, fds, mapped);
    if (error)
        goto failed;
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): errno is not 0 there
    q->shared->magic = SHMQ_MAGIC;
    q->shared->room = rounded;
    q->shared->kind = kind;
    q->sparing = kind & SHMQ_SPARING;
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

// Whether what stands in the memory fits what was received.
static bool shmq_fits_descriptors(const struct shmq *q)
{
    uint64_t kind = q->shared->kind;
    return q->shared->magic == SHMQ_MAGIC && q->shared->room == q->room && kind & SHMQ_PROCESSES &&
           !(kind & SHMQ_BARE_READER) == (q->message.fd >= 0) &&
           !(kind & SHMQ_BARE_WRITER) == (q->vacancy.fd >= 0);
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
    if (error)
        return error;
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): errno is not 0 there
    if (!shmq_fits_descriptors(q)) {
        munmap(q->shared, q->mapped);
        free(q);
        return -EPROTO;
    }
    q->sparing = q->shared->kind & SHMQ_SPARING;
    *out = q;
    return 0;
}

void shmq_free(struct shmq *q)
{
    if (!q)
        return;
    munmap(q->shared, q->mapped);
    const int fds[SHMQ_FDS] = { q->memory, q->message.fd, q->vacancy.fd };
    for (int i = 0; i < SHMQ_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(q);
}

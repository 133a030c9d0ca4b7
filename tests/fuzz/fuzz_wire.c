// SPDX-License-Identifier: MIT
// A worker gone mad at its end of the queue: what it writes as messages, and where it scribbles
// over the memory that it shares. Its reader gets whole messages within their bounds, or an error.
#include "engine/wire.h"
#include "fuzz.h"
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { ROOM = 4096, MOST = 1 << 16, STEPS = 200 };

// The shared memory as the other process sees it.
struct scribble {
    char *p;
    size_t n;
};

static struct scribble scribble_map(const struct shmq *q)
{
    int fds[SHMQ_FDS];
    struct stat st;
    FUZZ_MUST(shmq_fds(q, fds) == 0 && fstat(fds[0], &st) == 0);
    struct scribble s = { NULL, (size_t)st.st_size };
    s.p = mmap(NULL, s.n, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
    FUZZ_MUST(s.p != MAP_FAILED);
    return s;
}

static struct span take(struct span *rest, size_t n)
{
    struct span head = { rest->p, n < rest->n ? n : rest->n };
    rest->p += head.n;
    rest->n -= head.n;
    return head;
}

static size_t two_bytes(struct span *rest)
{
    size_t high = fuzz_byte(rest);
    return high << 8 | fuzz_byte(rest);
}

// Does one thing that a writer may do, or must not.
static void write_something(struct shmq *q, struct scribble *s, struct span *rest)
{
    static const char zeros[MOST];
    uint64_t length;
    struct span some;
    switch (fuzz_byte(rest) % 8) {
    case 0: // says how long a message in pieces is
        length = two_bytes(rest) << (fuzz_byte(rest) % 48);
        shmq_write(q, &length, sizeof length);
        break;
    case 1:
        shmq_write(q, zeros, two_bytes(rest) % ROOM);
        break;
    case 2:
        some = take(rest, fuzz_byte(rest));
        memcpy(s->p + two_bytes(rest) % (s->n - 255), some.p, some.n);
        break;
    case 3: // where positions stand
        some = take(rest, 8);
        memcpy(s->p + (fuzz_byte(rest) * 8) % 512, some.p, some.n);
        break;
    case 4:
        shmq_close(q);
        break;
    default:
        some = take(rest, fuzz_byte(rest));
        shmq_write(q, some.p, some.n);
    }
}

// Reads what there is. Returns what ended it.
static int read_all(struct wire_in *w)
{
    const void *p;
    size_t n;
    int e;
    for (unsigned k = 0; (e = wire_receive(w, &p, &n)) == 1 && k < STEPS; k++) {
        volatile char sum = 0;
        FUZZ_MUST((uintptr_t)p % 8 == 0 && n <= MOST);
        for (size_t at = 0; at < n; at++)
            sum = (char)(sum + ((const char *)p)[at]);
        if (k % 3 == 0)
            wire_release(w);
    }
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size);
    struct shmq *q;
    unsigned kind = SHMQ_PROCESSES | SHMQ_BARE_READER | SHMQ_BARE_WRITER;
    FUZZ_MUST(shmq_new(&q, ROOM, kind | (fuzz_byte(&rest) & 1 ? SHMQ_SPARING : 0)) == 0);
    struct scribble s = scribble_map(q);
    struct wire_in w = { .q = q, .most = MOST };
    for (int e = 0; rest.n && e != -EPROTO;) {
        write_something(q, &s, &rest);
        e = read_all(&w);
    }
    read_all(&w);
    munmap(s.p, s.n);
    wire_in_fini(&w);
    shmq_free(q);
    return 0;
}

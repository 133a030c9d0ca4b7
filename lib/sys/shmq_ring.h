// SPDX-License-Identifier: MIT
#ifndef SYS_SHMQ_RING_H
#define SYS_SHMQ_RING_H
#include "sys/doorbell.h"
#include "sys/shmq.h"

// What the two files of shmq share: shmq_life.c, which makes and ends it, and shmq.c, which writes
// and reads. Nobody else includes this.
//
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
// In a sparing queue a message that finds it empty begins at the start of the ring, wherever the
// last one was: the rest counts as skipped until the message has been read.
//
// Each side keeps its own position in its own memory, believes that, and checks what it reads of
// the other's.
enum { SHMQ_LINE = 64 };
#define SHMQ_ALIGNED _Alignas(SHMQ_LINE)

struct shmq_shared {
    uint64_t magic, room, kind;
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
    bool sparing;
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
#endif

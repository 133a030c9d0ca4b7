// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_BATON_H
#define BENCH_MICRO_BATON_H
#include "bench/micro_probe.h"

// Two threads, or two processes, that let each other go on by turns: what it costs the kernel to
// stop one and wake another. A round trip is two such switches.

enum micro_way {
    MICRO_FUTEX,   // a word in shared memory and futex(2): what mutexes and conditions are made of
    MICRO_EVENTFD, // a counter with a descriptor
    MICRO_PIPE,    // a byte
};

struct micro_baton {
    enum micro_way way;
    struct micro_baton_shared *shared; // memory that both sides see
    int fd[2][2];                      // a side's: to read from, to write to
};

// Made before the other side is. Errors: -ENOMEM, -EMFILE, -ENFILE.
int micro_baton_open(struct micro_baton *b, enum micro_way way);
void micro_baton_close(struct micro_baton *b);

// The asking side, 0: makes round trips for `span` ns, in each of which side 1 is let go on and
// lets us go on, and counts switches. `peer` is the process that side 1 is in, 0: our own. Errors:
// what the system call gave.
int micro_baton_time(struct micro_baton *b, pid_t peer, int64_t span, struct micro_sample *out);

// The answering side, 1: answers until the other ends it. Returns 0 or a negative errno.
int micro_baton_answer(struct micro_baton *b);

// Side 0 ends it: side 1 returns from micro_baton_answer.
void micro_baton_end(struct micro_baton *b);
#endif

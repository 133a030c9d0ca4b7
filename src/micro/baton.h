// SPDX-License-Identifier: MIT
#ifndef MICRO_BATON_H
#define MICRO_BATON_H
#include "micro/probe.h"

// Two threads, or two processes, that let each other go on by turns: what it costs the kernel to
// stop one and wake another. A round trip is two such switches.

enum baton_way {
    BATON_FUTEX,   // a word in shared memory and futex(2): what mutexes and conditions are made of
    BATON_EVENTFD, // a counter with a descriptor
    BATON_PIPE,    // a byte
};

struct baton {
    enum baton_way way;
    struct baton_shared *shared; // memory that both sides see
    int fd[2][2];                // a side's: to read from, to write to
};

// Made before the other side is. Errors: -ENOMEM, -EMFILE, -ENFILE.
int baton_open(struct baton *b, enum baton_way way);
void baton_close(struct baton *b);

// The asking side, 0: makes round trips for `span` ns, in each of which side 1 is let go on and
// lets us go on, and counts switches. `peer` is the process that side 1 is in, 0: our own. Errors:
// what the system call gave.
int baton_time(struct baton *b, pid_t peer, int64_t span, struct probe_sample *out);

// The answering side, 1: answers until the other ends it. Returns 0 or a negative errno.
int baton_answer(struct baton *b);

// Side 0 ends it: side 1 returns from baton_answer.
void baton_end(struct baton *b);
#endif

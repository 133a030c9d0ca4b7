// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_PARKING_H
#define BENCH_MICRO_PARKING_H
#include <stdint.h>

// A place where threads, or processes forked after it was opened, wait until all are let go at
// once.
struct micro_parking {
    struct micro_parking_shared *shared;
};

// Errors: -ENOMEM.
int micro_parking_open(struct micro_parking *p);

// Nobody may wait there any more.
void micro_parking_close(struct micro_parking *p);

// Says that the caller is there, and waits.
void micro_parking_wait(struct micro_parking *p);

// Waits until `n` are there and asleep, or as good as. Blocks without end if one never comes.
void micro_parking_full(struct micro_parking *p, unsigned n);

// Lets all go, and those that come later pass.
void micro_parking_release(struct micro_parking *p);
#endif

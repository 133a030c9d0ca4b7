// SPDX-License-Identifier: MIT
#ifndef MICRO_PARKING_H
#define MICRO_PARKING_H
#include <stdint.h>

// A place where threads, or processes forked after it was opened, wait until all are let go at
// once.
struct parking {
    struct parking_shared *shared;
};

// Errors: -ENOMEM.
int parking_open(struct parking *p);

// Nobody may wait there any more.
void parking_close(struct parking *p);

// Says that the caller is there, and waits.
void parking_wait(struct parking *p);

// Waits until `n` are there and asleep, or as good as. Blocks without end if one never comes.
void parking_full(struct parking *p, unsigned n);

// Lets all go, and those that come later pass.
void parking_release(struct parking *p);
#endif

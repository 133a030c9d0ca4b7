// SPDX-License-Identifier: MIT
#ifndef FETCH_SLOWNESS_H
#define FETCH_SLOWNESS_H
#include <stdbool.h>
#include <stdint.h>

// Whether an exchange has been slower than so many bytes a second for so long, on average over that
// time; libcurl's own LOW_SPEED_LIMIT would arm a timer for each transfer. The time is divided by
// marks, so that it is noticed an eighth of it late at most.
enum { SLOWNESS_MARKS = 8 };

// { 0 } has not begun.
struct slowness {
    int64_t next;                // when the next mark is due
    uint64_t at[SLOWNESS_MARKS]; // bytes moved at the last marks, a ring
    unsigned marks;              // made in all
};

// Asks at `now` (monotonic ns), when `bytes` have been moved in all, and at least every time /
// SLOWNESS_MARKS. Pure.
bool slowness_check(struct slowness *s, int64_t now, uint64_t bytes, uint64_t min_speed,
                    int64_t time);
#endif

// SPDX-License-Identifier: MIT
#ifndef FETCH_SLOWNESS_H
#define FETCH_SLOWNESS_H
#include <stdbool.h>
#include <stdint.h>

// Whether an exchange has been slower than so many bytes a second, on average, for so long;
// libcurl's own LOW_SPEED_LIMIT would arm a timer for each transfer. Marks an eighth of the time
// apart remember how far it had got.
enum { SLOWNESS_MARKS = 10 };

// { 0 } has not begun.
struct slowness {
    struct {
        int64_t at; // monotonic ns
        uint64_t bytes;
    } mark[SLOWNESS_MARKS]; // a ring
    unsigned marks;         // made in all
};

// Asks at `now`, when `bytes` have been moved in all; every eighth of `time`, or more often, or,
// for an answer that is late, less often. The first call is the beginning. Pure.
bool slowness_check(struct slowness *s, int64_t now, uint64_t bytes, uint64_t min_speed,
                    int64_t time);
#endif

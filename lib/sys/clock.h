// SPDX-License-Identifier: MIT
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H
#include <stdint.h>

// Times are int64 nanoseconds. Monotonic times order and measure; wall times (since 1970, UTC) are
// for people and HTTP. A deadline is a monotonic time; CLOCK_NEVER is later than all of them.
#define CLOCK_NEVER INT64_MAX
#define CLOCK_US INT64_C(1000)
#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

// CLOCK_MONOTONIC now.
int64_t clock_mono(void);

// Blocks the thread until `until` (monotonic).
void clock_sleep(int64_t until);

// CLOCK_REALTIME now.
int64_t clock_wall(void);

// `t + d`, kept at CLOCK_NEVER when it would pass it. `d` must not be negative.
static inline int64_t clock_after(int64_t t, int64_t d)
{
    return d >= CLOCK_NEVER - t ? CLOCK_NEVER : t + d;
}
#endif

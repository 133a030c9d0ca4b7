// SPDX-License-Identifier: MIT
#ifndef FRONTIER_BUCKET_H
#define FRONTIER_BUCKET_H
#include <stdint.h>

// A rate limit as a pure function of time: the generic cell rate algorithm, a token bucket that
// stores one time instead of a level. Starts are `interval` apart; one may come up to `slack` early
// to make up for starts that came late, so that a loop which wakes once a millisecond still reaches
// 20,000 a second. { 0 } lets everything pass.
struct bucket {
    int64_t interval, slack; // ns; interval 0: no limit
    int64_t due;             // when the next start falls, if none is late
};

// A limit of `rate` starts a second; 0: none.
void bucket_init(struct bucket *b, double rate);

// The earliest time at which a start may happen; not after `now`: now.
int64_t bucket_next(const struct bucket *b, int64_t now);

// Counts a start at `now`.
void bucket_take(struct bucket *b, int64_t now);
#endif

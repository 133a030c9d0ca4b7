// SPDX-License-Identifier: MIT
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H
#include "bench/result.h"
#include "data/histogram.h"

// What repetitions come to, and which cells may be compared. Pure but for memory.

// Puts the figures and sums of every cell together from its repetitions.
void compare_sum_up(struct bench_result *r);

// Puts the curve of a cell together from the latencies of all its repetitions (us).
void compare_curve(struct bench_cell *c, const struct histogram *latency);

// Looks whether the cells of each workload did the same work, and marks those that did not as odd:
// to compare who succeeded with who did not is to compare nothing. With a number of URLs, every
// repetition must have had the same number of successes; with a time, the same share to one in a
// thousand. Where every body should have the same length, it must have had that. Sets `unequal`.
void compare_work(struct bench_result *r);

// Whether a cell has figures that may be set beside those of others.
bool compare_counts(const struct bench_cell *c);
#endif

// SPDX-License-Identifier: MIT
#ifndef DATA_HISTOGRAM_H
#define DATA_HISTOGRAM_H
#include <stdint.h>

// Counts of non-negative values in buckets whose width is at most 1/64 of their value (an error of
// under 1.6 %), from 0 to 2^41; all above falls in the last bucket, whose quantile is the largest
// value. 18 KB; never allocates.
enum { HISTOGRAM_SUB = 64, HISTOGRAM_BUCKETS = HISTOGRAM_SUB * 36 };
struct histogram {
    uint64_t bucket[HISTOGRAM_BUCKETS];
    uint64_t count, max, sum;
};

// Counts `value` once. { 0 } is an empty histogram.
void histogram_add(struct histogram *h, uint64_t value);

// Adds everything `from` counted to `into`.
void histogram_merge(struct histogram *into, const struct histogram *from);

// The value at or below which the share `q` (0 to 1) of the counted values lies: the middle of its
// bucket, never above the largest value counted. 0 when nothing was counted.
uint64_t histogram_quantile(const struct histogram *h, double q);
#endif

// SPDX-License-Identifier: MIT
#include "data/histogram.h"

// Values below 64 have a bucket each. From there on every doubling is cut into 64 buckets:
//   [64,128) by 1, [128,256) by 2, ... [2^40,2^41) by 2^34.
enum { HISTOGRAM_SUB_BITS = 6, HISTOGRAM_TOP_BITS = 41 };

static unsigned histogram_index(uint64_t value)
{
    if (value < HISTOGRAM_SUB)
        return (unsigned)value;
    if (value >> HISTOGRAM_TOP_BITS)
        return HISTOGRAM_BUCKETS - 1;
    unsigned shift = 63 - HISTOGRAM_SUB_BITS - (unsigned)__builtin_clzll(value);
    return shift * HISTOGRAM_SUB + (unsigned)(value >> shift);
}

static uint64_t histogram_middle(unsigned index)
{
    if (index < HISTOGRAM_SUB)
        return index;
    unsigned shift = index / HISTOGRAM_SUB - 1;
    uint64_t low = (uint64_t)(HISTOGRAM_SUB + index % HISTOGRAM_SUB) << shift;
    return low + ((UINT64_C(1) << shift) >> 1);
}

void histogram_add(struct histogram *h, uint64_t value)
{
    h->bucket[histogram_index(value)]++;
    h->count++;
    h->sum += value;
    if (value > h->max)
        h->max = value;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->bucket[i] += from->bucket[i];
    into->count += from->count;
    into->sum += from->sum;
    if (from->max > into->max)
        into->max = from->max;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
    if (!h->count)
        return 0;
    // The rank of the wanted value, 1 to count: the smallest that has at least q of them at or
    // below it.
    double exact = q * (double)h->count;
    uint64_t rank = exact >= (double)h->count ? h->count : exact > 0 ? (uint64_t)exact : 0;
    if (rank == 0 || (double)rank < exact)
        rank++;
    uint64_t seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen < rank)
            continue;
        if (i == HISTOGRAM_BUCKETS - 1)
            return h->max;
        uint64_t middle = histogram_middle(i);
        return middle < h->max ? middle : h->max;
    }
    return h->max;
}

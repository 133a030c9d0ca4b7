// SPDX-License-Identifier: MIT
#include "visit/work.h"

enum { WORK_BLOCK = 1024 / sizeof(uint64_t) };

// Each step needs the one before (so it cannot be done side by side) and a word of the block.
static uint64_t work_round(uint64_t block[WORK_BLOCK], uint64_t x)
{
    for (unsigned i = 0; i < WORK_BLOCK; i++) {
        x = (x ^ block[i]) * UINT64_C(0x9e3779b97f4a7c15);
        x ^= x >> 29;
        block[i] += x;
    }
    return x;
}

void work_do(uint32_t rounds)
{
    uint64_t block[WORK_BLOCK], x = rounds;
    volatile uint64_t result;
    for (unsigned i = 0; i < WORK_BLOCK; i++)
        block[i] = i;
    for (uint32_t i = 0; i < rounds; i++)
        x = work_round(block, x);
    result = x; // so that nothing of it can be left out
    (void)result;
}

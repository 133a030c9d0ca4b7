// SPDX-License-Identifier: MIT
#ifndef BENCH_CALIBRATE_H
#define BENCH_CALIBRATE_H
#include <stdint.h>

// How many rounds of work (visit/work.h) take `time` ns here, on a CPU that has nothing else to do;
// at least 1. Takes about 0.1 s. Every cell then does that many, however long they take it: what is
// compared is the same work.
uint32_t calibrate_work(int64_t time);
#endif

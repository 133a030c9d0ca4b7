// SPDX-License-Identifier: MIT
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H
#include "bench/result.h"

// What each measure is called where machines read it, and what it is, for people. Literals.
struct measure {
    const char *name; // of its member in JSON, with its unit: "cpu_user_us"
    const char *what; // half a sentence
};

extern const struct measure measure_table[BENCH_MEASURES];

// The shares at which a curve of latencies has its points, rising; BENCH_CURVE of them.
extern const double measure_curve[BENCH_CURVE];
#endif

// SPDX-License-Identifier: MIT
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H
#include "bench/result.h"
#include "data/buffer.h"

// Appends what a bench found out for a person at a terminal, in lines of 100 columns at most: where
// and how it was measured, a table a workload, what may have spoiled it, and the reading. Pure.
// Memory failures stay in `out`.
void table_write(struct buffer *out, const struct bench_result *r);
#endif

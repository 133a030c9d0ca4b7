// SPDX-License-Identifier: MIT
#ifndef PAGE_TABLE_H
#define PAGE_TABLE_H
#include "bench/result.h"
#include "data/buffer.h"

// The tables of the page. Pure.

// All cells of a workload, those that could not be run with the reason; nothing when it has none.
void table_cells(struct buffer *b, const struct bench_result *r, enum bench_workload workload);

// Every row of micro.
void table_micro(struct buffer *b, const struct micro_result *m);
#endif

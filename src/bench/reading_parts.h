// SPDX-License-Identifier: MIT
#ifndef BENCH_READING_PARTS_H
#define BENCH_READING_PARTS_H
#include "bench/panel.h"

// What the files of the reading share; each adds sentences to r->reading and returns 0 or -ENOMEM.

#define READING_REACHED 0.85 // of what can be in flight: fewer is said

// Adds a sentence that was put together, and frees the buffer.
int reading_say(struct bench_texts *to, struct buffer *sentence);

// reading_speed.c: all of one workload.
int reading_workload(struct bench_result *r, enum bench_workload workload);

// reading_cost.c: what CPU and memory the engines of a group took.
int reading_cpu(struct bench_result *r, struct panel *g);
int reading_memory(struct bench_result *r, struct panel *all);
int reading_latency(struct bench_result *r, struct panel *g);
#endif

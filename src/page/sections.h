// SPDX-License-Identifier: MIT
#ifndef PAGE_SECTIONS_H
#define PAGE_SECTIONS_H
#include "bench/result.h"
#include "data/buffer.h"

// The parts of the page, from top to bottom; each writes nothing when it has nothing. Pure.

// What was done, with which command; warnings; what the figures mean.
void section_head(struct buffer *b, const struct bench_result *r);

// One workload: legend, plots, table.
void section_workload(struct buffer *b, const struct bench_result *r, enum bench_workload workload);

// What waiting costs by itself.
void section_micro(struct buffer *b, const struct bench_result *r);

// The machine, the plan, notes.
void section_facts(struct buffer *b, const struct bench_result *r);
#endif

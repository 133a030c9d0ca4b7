// SPDX-License-Identifier: MIT
#ifndef BENCH_PANEL_H
#define BENCH_PANEL_H
#include "bench/matrix.h"
#include "bench/result.h"
#include "data/buffer.h"

// Cells that may be set side by side: those of one workload at one concurrency that did the same
// work. Pure.
struct panel {
    const struct bench_cell *cell[MATRIX_ENGINES]; // as panel_sort left them
    unsigned count;
    enum bench_workload workload;
    unsigned in_flight;
};

// Fills `g` with what there is; in order of the engines.
void panel_gather(struct panel *g, const struct bench_result *r, enum bench_workload workload,
                  unsigned in_flight);

// The levels of a workload at which anything was measured, rising; `room` at most. Returns how
// many.
unsigned panel_levels(const struct bench_result *r, enum bench_workload workload, unsigned *level,
                      unsigned room);

// The level at which engines are compared: the highest at which two of them can be, or the highest.
// 0: there is none.
unsigned panel_main_level(const struct bench_result *r, enum bench_workload workload);

// A figure that may be a sum: of user and system time, of both kinds of switches. Count 0 when one
// of them is not known.
struct bench_figure panel_cpu(const struct bench_cell *c);
struct bench_figure panel_switches(const struct bench_cell *c);

// Sorts by a figure, `down`: the largest median first. Those that do not have it come last.
typedef struct bench_figure panel_figure(const struct bench_cell *c);
void panel_sort(struct panel *g, panel_figure *figure, bool down);

// Appends names of engines as in a sentence: "coro, threads and forks".
void panel_names(struct buffer *out, const struct bench_cell *const *cell, unsigned n);
#endif

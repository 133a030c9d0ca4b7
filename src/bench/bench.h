// SPDX-License-Identifier: MIT
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H
#include "bench/result.h"
#include "bench/setup.h"

struct crawl_settings;

// How a bench ended.
struct bench_end {
    int signal; // that ended it; 0: none
};

// Runs the whole of it: origins and lists, every cell of the matrix in turn, round after round,
// each in a process of its own, and what came of it. `crawl` says how each URL is fetched; `live`
// whether a line on a terminal shows how far it is. `out` is filled also when a signal ended it,
// with what had been measured by then. To be called before anything else is started: no loop, no
// thread. Blocks. Returns 0; errors, which have been said: -EINVAL (what is asked for cannot be),
// -ENOMEM, what starting the origin gave. `out` is ended with result_fini, whatever was returned.
int bench_run(struct bench_result *out, const struct bench_setup *setup,
              const struct crawl_settings *crawl, bool live, struct bench_end *end);
#endif

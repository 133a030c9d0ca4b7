// SPDX-License-Identifier: MIT
#ifndef OPTIONS_BENCH_OPTIONS_H
#define OPTIONS_BENCH_OPTIONS_H
#include "options/options.h"

// Readers of bench's options. Beside each, what lies at the row's offset.
options_reader bench_options_engines;   // struct matrix
options_reader bench_options_levels;    // struct matrix
options_reader bench_options_workloads; // struct matrix
options_reader bench_options_cpus;      // struct bench_cpus
#endif

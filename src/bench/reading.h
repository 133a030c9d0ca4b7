// SPDX-License-Identifier: MIT
#ifndef BENCH_READING_H
#define BENCH_READING_H
#include "bench/result.h"

// What figures mean, in plain sentences. Pure but for memory: everything is in the result.

// Fills `reading` (which engine won what, by how much and, as far as the figures tell, why),
// `notes` (what one should know of single cells) and more of `warnings` (what went on beside, and
// what was measured in place of the engines: the origin, the machine). It claims nothing where
// ranges overlap, and compares nothing that did not do the same work. Errors: -ENOMEM.
int reading_write(struct bench_result *r);
#endif

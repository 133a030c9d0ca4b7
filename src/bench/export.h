// SPDX-License-Identifier: MIT
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H
#include "bench/result.h"
#include "data/buffer.h"

// Appends everything in `r` as one JSON object on one line: "machine", "plan", "cells" with
// "repetitions" and "figures" (named as in measure.h), "warnings", "notes", "reading", "unequal",
// "interrupted" and, when they were measured, "micro". What is not known is null. Pure. Memory
// failures stay in `out`.
void export_json(struct buffer *out, const struct bench_result *r);
#endif

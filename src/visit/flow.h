// SPDX-License-Identifier: MIT
#ifndef VISIT_FLOW_H
#define VISIT_FLOW_H
#include <stdbool.h>
#include <stdint.h>

// What all workers of a run receive together, counted and held to a rate. It lies in memory that
// processes share: made before any of them is forked, at the same address in all of them; nothing
// in it but atomics, so that a worker may die at any instant.
//
// The rate is one line in time. Whoever has received n bytes takes the next n bytes' worth of it,
// and receives nothing more until that has passed. So all get turns, in the order in which they
// came, and nobody starves; what was left unused is not saved up, but for a tenth of a second.
struct flow;

// `rate` is in bytes a second; 0: they are counted only. Errors: -ENOMEM.
int flow_new(struct flow **out, uint64_t rate);

// Unmaps it, in this process. NULL is legal.
void flow_free(struct flow *f);

// Whether there is a rate.
bool flow_limits(const struct flow *f);

// Bytes received so far, over all workers.
uint64_t flow_received(const struct flow *f);

// Counts `n` bytes that have been received. Returns until when (monotonic ns) their receiver shall
// receive nothing more; `now`: it may go on.
int64_t flow_take(struct flow *f, uint64_t n, int64_t now);

// When everything that was received so far has had its time.
int64_t flow_due(const struct flow *f);
#endif

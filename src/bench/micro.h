// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H
#include "bench/micro_result.h"
#include "data/buffer.h"
#include <stdint.h>

// `trawl bench --micro`: what a switch, a spawn and a parked unit cost on this machine, for
// coroutine, thread and process, and a message between processes through shared memory and through
// a pipe. Each measurement runs in a process of its own (probe.h), pinned to a CPU, for a few
// hundredths of a second, several times; a round measures everything once, so that what disturbs
// the machine for a while disturbs all of them.

// All 0: the defaults, about ten seconds in all.
struct micro_options {
    unsigned most[MICRO_KINDS]; // how many to park; 0: 10,000 coroutines, 1,000 threads, 200
                                // processes
    unsigned rounds;            // 0: 7
    int64_t span;               // ns that a measurement lasts; 0: 25 ms
    // Called before each measurement, on the caller's thread; NULL: none. Returns false to end it.
    bool (*progress)(void *arg, const char *what, unsigned done, unsigned all);
    void *arg;
};

// Measures. Takes the calling thread, which must be the only one of the process, about ten seconds.
// A row that could not be measured has a note that says why, and does not fail the others. Errors,
// `out` untouched: -EINTR (progress said so), -ENOMEM.
int micro_run(struct micro_result *out, const struct micro_options *o);

// Appends tables for a terminal, and a value of JSON (an object). Pure. Memory failures stay in
// `out`.
void micro_table(struct buffer *out, const struct micro_result *m);
void micro_json(struct buffer *out, const struct micro_result *m);

// The row with this id; NULL: there is none.
const struct micro_row *micro_find(const struct micro_result *m, const char *id);
#endif

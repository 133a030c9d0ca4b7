// SPDX-License-Identifier: MIT
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H
#include "crawl/crawl.h"
#include "data/buffer.h"

// What a run came to, for a person.

// Appends the summary of a finished run: counts by status and by error, how long exchanges took,
// the slowest hosts, speed, memory. `memory` is the most bytes that this process held, `worker`
// that the largest of its worker processes did; 0 leaves them out. Pure. Memory failures stay in
// `out`.
void summary_format(struct buffer *out, const struct crawl_stats *s, enum crawl_end end,
                    uint64_t memory, uint64_t worker);

// Writes the summary to standard error, with the memory of this process.
void summary_print(const struct crawl_stats *s, enum crawl_end end, uint64_t worker);

// Appends one line about the run, for setting several side by side: "coro  5,000 URLs  2.31 s 2,165
// URLs/s ...".
void summary_line(struct buffer *out, const char *label, const struct crawl_stats *s);
#endif

// SPDX-License-Identifier: MIT
#ifndef REPORT_LIVE_LINE_H
#define REPORT_LIVE_LINE_H
#include "crawl/stats.h"
#include "data/buffer.h"

// What the live line of a run says, computed from its statistics. Pure: time comes with them.

enum { LIVE_LINE_SAMPLES = 32 };

// The last few seconds, from which speeds are taken. { 0 } before the first.
struct live_line_history {
    struct {
        int64_t at;
        uint64_t records, bytes;
    } sample[LIVE_LINE_SAMPLES];
    unsigned count; // ever taken
};

// Remembers where the run is now.
void live_line_remember(struct live_line_history *h, const struct crawl_stats *s);

// How many URLs there will be in all: known when the input has been read to its end, guessed
// (`guess`) from the share of its bytes that was read before that; 0 when neither can be said.
uint64_t live_line_total(const struct crawl_stats *s, bool *guess);

// Appends the line: done and left, URLs and bytes a second, requests in flight, time left, errors
// by kind, as many of these as fit into `columns`, in this order. `label` (NULL: none) comes first.
// With `colour` failures are red. No newline.
void live_line_write(struct buffer *out, const char *label, const struct crawl_stats *s,
                     const struct live_line_history *h, unsigned columns, bool colour);
#endif

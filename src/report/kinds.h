// SPDX-License-Identifier: MIT
#ifndef REPORT_KINDS_H
#define REPORT_KINDS_H
#include "crawl/stats.h"

// How URLs ended, as names and counts: "404" and "timeout" stand side by side. Pure.
struct kind {
    char name[24]; // a status, or the word of an error
    uint64_t count;
};

enum { KINDS_MOST = 600 + FETCH_ERROR_COUNT };

// Fill `out` (at most `room`) and return how many there are in it: statuses in order of number,
// errors by falling count, failures (errors, and statuses of 400 or more) by falling count, all
// ends by falling count.
unsigned kinds_statuses(const struct crawl_stats *s, struct kind *out, unsigned room);
unsigned kinds_errors(const struct crawl_stats *s, struct kind *out, unsigned room);
unsigned kinds_ends(const struct crawl_stats *s, struct kind *out, unsigned room);
unsigned kinds_failures(const struct crawl_stats *s, struct kind *out, unsigned room);

// The same of the links that a crawl left out, by reason, by falling count.
unsigned kinds_left_out(const struct crawl_stats *s, struct kind *out, unsigned room);
#endif

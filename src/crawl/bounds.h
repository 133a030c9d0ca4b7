// SPDX-License-Identifier: MIT
#ifndef CRAWL_BOUNDS_H
#define CRAWL_BOUNDS_H
#include <stdbool.h>
#include <stdint.h>

// What a run as a whole may come to. Pure. When a limit is reached nothing new is started, what is
// in flight may finish, and the rest of the list stays undone. The one on URLs is kept where lines
// are taken (intake.c), so that it is exact.
struct bounds {
    int64_t time;   // ns from the start of the run; 0: none
    uint64_t urls;  // lines of the list; 0: none
    uint64_t bytes; // received, heads included; 0: none
};

enum bounds_kind { BOUNDS_NONE, BOUNDS_TIME, BOUNDS_URLS, BOUNDS_BYTES };

// Which limit, of time and bytes, a run has reached that has gone on for `elapsed` ns and received
// so many bytes.
enum bounds_kind bounds_reached(const struct bounds *b, int64_t elapsed, uint64_t bytes);

// The option's name, for people: "--max-bytes". A literal.
const char *bounds_name(enum bounds_kind kind);

// Requests in flight that make sense when `rate` bytes a second are to be shared, of the `most`
// that are wanted: so many that each has a KB a second, for a server gives up on who takes less.
unsigned bounds_in_flight(uint64_t rate, unsigned most);
#endif

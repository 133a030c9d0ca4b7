// SPDX-License-Identifier: MIT
#ifndef CRAWL_GAUGE_H
#define CRAWL_GAUGE_H
#include "fetch/error.h"
#include <stdbool.h>
#include <stdint.h>

struct coordinator;
struct outcome;

// How one URL of a run that is measured ended.
struct gauge_end {
    int64_t from, now; // monotonic ns: when it was sent, or (open) should have been; and now
    enum fetch_error error;
    int status;
    uint64_t bytes;     // of its body, as received
    unsigned in_flight; // exchanges that were under way with it, those that ended with it included
};

// What somebody who measures a run wants of it beyond what it does anyway; crawl_settings.gauge is
// NULL when nobody does, and a run then does nothing for it.
//
// Closed (`rate` 0): a URL starts when there is room for it, and is late for nothing. Open: the nth
// URL should start n / rate after the first, room or not. When there is none it starts as soon as
// there is, and its time counts from when it should have: else the slowest moments, in which
// nothing could start, would be measured least (coordinated omission). Retries and redirects are
// part of their URL and have no place in the schedule. A start may be a millisecond early, as a
// loop that wakes once a millisecond can do it; then its time counts from when it was.
struct gauge {
    double rate; // starts a second; 0: closed
    // Nothing starts before every worker of every engine can work, or `patience` ns have passed.
    int64_t patience;
    // Called on the coordinator's loop; they must not park. The first once, before the first start.
    void (*ready)(struct gauge *g, unsigned workers, unsigned lacking);
    void (*ended)(struct gauge *g, const struct gauge_end *e);
    // The coordinator's:
    bool open; // `ready` was called
    int64_t began;
    uint64_t started;   // URLs
    unsigned in_flight; // before those that have ended in this round are taken
};

// Whether URLs may start: the workers are there. Looks again when they are not; then the caller
// should ask again soon.
bool gauge_open(struct coordinator *c);

// When the schedule has the next URL start; a time that has passed: now.
int64_t gauge_due(const struct gauge *g, int64_t now);

// Counts the start of a URL at `now`, and returns when it should have been.
int64_t gauge_start(struct gauge *g, int64_t now);
#endif

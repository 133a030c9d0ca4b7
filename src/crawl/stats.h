// SPDX-License-Identifier: MIT
#ifndef CRAWL_STATS_H
#define CRAWL_STATS_H
#include "crawl/settings.h"
#include "data/histogram.h"
#include "discover/left_out.h"
#include "fetch/error.h"

enum { STATS_SLOWEST = 5, STATS_HOST_NAME = 64 };

// One of the hosts whose exchanges took longest, by their mean.
struct stats_host {
    char name[STATS_HOST_NAME]; // cut when longer
    uint64_t exchanges;
    int64_t mean; // ns
};

// One engine's share of the work.
struct stats_engine {
    const char *name; // a literal
    uint64_t exchanges, records;
    uint64_t errors;           // of the exchanges
    uint64_t bytes;            // of bodies, as received
    int64_t spent;             // ns over all exchanges without an error
    struct engine_usage usage; // of its workers; known when it is closed
};

// What a run has done so far; a plain value that anybody may read on the coordinator's loop.
struct crawl_stats {
    int64_t began, now; // monotonic ns
    uint64_t total;     // lines of the input, when it has been read to its end; 0: not known yet
    uint64_t bytes_read, bytes_size; // of the input; size 0: not known (a pipe)
    uint64_t taken;                  // lines taken from the input so far
    uint64_t records;                // written: done
    uint64_t failed;                 // of those: an error, or a status of 400 or more
    uint64_t skipped;                // of those: not fetched, for a file was there
    uint64_t not_modified;           // of those: known from an earlier run, and still so
    uint64_t exchanges, retries, redirects;
    uint64_t robots;      // exchanges for robots.txt, not among those
    uint64_t denied;      // records of URLs that a robots.txt does not allow
    uint64_t given_up;    // hosts
    uint64_t bytes;       // of bodies, as received
    uint64_t status[600]; // records by HTTP status; index 0 unused; 600 and over count as 599
    uint64_t error[FETCH_ERROR_COUNT];        // records by error
    uint64_t links;                           // found in pages, those that were known too
    uint64_t left_out[LEFT_OUT_COUNT];        // of those: not followed, by reason
    unsigned in_flight;                       // exchanges under way now
    uint64_t waiting;                         // URLs taken and not yet done
    unsigned hosts;                           // known now
    struct histogram latency;                 // us, of each completed exchange
    struct stats_host slowest[STATS_SLOWEST]; // slowest first; those with a name
    struct stats_engine engine[CRAWL_ENGINES];
    unsigned engines;
};
#endif

// SPDX-License-Identifier: MIT
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H
#include "crawl/crawl.h"
#include "proc/tree.h"
#include <sched.h>

// The process that is measured: one engine at one concurrency, run once, from beginning to end. It
// has been forked before anything else was started, so that what it uses is what its engine needs.
//
//     starting ──► warming ──► measuring ──► over
//
// Starting ends when every worker can work. Warming ends when its time has passed and every worker
// may have had a URL: connections stand, caches are warm. Measuring ends with a number of URLs or a
// time, at full load: nothing is measured of how a run fades out. Counters are read at both ends of
// that window, in this process, which stands still meanwhile.
enum subject_phase { SUBJECT_STARTING, SUBJECT_WARMING, SUBJECT_MEASURING, SUBJECT_OVER };

enum { SUBJECT_ORIGINS = 64 };

struct subject_order {
    const struct crawl_settings *crawl; // without its gauge; its input is standard input
    double rate;                        // 0: closed
    uint64_t urls;                      // 0: no end by number
    int64_t duration;                   // ns; 0: no end by time
    int64_t warm_up;                    // ns
    const cpu_set_t *cpus;              // NULL: as they are
    const pid_t *origin;                // processes of the origin
    unsigned origins;
};

// What it says of itself, in memory that it shares with who observes it.
struct subject_report {
    _Atomic int phase;
    _Atomic uint64_t done; // URLs, since it began: it is alive as long as this grows
    // Of the window:
    struct crawl_stats window; // records, their ends, bytes, latency (us; see gauge.h)
    double in_flight;          // summed up over the URLs
    int64_t length;            // ns
    int64_t start;             // ns from the start of the run until it was ready
    struct tree_time used;     // by the whole tree
    struct tree_time origin;   // by all processes of the origin
    int64_t origin_most;       // ns, by the busiest of them
    bool strained;             // the next four are known
    int64_t others, steal;     // ns of CPU, see strain.h
    int64_t throttled;         // ns
    uint64_t swapped;          // pages
    struct tree_size size;     // at the end of the window, still at full load; 0: not known
    unsigned workers, lacking; // lanes, and those that could not work when patience was over
    // Of all its life:
    uint64_t exchanges;
    int result; // of crawl_run; 0 when it was measured to the end
};

// Runs it in the calling process, which does nothing else any more, and ends the process.
void __attribute__((noreturn))
subject_live(const struct subject_order *order, struct subject_report *report);
#endif

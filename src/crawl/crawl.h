// SPDX-License-Identifier: MIT
#ifndef CRAWL_CRAWL_H
#define CRAWL_CRAWL_H
#include "crawl/settings.h"
#include "crawl/stats.h"

struct loop;
struct zygote;
struct crawl;

// How a run ended.
enum crawl_end {
    CRAWL_COMPLETE,     // every line has its record
    CRAWL_NOTHING_LEFT, // the state's run had come to its end before; said on the log
    CRAWL_LIMITED,      // a limit of the run was reached; said on the log
    CRAWL_INTERRUPTED,  // crawl_stop was called
    CRAWL_OUTPUT_GONE,  // the reader of the records went away (EPIPE)
    CRAWL_BROKEN,       // our own machinery failed; said on the log
};

// Someone who is told how it goes. Called on the coordinator's loop, about ten times a second and
// once at the end; must not park.
struct crawl_watcher {
    void (*tick)(struct crawl_watcher *w, const struct crawl_stats *stats);
};

// Runs the whole crawl in the calling fiber and returns when it is over: 0 with `end` and `stats`
// (both may be NULL) filled, or a negative errno when it could not start (said on the log).
// `zygote` is NULL when no engine needs one; `watcher` may be NULL. Parks.
int crawl_run(struct loop *l, const struct crawl_settings *settings, struct zygote *zygote,
              struct crawl_watcher *watcher, enum crawl_end *end, struct crawl_stats *stats);

// Asks the run of this loop to stop: the first time nothing new is started and what is in flight
// may finish within the grace; the second time what is in flight is cancelled too. A run that a
// limit stops has begun to finish by itself, which is no first time. Does nothing when none runs.
// From the loop's thread.
void crawl_stop(struct loop *l);
#endif

// SPDX-License-Identifier: MIT
#ifndef FRONTIER_FRONTIER_H
#define FRONTIER_FRONTIER_H
#include "frontier/host.h"
#include "frontier/item.h"
#include <stdbool.h>
#include <stdint.h>

// What is still to be fetched, in one queue a host, and which of it may start now. Pure but for
// memory: it is told the time and owns no timer. Groups take turns, and so do the hosts of a group;
// a group that is paced, full or whose hosts are not open is not in the way of any other.
struct frontier {
    struct host_table hosts;
    struct list ready;    // groups that may start something now, in turn
    struct list unopened; // hosts that have something queued and must be opened first, in line
    struct heap paced;    // groups that may start something at a known time
    struct heap delayed;  // items that wait for a time (retries)
    unsigned queued;      // items in host queues
    unsigned waiting;     // items in host queues and delayed
};

// `pace` is what each politeness group starts with.
void frontier_init(struct frontier *f, const struct gate *pace, unsigned keep_hosts);

// Everything must have been taken out before.
void frontier_fini(struct frontier *f);

// Queues `i` with the host of its URL, last, or first in line with `first`. Takes `i`. Errors:
// -ENOMEM, then `i` stays the caller's.
int frontier_add(struct frontier *f, struct item *i, bool first, int64_t now);

// Has `i` queued (first in line) at `at` (monotonic ns). Takes `i`. Errors: -ENOMEM, then `i` stays
// the caller's.
int frontier_delay(struct frontier *f, struct item *i, int64_t at);

// Moves on what time has moved on: delayed items whose time has come, groups whose pace allows a
// start. Items that cannot be queued for lack of memory go back on the heap for a second.
void frontier_advance(struct frontier *f, int64_t now);

// The next item that may start now, with its start counted at its gate and its host; NULL when
// there is none.
struct item *frontier_next(struct frontier *f, int64_t now);

// Whether frontier_next would give one.
static inline bool frontier_has_ready(const struct frontier *f)
{
    return !list_empty(&f->ready);
}

// Says that an exchange with `h` has ended: counts it at the gate, and holds the whole group until
// `hold` (0: no hold).
void frontier_ended(struct frontier *f, struct host *h, int64_t now, int64_t hold);

// The next host to be opened, taken out of line (its state becomes HOST_OPENING); NULL when there
// is none.
struct host *frontier_unopened(struct frontier *f, int64_t now);

// Says that a host that was being opened is open, and its queue may start; or that it could not be
// (`open` false): then the caller has taken out with frontier_take what must fail, and what is
// queued all the same waits for the next opening.
void frontier_opened(struct frontier *f, struct host *h, bool open, int64_t now);

// Takes the first item out of the queue of `h`; NULL when it is empty.
struct item *frontier_take(struct frontier *f, struct host *h, int64_t now);

// When time alone will allow something next: the earliest pace or delay; CLOCK_NEVER when nothing
// waits for a time.
int64_t frontier_due(const struct frontier *f);

// Takes out any item at all, for the end of an interrupted run; NULL when none is left.
struct item *frontier_drain(struct frontier *f, int64_t now);
#endif

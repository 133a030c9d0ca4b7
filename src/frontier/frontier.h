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
    struct list asking;   // hosts whose turn it is, and whose robots.txt comes first, in line
    struct list lost;     // hosts that are given up, and have something queued
    struct list denied;   // items that a robots.txt does not allow, taken out of their queues
    struct buffer scratch;
    struct health_network network;
    struct heap paced;   // groups that may start something at a known time
    struct heap delayed; // items that wait for a time (retries)
    unsigned queued;     // items in host queues
    unsigned waiting;    // items in host queues and delayed
};

// `pace` is what each politeness group starts with. Without manners (see frontier_set_manners)
// there is nothing else to it.
void frontier_init(struct frontier *f, const struct gate *pace, unsigned keep_hosts);

// Says how hosts are to be treated; before the first of them. `m` is borrowed. Errors: -ENOMEM.
int frontier_set_manners(struct frontier *f, const struct manners *m);

// Everything must have been taken out before.
void frontier_fini(struct frontier *f);

// Queues `i` with the host of its URL, last, or first in line with `first`. Takes `i`. Errors:
// -ENOMEM, then `i` stays the caller's.
int frontier_add(struct frontier *f, struct item *i, bool first, int64_t now);

// Has `i` queued at `at` (monotonic ns), last: were it first, then where the pace is slow a page
// that is broken would take turn upon turn, and a host be given up of which nothing else was asked.
// Takes `i`. Errors: -ENOMEM, then `i` stays the caller's.
int frontier_delay(struct frontier *f, struct item *i, int64_t at);

// Moves on what time has moved on: delayed items whose time has come, groups whose pace allows a
// start. Items that cannot be queued for lack of memory go back on the heap for a second.
void frontier_advance(struct frontier *f, int64_t now);

// The next item that may start now, with its start counted at its gate and its host; NULL when
// there is none.
struct item *frontier_next(struct frontier *f, int64_t now);

// Whether frontier_next might give one.
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

// The next host whose robots.txt must be asked for before anything else of it; NULL when there is
// none. Its state is HOST_ASKING, and nothing else of its group is started until frontier_ask or
// frontier_asked.
struct host *frontier_asking(struct frontier *f);

// Has `i`, a robots.txt at host `h`, whose addresses are known, started before everything else of
// the group, however `h` stands. `i` stays the caller's: frontier_next gives it, and frontier_ended
// ends it as any other. frontier_unask takes it back before it was started.
void frontier_ask(struct frontier *f, struct item *i, struct host *h, int64_t now);
void frontier_unask(struct frontier *f, struct item *i, int64_t now);

// Has `h` neither forgotten nor moved to another group until frontier_let_go.
void frontier_keep(struct frontier *f, struct host *h);
void frontier_let_go(struct frontier *f, struct host *h, int64_t now);

// Says that a host that was HOST_ASKING need not be any more: its rules are known now, or it is
// HOST_ASIDE or HOST_LOST, or it gets into line again.
void frontier_asked(struct frontier *f, struct host *h, int64_t now);

// Leaves `h`, which has its conduct, alone until `until`, whatever is queued; then its queue may
// start again, one exchange at a time until it has answered. Errors: -ENOMEM, then it goes on.
int frontier_set_aside(struct frontier *f, struct host *h, int64_t until, int64_t now);

// Ends that at once, or that it is given up, for it has answered.
void frontier_recall(struct frontier *f, struct host *h, int64_t now);

// The network is back: all that were set aside are asked again within `span` ns.
void frontier_recall_all(struct frontier *f, int64_t now, int64_t span, uint64_t random);

// Gives `h` up: it, and whatever is queued for it later, comes out of frontier_lost.
void frontier_give_up(struct frontier *f, struct host *h, int64_t now);

// A host that is given up and has something queued, which the caller takes out at once with
// frontier_take; NULL when there is none.
struct host *frontier_lost(struct frontier *f);

// The next item that a robots.txt does not allow, by line `*line` of it; NULL when there is none.
struct item *frontier_denied(struct frontier *f, unsigned *line);

// Takes the first item out of the queue of `h`; NULL when it is empty.
struct item *frontier_take(struct frontier *f, struct host *h, int64_t now);

// When time alone will allow something next: the earliest pace or delay; CLOCK_NEVER when nothing
// waits for a time.
int64_t frontier_due(const struct frontier *f);

// Takes out any item at all, for the end of an interrupted run; NULL when none is left.
struct item *frontier_drain(struct frontier *f, int64_t now);
#endif

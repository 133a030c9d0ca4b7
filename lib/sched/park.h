// SPDX-License-Identifier: MIT
#ifndef SCHED_PARK_H
#define SCHED_PARK_H
#include "data/list.h"
#include <stdint.h>

// The one primitive under everything that waits. A fiber puts waiters, which live on its own stack,
// on the queues of what it waits for, and parks. Whoever makes one of those things happen fires the
// waiter at the head of its queue: that takes all waiters of the fiber off their queues and makes
// it ready. So a waiter fires once at most, and a parked fiber is made ready once only.
//
// A new way to wait is a queue and these functions. An event, for one, that lets everybody through
// once it has happened:
//
//      struct event { bool happened; struct list waiting; };
//
//      int event_wait(struct event *e, int64_t deadline)
//      {
//          return e->happened ? 0 : park_on(&e->waiting, deadline);
//      }
//
//      void event_happen(struct event *e)
//      {
//          e->happened = true;
//          wake_all(&e->waiting, 0);
//      }
struct fiber;

struct waiter {
    struct list node;    // its place in the queue of what is waited for
    struct fiber *fiber; // who waits; set by park
    int result;          // what waiter_fire gave
    void *slot;          // for an agreement between the waiter and whoever fires it
};

// Parks the calling fiber until one of `w[0..n)` is fired, or `deadline` passes, or it is
// cancelled. The caller has put each `w[i].node` on a queue (a struct list head) before. Returns
// the index of the one fired, whose `result` then holds what was passed; -ETIMEDOUT; -ECANCELED
// (also at once, when the fiber has been cancelled before). When it returns, no waiter is on any
// queue. A deadline that has passed still lets the other fibers run once.
int park(struct waiter *w, unsigned n, int64_t deadline);

// Makes the fiber that waits on `w` ready. `w` must be parked. May be called from a fiber, a hook
// or a watcher's callback of the same loop; never from another thread (an ev_async watcher gets a
// message across). Aborts, naming the fiber, when it is not so. Does not switch.
void waiter_fire(struct waiter *w, int result);

// Names what the calling fiber's next park waits on, for the census. `what` is a literal.
void park_label(const char *what);

// The common case: waits on one queue. Returns the `result` given to waiter_fire, -ETIMEDOUT or
// -ECANCELED.
int park_on(struct list *queue, int64_t deadline);

// The same, but cancelling does not end it: for waits that must be gone through, because something
// still uses what the fiber would clean up. `label` is a literal, for the census.
void park_shielded(struct list *queue, const char *label);

// Fires the first waiter on `queue`, or all of them. Return how many were fired.
unsigned wake_one(struct list *queue, int result);
unsigned wake_all(struct list *queue, int result);

// Parks until `deadline`. Returns 0 then, or -ECANCELED.
int sleep_until(int64_t deadline);

// Lets every other ready fiber run once. Returns 0 or -ECANCELED.
int yield_fiber(void);

// Whether the calling fiber has been cancelled.
int fiber_cancelled(void);
#endif

// SPDX-License-Identifier: MIT
#ifndef SCHED_LOOP_H
#define SCHED_LOOP_H
#include "data/heap.h"
#include "data/list.h"
#include "fiber/stack.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One scheduler: a libev loop, the fibers that run on it and their deadlines. One a thread at most;
// a fiber stays on the loop it was spawned on. A round is: run every fiber that is ready, then the
// hooks, again until neither has anything to do (a bounded number of times, so that I/O is not
// starved); then wait for I/O and deadlines.
struct loop;
struct ev_loop;
struct ev_io;

struct loop_options {
    const char *name;       // in messages and the census; a literal; NULL: "loop"
    size_t stack_size;      // virtual bytes of a fiber's stack; 0: 64 KB (stack.h)
    enum stack_guard guard; // how the ends of stacks are watched; 0: the best way there is
};

// Makes the calling thread's loop. `options` may be NULL. Errors: -ENOMEM, -EBUSY (this thread has
// one), or what creating its descriptors gave.
int loop_new(struct loop **out, const struct loop_options *options);

// Frees a loop on which no fiber is left (aborts, naming one, if there is one). NULL is legal.
void loop_free(struct loop *l);

// Runs `body(arg)` as the loop's first fiber and returns what it returned, when it and every other
// fiber have ended. Called from the thread's own stack. Errors: -ENOMEM before anything ran.
//
// When every fiber is parked and there is no deadline, no watcher and no work on a thread that
// could ever wake one, the program has locked itself: the loop prints its census and aborts, for it
// cannot unwind the stacks of others.
int loop_run(struct loop *l, int (*body)(void *arg), void *arg);

// The calling thread's loop, NULL when it has none.
struct loop *loop_current(void);

// The libev loop underneath, for watchers of the caller's own. Their callbacks run on the loop's
// stack: they record and wake, and must not park. One that can wake nobody (a signal's, a
// statistics timer's) is best taken out of account with ev_unref, or a loop that has locked itself
// is not noticed. libev's child watchers do not work here: its default loop, which they need, would
// reap every child of the process.
struct ev_loop *loop_ev(struct loop *l);

// To be called first thing by the callback of each ev_io, with what it was given: libev stops a
// watcher whose descriptor the kernel has no room to watch (ENOMEM, ENOSPC), and tells it once.
// This starts it again. While there is no room the callback is called a thousand times a second: it
// is then to look for itself whether there is something, as after any call for nothing.
void loop_watch_again(struct ev_loop *ev, struct ev_io *io, int events);

// Monotonic nanoseconds, read once a round: cheap, and late by at most the length of a round.
int64_t loop_now(const struct loop *l);

// Work for the loop's own stack, between running fibers and waiting for I/O. `run` returns whether
// it did anything; it may wake fibers, and must not park.
struct loop_hook {
    struct list node;
    bool (*run)(struct loop_hook *hook);
};

// Adds or removes a hook; the caller owns it and keeps it until it is removed. Hooks run in the
// order they were added. A hook may be removed from inside a hook.
void loop_add_hook(struct loop *l, struct loop_hook *hook);
void loop_remove_hook(struct loop *l, struct loop_hook *hook);

// A call at a time, on the loop's stack; must not park. { 0 } but for `fire` is not armed.
struct loop_timer {
    void (*fire)(struct loop_timer *timer);
    union {
        struct heap_node node; // in the loop's heap
        struct {
            int64_t at;   // monotonic ns, valid while armed
            size_t place; // 0: not armed
        };
    };
};

// Arms, or arms anew, `t` for `at`; a time that has passed comes at the end of the round. Errors:
// -ENOMEM. Disarming cannot fail and is legal at any time.
int loop_arm(struct loop *l, struct loop_timer *t, int64_t at);
void loop_disarm(struct loop *l, struct loop_timer *t);
#endif

// SPDX-License-Identifier: MIT
#ifndef SCHED_BELL_H
#define SCHED_BELL_H
#include "sys/doorbell.h"
#include <ev.h>

struct loop;

// How another thread, or a signal, has a loop look at something. In the place of libev's ev_async
// and ev_signal: those share a descriptor which libev gives up for good when the kernel cannot take
// it into its epoll set for a moment, and then aborts or never wakes.
struct bell {
    struct loop *loop; // NULL: not open
    struct ev_io io;
    struct doorbell door;
    uint32_t asleep;
    void (*rung)(struct bell *b);
};

// Opens `b`, which does not move until it is closed. `rung` is called on the loop's stack, once for
// any number of rings since, and maybe for nothing; it must not park. An open bell does not keep
// the loop from noticing that it has locked itself: who expects a ring says so with ev_ref. Called
// from the loop's thread. Errors: -EMFILE, -ENFILE, -ENOMEM; then `b` is closed.
int bell_open(struct bell *b, struct loop *l, void (*rung)(struct bell *b));

// Nobody rings any more. Legal on one that is closed ({ 0 }).
void bell_close(struct bell *b);

// From any thread, and from a signal's handler, after what is to be looked at was stored
// (sequentially consistent, or under a lock that `rung` takes).
void bell_ring(struct bell *b);

// A signal that rings; one watcher a signal and process.
struct bell_signal {
    struct bell bell;
    int number;
    void (*came)(struct bell_signal *s);
    void *arg;
    bool told; // set by the handler
    void (*former)(int number);
};

// From now on `came` is called, on the loop's stack, when signal `number` has come since. `came`
// and `arg` are set by the caller. Errors: as bell_open; -EBUSY: this signal is watched already.
int bell_signal_begin(struct bell_signal *s, struct loop *l, int number);

// Gives the signal back to what had it before. Legal on one that has not begun ({ 0 }).
void bell_signal_end(struct bell_signal *s);
#endif

// SPDX-License-Identifier: MIT
#ifndef SCHED_CHAN_H
#define SCHED_CHAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A channel hands pointers from fiber to fiber of one loop, in order. Its room is bounded, so
// whoever is too fast waits:
//
//      empty    a receiver parks
//      full     a sender parks
//      closed   senders, parked or coming, get -EPIPE; receivers what was sent, then -EPIPE
//
// One without room is always full: a send ends when a receiver has taken the item (rendezvous).
//
// Whoever parked first is served first. A channel owns what it holds: an item goes from the sender
// to the channel or the receiver when the send returns 0, and stays the sender's otherwise.
//
// A call that need not park succeeds even in a fiber that was cancelled, so clean-up code may pass
// on what it holds.
struct chan;

// Makes a channel with room for `room` items. `drop` disposes of those that nobody received, when
// the channel is freed; it may be NULL. Errors: -ENOMEM.
int chan_new(struct chan **out, size_t room, void (*drop)(void *item));

// Frees it, and what it still holds. Aborts if a fiber is parked on it. NULL is legal.
void chan_free(struct chan *c);

// Sends `item`. Parks while there is no room. Errors: -EPIPE closed, -ETIMEDOUT, -ECANCELED.
int chan_send(struct chan *c, void *item, int64_t deadline);

// Receives the oldest item. Parks while there is none. Errors: -EPIPE closed and empty, -ETIMEDOUT,
// -ECANCELED.
int chan_recv(struct chan *c, void **item, int64_t deadline);

// The same without parking, for hooks and callbacks on the loop's stack too. Errors: -EPIPE;
// -EAGAIN it would have parked.
int chan_try_send(struct chan *c, void *item);
int chan_try_recv(struct chan *c, void **item);

// Closes it and wakes every fiber that is parked on it. Closing twice is legal. Does not park.
void chan_close(struct chan *c);

bool chan_closed(const struct chan *c);

// Items held, without those of parked senders.
size_t chan_count(const struct chan *c);

// One of several things that a fiber would do, whichever can be done first.
enum chan_op { CHAN_SEND, CHAN_RECV };
struct chan_case {
    struct chan *chan; // NULL: this case is never ready
    enum chan_op op;
    void *item; // what to send; what was received
    int result; // of the case that was done: 0, or -EPIPE when its channel is closed
};

// Does exactly one of the `n` cases (64 at most) and returns its index, when one can be done; parks
// until then. When several can, they take turns over the calls, so that none starves. Errors:
// -ETIMEDOUT, -ECANCELED, -EINVAL too many; then nothing was done.
enum { CHAN_CASES_MOST = 64 };
int chan_select(struct chan_case *cases, unsigned n, int64_t deadline);
#endif

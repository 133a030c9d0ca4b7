// SPDX-License-Identifier: MIT
#ifndef SCHED_WATCH_H
#define SCHED_WATCH_H
#include "data/list.h"
#include <ev.h>
#include <stdint.h>

// Waiting for a descriptor. The registration with the loop is kept between waits, for a descriptor
// that is waited on again and again (two epoll_ctl a wait are saved), and dropped when an event
// comes that nobody waits for. One reader and one writer may wait at the same time.
struct watch {
    struct ev_io io;
    struct list reader, writer;
    struct loop *loop;
};

// Prepares to watch `fd` on the calling thread's loop; borrows `fd`, which must outlive the watch.
void watch_init(struct watch *w, int fd);

// Ends the registration. Nobody may be parked on it. Call before closing the descriptor.
void watch_fini(struct watch *w);

// Park until the descriptor can be read (or written), has an error or was hung up. Return 0,
// -ETIMEDOUT, -ECANCELED.
int watch_readable(struct watch *w, int64_t deadline);
int watch_writable(struct watch *w, int64_t deadline);
#endif

// SPDX-License-Identifier: MIT
#ifndef SCHED_GREEN_H
#define SCHED_GREEN_H
#include <poll.h>

// Blocking code in a fiber: what elsewhere is called a green thread. Code that was written for a
// thread of its own, and that cannot be changed, waits in poll(2) for a descriptor; on a fiber of a
// thread that is green that parks the fiber instead, and others run meanwhile. It is what gevent
// does for Python by replacing the functions of its library.
//
// Only poll is replaced. What waits in anything else (read of a file, a lock, getaddrinfo, select,
// epoll_wait, sleep) blocks the thread and every fiber on it, and nobody is told. And such code
// believes that nothing else runs on its thread while it does: two fibers in code that keeps
// something a thread, or holds a lock over a poll, meet there.

// Makes the calling thread green: a poll that would wait parks, when it is called on a fiber of its
// loop. Counted: as many green_end. Must not be nested in another use of sys/poller.h.
void green_begin(void);
void green_end(void);

// What poll does then, as poll(2); from a fiber. Parks. A fiber that is cancelled gets EINTR, at
// once and from then on, as if a signal had come. Errors beside poll's: ENOMEM.
int green_poll(struct pollfd *fds, nfds_t n, int timeout);
#endif

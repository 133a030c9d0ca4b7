// SPDX-License-Identifier: MIT
#ifndef SYS_POLLER_H
#define SYS_POLLER_H
#include <poll.h>
#include <signal.h>

// The program's own poll(2). It takes the place of the C library's for everything in the process,
// shared libraries too; what a poll does is for each thread to say, and nothing else than ever as
// long as a thread has said nothing. So code that one cannot change, and that waits in poll, can be
// made to wait otherwise, or not at all.
struct poller {
    int (*poll)(struct poller *p, struct pollfd *fds, nfds_t n, int timeout);
};

// Has the calling thread's polls go through `p` (borrowed) from now on; NULL: to the system.
// Returns what they went through before.
struct poller *poller_use(struct poller *p);

// Has the polls of the calling thread that wait, and go to the system, do so under this signal mask
// (as ppoll; borrowed); NULL: under the thread's own. Returns the former one.
const sigset_t *poller_under(const sigset_t *mask);

// The system's poll, as poll(2).
int poller_system(struct pollfd *fds, nfds_t n, int timeout);
#endif

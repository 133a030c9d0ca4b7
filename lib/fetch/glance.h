// SPDX-License-Identifier: MIT
#ifndef FETCH_GLANCE_H
#define FETCH_GLANCE_H
#include <signal.h>

// libcurl asks poll(2), without waiting, whether an idle connection it is about to use has been
// closed, and whether an answer is there right after a request was sent: two system calls an
// exchange. While a scope is set on the calling thread, the program's own poll() answers such a
// question about a socket that is registered with the loop from what the loop knows: an event that
// is there but was not seen yet comes with the next round. Everything else goes to the system.
struct sockets;

// Sets the scope of the calling thread; NULL ends it. Returns the former one.
const struct sockets *glance_at(const struct sockets *s);

// Has the polls of the calling thread that wait do so under this signal mask (ppoll); NULL: under
// its own. Returns the former one. See sys/halt.h.
const sigset_t *glance_under(const sigset_t *mask);
#endif

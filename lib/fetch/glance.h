// SPDX-License-Identifier: MIT
#ifndef FETCH_GLANCE_H
#define FETCH_GLANCE_H
#include "sys/poller.h"

// libcurl asks poll(2), without waiting, whether an idle connection it is about to use has been
// closed, and whether an answer is there right after a request was sent: two system calls an
// exchange. While the thread's polls go through a glance, such a question about a socket that is
// registered with the loop is answered from what the loop knows: an event that is there but was not
// seen yet comes with the next round. Everything else goes to the system.
struct sockets;

struct glance {
    struct poller poller;
    const struct sockets *sockets; // borrowed
};

// For a thread to poll through, while it registers its sockets in `sockets`.
void glance_init(struct glance *g, const struct sockets *sockets);
#endif

// SPDX-License-Identifier: MIT
#ifndef SERVE_LISTENER_H
#define SERVE_LISTENER_H
#include "sched/watch.h"
#include "serve/endpoint.h"
#include "serve/server.h"

// A socket that accepts connections, and the fiber that does it. When descriptors or memory run out
// it stops accepting until a connection has ended or a moment has passed: those who come meanwhile
// wait in the kernel's queue.
struct listener {
    struct server *server;
    struct watch watch;
    int fd;
    struct endpoint at;
    bool loopback_only; // connections to addresses of this machine other than loopback are closed
                        // at once
    // Takes a connection over; on failure (negative errno) the listener closes it.
    int (*take)(struct listener *l, int fd);
};

// Listens at `at`, whose port becomes the one got, and starts the fiber among the server's. With
// `loopback_only` and an address of 0.0.0.0 all of 127/8 is served and nothing else. Errors: of
// opening, -ENOMEM.
int listener_open(struct listener **out, struct server *s, const struct endpoint *at,
                  bool loopback_only, int (*take)(struct listener *l, int fd));

// Closes and frees; the fiber has ended. NULL is legal.
void listener_close(struct listener *l);
#endif

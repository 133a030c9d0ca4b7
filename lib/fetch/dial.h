// SPDX-License-Identifier: MIT
#ifndef FETCH_DIAL_H
#define FETCH_DIAL_H
#include "web/address.h"
#include <curl/curl.h>
#include <stdbool.h>

// The callbacks in which libcurl connects for a transfer: the last word on which address it may go
// to is theirs, on new connections and on reused ones (design: security).
struct request;
struct transfer;

// Who owns the connections, and is told of their sockets; outlives them. Each may be NULL.
struct dial_owner {
    // Sets options of the owner's own on a handle that is new, or was reset.
    CURLcode (*prepare)(struct dial_owner *o, struct transfer *t);
    // A new socket: what was known of its number is void. A negative errno gives it up.
    int (*opened)(struct dial_owner *o, int fd);
    // About to be closed. Sockets that never connected are closed without a word.
    void (*closing)(struct dial_owner *o, int fd);
    // The transfer is connected, and about to send its request; over a socket that was made for it,
    // or -1: over a connection that others have used before.
    void (*asking)(struct dial_owner *o, struct transfer *t, int fd);
};

// What one exchange's dialling has come to.
struct dial {
    unsigned offered[2];   // IPv4 and IPv6 addresses that libcurl set out to connect to
    unsigned opened;       // sockets made for them
    int made[2];           // the last one of each, as long as `opened` counts one
    int error;             // errno that a socket could not be made with, 0 when all could
    bool unbound;          // because it could not be bound to the interface of the settings
    bool asked;            // a connection stood, allowed, and the request was about to be sent
    bool refused;          // asking a second time, for what must be asked only once
    bool blocked;          // an address was refused for being special
    struct address remote; // last tried, or connected to
    uint16_t remote_port;
};

// Installs the callbacks on the handle of `t`, whose owner is set.
CURLcode dial_set(struct transfer *t);
#endif

// SPDX-License-Identifier: MIT
#ifndef FETCH_PLACES_H
#define FETCH_PLACES_H
#include "data/list.h"
#include "data/map.h"
#include <stdbool.h>
#include <stdint.h>

// Which of several multis an exchange goes to. libcurl's costs grow with what one multi holds, so
// load is spread; but a connection can be used again only where it is. So: where the host has an
// idle connection, else where it has others and there is room, else to the host's home (by hash) or
// the next multi with room. Pure: no libcurl.
struct place_host;

// The connections of one host in one multi. Exists while there is one, or an exchange is there.
struct seat {
    struct list node; // of its host; those with an idle connection stand first
    struct place_host *host;
    unsigned multi;
    unsigned busy;        // exchanges under way
    unsigned dialling;    // of these, the ones that found no idle connection and have none yet
    unsigned connections; // idle ones and those in use
};

// What one exchange holds.
struct place {
    unsigned multi;
    struct seat *seat; // NULL: no connections are kept account of
    bool dialling;
};

struct places {
    struct map hosts;
    unsigned *load; // exchanges under way, a multi
    unsigned multis;
    unsigned room; // of one multi; a limit that yields when all are full
};

// Prepares for `multis` multis of about `room` exchanges each. Errors: -ENOMEM.
int places_init(struct places *p, unsigned multis, unsigned room);

// Every seat has been left and every connection closed.
void places_fini(struct places *p);

// Finds the multi for one exchange with the host `key`, and counts it there. It has a seat when
// connections of this host are kept account of: with `keep` always, else only if there are some.
// `one` (HTTP/2): all of the host's exchanges go to the same multi. Errors: -ENOMEM.
int places_take(struct places *p, struct span key, bool keep, bool one, struct place *out);

// The exchange has a connection now, be it a new one or not. May be said again.
void place_settle(struct place *at);

// The exchange is over. Its seat may be gone afterwards.
void places_leave(struct places *p, struct place *at);

// A connection has been made there; one has been closed. The latter may free the seat.
void places_connected(struct seat *seat);
void places_disconnected(struct places *p, struct seat *seat);
#endif

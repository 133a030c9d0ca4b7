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
    unsigned connections; // idle ones and those in use
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

// Finds the multi for one exchange with the host `key`, and counts it there. `seat` is set when
// connections of this host are kept account of: with `keep` always, else only if there are some.
// `one` (HTTP/2): all of the host's exchanges go to the same multi. Errors: -ENOMEM.
int places_take(struct places *p, struct span key, bool keep, bool one, unsigned *multi,
                struct seat **seat);

// The exchange is over. `seat` may be NULL; it may be gone afterwards.
void places_leave(struct places *p, unsigned multi, struct seat *seat);

// A connection has been made there; one has been closed, or is known to be dead. The latter may
// free the seat.
void places_connected(struct seat *seat);
void places_disconnected(struct places *p, struct seat *seat);
#endif

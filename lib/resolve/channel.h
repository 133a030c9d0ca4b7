// SPDX-License-Identifier: MIT
#ifndef RESOLVE_CHANNEL_H
#define RESOLVE_CHANNEL_H
#include "data/list.h"
#include "resolve/servers.h"
#include <ares.h>
#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A conversation with one server over one transport: a c-ares channel that has this server alone,
// tries once and keeps its socket. c-ares owns ids, matching and TCP framing; the sockets and the
// packets are ours. Truncated answers are handed over as they are: a TCP channel is another one, so
// that a TCP connection that breaks takes no UDP query with it.
struct loop;

// One thing asked. `done` is called once, on the loop's stack or from within channel_ask: `status`
// is c-ares's, the packet is there with ARES_SUCCESS only and is the caller's to read until `done`
// returns. It must not ask, nor close a channel.
struct ask {
    struct channel *channel;
    void (*done)(struct ask *ask, int status, const uint8_t *packet, size_t n);
};

struct channel {
    struct list node; // its owner's
    struct loop *loop;
    const struct server *server;
    ares_channel ares;
    struct ev_io io;
    bool tcp, edns;
    bool formerr; // a FORMERR was seen: c-ares may have given up EDNS on this channel
    int error;    // errno of the last socket call that failed; 0: the server hung up
    int64_t opened;
    unsigned asked, under_way;
};

// Opens a channel to `server`, which must outlive it, on loop `l`; no socket is made before
// something is asked. A query ends unanswered `timeout` ns after it was sent. With `edns` every
// packet asked ends in an OPT record of QUERY_OPT bytes. Errors: -ENOMEM, -EIO.
int channel_open(struct channel **out, struct loop *l, const struct server *server, bool tcp,
                 bool edns, int64_t timeout);

// Ends what is under way with ARES_EDESTRUCTION, and frees the channel. NULL is legal.
void channel_close(struct channel *c);

// Asks what is in `packet`. Borrows `ask` until its `done` is called.
void channel_ask(struct channel *c, struct ask *ask, const uint8_t *packet, size_t n);

// Ends the queries whose time is over; to be called about once a second.
void channel_tick(struct channel *c);

// Whether the server made c-ares give up EDNS on this channel: it cuts long answers now, and is to
// be replaced by one without.
bool channel_lost_edns(struct channel *c);
#endif

// SPDX-License-Identifier: MIT
#ifndef RESOLVE_UPSTREAMS_H
#define RESOLVE_UPSTREAMS_H
#include "resolve/channel.h"
#include "resolve/query.h"
#include "resolve/servers.h"
#include "sched/loop.h"
#include <stdbool.h>
#include <stdint.h>

// The servers that are asked: which one next, over which channel, and how each has been doing. The
// first of the list that is well is asked first (no rotation). One that stays silent while asked is
// taken for down for a while and asked last; any answer makes it well again. Channels are renewed,
// so that no source port serves long (a forger must guess it: RFC 5452 §4.5); what is under way on
// an old one finishes there.
struct upstream {
    const struct server *server;
    struct channel *udp, *tcp;
    bool no_edns;
    bool useful;        // gave an answer that was one
    unsigned patience;  // left, with its REFUSED
    int64_t vain;       // when some of that was last lost
    int64_t crowd;      // when it last said so while it had many questions
    int64_t heard;      // when it last answered anything
    int64_t down_until; // 0: well
    int64_t penalty;    // how long it will be down for, next time
    unsigned misses;    // since it was heard
};

// One list of servers. Freed when nobody holds it any more and nothing is under way.
struct upstreams {
    struct list node; // among those that were replaced
    struct loop *loop;
    unsigned holders;
    uint64_t asked;      // queries, in all
    int64_t timeout;     // ns a query may stay unanswered before its channel forgets it
    struct list retired; // channels that finish what is under way
    struct servers servers;
    struct upstream at[SERVERS_MOST];
    uint16_t id[128]; // random ones, to be used up
    unsigned ids;
};

#define UPSTREAMS_CROWD INT64_C(1000000000) // ns that a crowd of questions is one crowd
enum {
    UPSTREAMS_PATIENCE = 4,   // times that asking again what was refused may be in vain; a
                              // crowd is in vain once
    UPSTREAMS_QUERIES = 2000, // a channel
    UPSTREAMS_MISSES = 3,     // in a row until a server is taken for down
};

// Makes the set, held once. Copies `servers`. Errors: -ENOMEM.
int upstreams_new(struct upstreams **out, struct loop *loop, const struct servers *servers,
                  int64_t timeout);

// Ends everything under way (ARES_EDESTRUCTION) and frees the set. NULL is legal.
void upstreams_free(struct upstreams *u);

// Passes time on to c-ares and closes retired channels that are done. Returns whether anything is
// still under way or retired.
bool upstreams_tick(struct upstreams *u);

// All servers, and those that are not down, as bits.
uint32_t upstreams_all(const struct upstreams *u);
uint32_t upstreams_well(const struct upstreams *u, int64_t now);

// The server to ask now: of those not in `done` one that is not in `*tried` (emptied when all are),
// well ones first, in the order of the list. Puts it into `*tried` and returns its number; -1 when
// all are in `done`.
int upstreams_pick(const struct upstreams *u, uint32_t *tried, uint32_t done, int64_t now);

// Asks server `i`. `ask->done` may be called before this returns, and `ask` be gone then. Errors:
// what opening a channel gave; then `done` is not called.
int upstreams_ask(struct upstreams *u, unsigned i, struct ask *ask, struct span name,
                  enum query_type type, bool tcp, int64_t now);

// Server `i` answered something (it is well); gave an answer that was one, maybe to a question that
// it had refused before; refused again what it had refused; left unanswered what it was asked at
// `asked`; does not understand EDNS.
void upstreams_heard(struct upstreams *u, unsigned i, int64_t now);
void upstreams_helped(struct upstreams *u, unsigned i, bool refused);
void upstreams_refused_again(struct upstreams *u, unsigned i, int64_t now);
void upstreams_missed(struct upstreams *u, unsigned i, int64_t asked, int64_t now);
void upstreams_without_edns(struct upstreams *u, unsigned i);
#endif

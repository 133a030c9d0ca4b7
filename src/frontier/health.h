// SPDX-License-Identifier: MIT
#ifndef FRONTIER_HEALTH_H
#define FRONTIER_HEALTH_H
#include "sys/clock.h"
#include <stdbool.h>
#include <stdint.h>

// Whether a host that keeps failing is to be set aside, when it is to be asked again, and when it
// is given up. Pure.
//
// A host that is silent (no name, no connection, no answer) may be so because our own network is
// down: then all are. So the time for which one has failed counts only as far as somebody else was
// heard of meanwhile, or hardly anybody else has fallen silent. Of those only hosts that have
// answered before tell anything: at the end of a run nobody may be left but those that never did.
// The machine itself may know, too: when it has no way to whom it has heard of, one host is enough.
// And of a silence of all that was as long as HEALTH_QUIET_S nothing counts, neither the time nor
// the pauses nor the failures that it brought: they must not add to a first failure after it. When
// nobody is heard of at all, hosts are given up after HEALTH_OUTAGE times as long, for a run must
// end.
enum {
    HEALTH_ILL = 5,    // failures in a row, and it is set aside
    HEALTH_SILENT = 3, // hosts that are silent, and it may be the network
    HEALTH_OUTAGE = 24,
    HEALTH_QUIET_S = 10,
    HEALTH_PROBE_S = 8, // the longest pause while the network is sure to be down
};

// What all hosts of a run tell of the network. { 0 } is its start.
struct health_network {
    int64_t heard;   // monotonic ns: when anybody was last heard of; 0: nobody ever was
    int64_t back;    // when a silence of all ended
    int64_t cut_off; // since when it has looked as if it were down; 0: it does not
    unsigned silent; // hosts that have fallen silent since
    unsigned row;    // how often anybody was heard of
    bool no_way;     // this machine has no way to anybody, as far as it knows
};

// Of one host. { 0 }: nothing is known.
struct health {
    int64_t since;     // monotonic ns of the first failure of this row; 0: it does well
    int64_t last;      // of the last one
    int64_t blamed;    // ns of failing that count
    uint16_t failures; // in a row
    uint16_t pauses;   // that it has been set aside for
    bool heard;        // it has answered at some time
    unsigned silent;   // the network's row in which it was counted as silent, and one
};

// It answered, as it should.
void health_good(struct health *h, struct health_network *n, int64_t now);

// It failed. `silent`: nothing was heard of it, so the network may be to blame.
void health_bad(struct health *h, struct health_network *n, bool silent, int64_t now);

// Nothing was heard of it, where hosts are treated all alike: taken in is only what that tells of
// the network.
void health_silent(struct health *h, struct health_network *n, int64_t now);

// Somebody is silent, and this machine has a way (`way`), or none, to who was heard of last.
// Returns whether there is one again after a time worth asking everybody again for.
bool health_look(struct health_network *n, bool way, int64_t now);

// Whether it has failed so often that it should be set aside.
static inline bool health_is_ill(const struct health *h)
{
    return h->failures >= HEALTH_ILL;
}

// Whether it has failed for `limit` ns, and is to be given up.
bool health_is_lost(const struct health *h, int64_t limit);

// ns until it should be asked again: 1 s, doubling each time to 10 minutes, of which a random part
// up to a half is taken off. While this machine has no way, HEALTH_PROBE_S at the most: then to ask
// burdens nobody, and tells whether there is one again. `random` is any 64 random bits.
int64_t health_pause(struct health *h, const struct health_network *n, uint64_t random);

// Whether it looks as if the network were down, and it was not at first.
static inline bool health_is_cut_off(const struct health_network *n)
{
    return n->cut_off != 0;
}

// Whether it looks as if the network were down.
static inline bool health_is_outage(const struct health_network *n)
{
    return n->no_way || n->silent >= HEALTH_SILENT;
}

// Whether somebody who is heard of at `now` ends a silence of all that is worth asking everybody
// again for. At the end of a run, when most of those left are dead, short ones are no sign.
static inline bool health_is_over(const struct health_network *n, int64_t now)
{
    return health_is_outage(n) && now - n->heard >= HEALTH_QUIET_S * CLOCK_S;
}
#endif

// SPDX-License-Identifier: MIT
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H
#include "data/heap.h"
#include "data/list.h"
#include <stdbool.h>
#include <stdint.h>

struct job;
struct outcome;
struct engine;
struct engine_setup;

// The coordinator's side of a bounded pair of queues to one worker: jobs go down, outcomes come up.
// A job is sent only to a worker that can start it now (busy < capacity), so sending never waits;
// an outcome can always be taken. Coordinator's loop only.
struct lane {
    struct list node;  // on the engine's list of lanes
    struct list ready; // on the setup's list of lanes that want to be looked at
    struct engine *engine;
    const struct lane_ops *ops;
    unsigned index;         // among the engine's lanes, from 0
    unsigned number;        // among the lanes of all engines; kept by the coordinator
    struct heap_node berth; // among those with room; kept by the coordinator
    unsigned size;          // jobs it can hold while its worker is there
    unsigned capacity;      // jobs it can hold now; 0 while its worker is being replaced
    unsigned busy;          // sent and not received back; kept by lane_send and lane_receive
    bool lacks;             // its last outcome: no port, descriptor or memory; as above
    uint64_t last_host;     // host_key of the last job sent: where that host's connections are
};

struct lane_ops {
    int (*send)(struct lane *l, const struct job *job);
    const struct outcome *(*receive)(struct lane *l);
};

static inline bool lane_has_room(const struct lane *l)
{
    return l->busy < l->capacity;
}

// Sends a job, which is copied. The lane must have room. Returns 0, or a negative errno when the
// worker cannot take it (it died this moment, no memory): the job was not sent and `busy` is
// unchanged.
int lane_send(struct lane *l, const struct job *job);

// The next outcome, valid until the next call on this lane; NULL when there is none now. A job
// whose worker died comes back as an outcome with FETCH_WORKER_DIED: each job sent gives exactly
// one outcome.
const struct outcome *lane_receive(struct lane *l);

// For engines. Makes `l` the last lane of `e`, empty, on no list of ready ones, for `size` jobs;
// its capacity is that at first.
void lane_init(struct lane *l, struct engine *e, const struct lane_ops *ops, unsigned size);

// For engines: the lane has an outcome. Puts it on the setup's list of ready lanes, unless it is
// there; wakes the coordinator when the list was empty.
void lane_announce(struct lane *l, const struct engine_setup *setup);

// For engines: it can hold `n` jobs from now on. Announces it when that is more than before.
void lane_allow(struct lane *l, const struct engine_setup *setup, unsigned n);
#endif

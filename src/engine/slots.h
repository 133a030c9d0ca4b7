// SPDX-License-Identifier: MIT
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H
#include "engine/engine.h"
#include "engine/lane.h"
#include "visit/gear.h"
#include "visit/visit.h"

// What engines on the coordinator's own loop have in common: one lane, and a slot for each job that
// is under way. The slot is
//
//     idle ── send ──► under way ──► done ── receive ──► given ── next call ──► idle
//
// and its one message is the job until the visit is over, the outcome then, to be read in place. In
// a steady state nothing is allocated for a job, unless there are so many slots that what each
// keeps for its next visit counts. How a visit is kept going is the engine's.
struct slots;

struct slot {
    struct list node; // idle or done
    struct slots *slots;
    struct buffer message;
    struct visit visit;
};

struct slots_ops {
    struct engine_ops engine;
    // Starts the visit of the job in `s`; whatever comes of it, slot_done is called once. Errors:
    // as lane_send; then it is not called.
    int (*begin)(struct slots *all, struct slot *s);
    size_t slot_size; // a struct slot comes first; what is behind it is zeroed, and the engine's
};

// The first member of an engine's own struct.
struct slots {
    struct engine engine;
    struct lane lane;
    struct engine_setup setup;
    const struct slots_ops *ops;
    struct gear gear;
    struct list idle, done; // of slots; the one used last is the first that is idle
    struct slot *given;
    struct buffer outcome; // of the visit that has just ended
    size_t kept;           // see visit_trim
};

// Prepares the engine and its lane. Errors: -ENOMEM and those of gear_open; then nothing is left.
int slots_init(struct slots *all, const struct engine_spec *spec, const struct engine_setup *setup,
               const struct slots_ops *ops);

// Nothing is under way.
void slots_fini(struct slots *all);

// The job that the slot was given.
const struct job *slot_job(const struct slot *s);

// The visit is over, and its outcome in `all->outcome`, with `code` as visit() returns. It is
// reported when it is its turn. Aborts without an outcome, for which there has been room.
void slot_done(struct slot *s, int code);
#endif

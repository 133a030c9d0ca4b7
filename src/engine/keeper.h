// SPDX-License-Identifier: MIT
#ifndef ENGINE_KEEPER_H
#define ENGINE_KEEPER_H
#include "data/buffer.h"
#include "engine/engine.h"
#include "engine/herd.h"
#include "engine/lane.h"
#include "sys/shmq.h"
#include <ev.h>

// One lane and the worker process behind it. Its fiber keeps a worker there as long as the engine
// is open:
//
//     start ──► spawned ──► follow ──► bury ──► rest ──┐
//       ▲                                              │
//       └──────────────────────────────────────────────┘
//
// Once it is spawned the lane has room; following receives outcomes until the worker's death;
// burying gives the job it had its outcome. A queue is not used for a second worker. What a dead
// worker had published is received before its job is given up.

// What the keepers of one engine share.
struct keeper_house {
    struct engine *engine;
    struct engine_setup setup;
    struct herd *herd;
    unsigned kind;              // of worker
    struct buffer worker_setup; // see worker_setup.h
    bool ending;                // workers end when they have nothing to do, and are not replaced
    unsigned early;             // workers in a row that died before they were ready
    struct engine_usage *usage;
};

// Why a worker was killed by us.
enum keeper_verdict { KEEPER_INNOCENT, KEEPER_HUNG, KEEPER_MAD, KEEPER_ABANDONED };

struct keeper {
    struct lane lane;
    struct keeper_house *house;
    struct list waits; // its fiber, for anything that happened
    struct herd_member member;
    struct shmq *jobs, *outcomes;
    struct ev_io bell; // of `outcomes`
    unsigned number;   // of its present worker in the run: tools_number
    pid_t pid;         // 0: not spawned
    bool asked;        // for a worker, and its end has not been reported
    bool rung, lived;  // the bell rang; it was once ready for work
    int status;        // as waitpid(2), once it has died
    int failure;       // a positive errno: it could not be started
    enum keeper_verdict verdict;
    bool struck; // the zygote has been asked to kill it
    // The one job.
    bool under_way, done; // `done`: `outcome` has not been received
    uint32_t job_id;
    int64_t sent, sent_wall, due; // `due`: monotonic, CLOCK_NEVER for a job without limits
    struct buffer outcome;
};

// Makes a lane of the house's engine, in place, without a worker. Errors: -ENOMEM.
int keeper_init(struct keeper *k, struct keeper_house *house);

// Its fiber has ended.
void keeper_fini(struct keeper *k);

// The body of its fiber; ends when the house does.
int keeper_run(void *keeper);

// Something about the house has changed, or time has passed: looks again. `now` in monotonic ns; a
// worker whose job is overdue is killed.
void keeper_look(struct keeper *k, int64_t now);

// The job it has, if any, is not wanted: its worker is killed.
void keeper_abandon(struct keeper *k);

// The engine can take no more work, ever: says `why` once.
void keeper_give_up(struct keeper_house *house, int error, const char *why);
#endif

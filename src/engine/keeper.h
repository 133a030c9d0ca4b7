// SPDX-License-Identifier: MIT
#ifndef ENGINE_KEEPER_H
#define ENGINE_KEEPER_H
#include "data/buffer.h"
#include "engine/docket.h"
#include "engine/engine.h"
#include "engine/herd.h"
#include "engine/lane.h"
#include "engine/wire.h"
#include <ev.h>

// One lane and the worker process behind it. Its fiber keeps a worker there as long as the engine
// is open:
//
//     start ──► spawned ──► follow ──► bury ──► rest ──┐
//       ▲                                              │
//       └──────────────────────────────────────────────┘
//
// Once it is spawned the lane has room; following waits for the worker's death; burying sees to it
// that the coordinator receives what the dead worker had published, and then an outcome for each
// job that it had not come to the end of. A queue is not used for a second worker.
//
// keeper.c is the worker's life, keeper_lane.c what goes down and comes up meanwhile.

// What the keepers of one engine share.
struct keeper_house {
    struct engine *engine;
    struct engine_setup setup;
    struct herd *herd;
    unsigned kind;              // of worker: see worker.h
    struct buffer worker_setup; // see worker_setup.h
    bool ending;                // workers end when they have nothing to do, and are not replaced
    unsigned early;             // workers in a row that died before they were ready
    unsigned working;           // workers that are there, and were once ready
    struct engine_usage *usage;
};

// Why a worker was killed by us.
enum keeper_verdict { KEEPER_INNOCENT, KEEPER_HUNG, KEEPER_MAD, KEEPER_ABANDONED };

enum { KEEPER_WHY = 120 };

struct keeper {
    struct lane lane;
    struct keeper_house *house;
    struct list waits; // its fiber, for anything that happened
    struct herd_member member;
    unsigned number; // of its present worker in the run: gear_number
    pid_t pid;       // 0: not spawned
    bool asked;      // for a worker, and its end has not been reported
    bool lived;      // it was once ready for work
    bool told;       // to end
    bool dead;       // what it leaves is being handed over
    int status;      // as waitpid(2), once it has died
    int failure;     // a positive errno: it could not be started
    enum keeper_verdict verdict;
    bool struck;          // the zygote has been asked to kill it
    int64_t patience;     // monotonic ns until which it may take to end
    char why[KEEPER_WHY]; // it is dead: see obituary.h
    // What goes down and comes up.
    struct shmq *jobs, *outcomes;
    struct wire_out down;
    struct wire_in up;
    struct ev_io room, bell; // of `jobs`, of `outcomes`
    struct docket docket;
    struct buffer outcome; // the one given out, if it lies here
    // The end of its archive, as far as it was reported; no file: nothing was.
    char archive_file[256];
    uint64_t archive_end;
};

// Makes a lane of the house's engine, in place, without a worker. Errors: -ENOMEM.
int keeper_init(struct keeper *k, struct keeper_house *house);

// Its fiber has ended.
void keeper_fini(struct keeper *k);

// The body of its fiber; ends when the house does.
int keeper_run(void *keeper);

// Something about the house has changed, or time has passed: looks again. `now` in monotonic ns; a
// worker with a job that is overdue is killed.
void keeper_look(struct keeper *k, int64_t now);

// The jobs it has, if any, are not wanted: its worker is told so if it can hear it, and killed if
// it cannot.
void keeper_abandon(struct keeper *k);

// The engine can take no more work, ever: says `why` once.
void keeper_give_up(struct keeper_house *house, int error, const char *why);

// Notes where an outcome says that it was archived (keeper_archive.c), and brings the archive of a
// worker that died back to that; may park.
void keeper_archive_note(struct keeper *k, const struct outcome *o);
void keeper_archive_settle(struct keeper *k);

// Condemns the worker, if there is one that has not been.
void keeper_kill(struct keeper *k, enum keeper_verdict verdict);

// ---- keeper_lane.c

enum { KEEPER_LANE_FDS = 2 * SHMQ_FDS };

// Makes the lane, without room. Errors: -ENOMEM.
int keeper_lane_init(struct keeper *k);
void keeper_lane_fini(struct keeper *k);

// Makes queues for a new worker and fills in the descriptors that it gets; returns how many.
// Errors: as shmq_new.
int keeper_lane_open(struct keeper *k, int fds[KEEPER_LANE_FDS]);

// The worker has been spawned: listens to it, and lets jobs come unless the house is ending.
void keeper_lane_begin(struct keeper *k);

// The worker is dead: hears nothing any more.
void keeper_lane_end(struct keeper *k);

// Whether the coordinator has received everything of a dead worker.
bool keeper_lane_is_over(struct keeper *k);

// Frees the queues.
void keeper_lane_close(struct keeper *k);
#endif

// SPDX-License-Identifier: MIT
#ifndef VISIT_GEAR_H
#define VISIT_GEAR_H
#include "visit/budget.h"
#include "visit/recent.h"
#include "visit/turns.h"

// What the visits of one worker share: where their bodies are saved and archived, and how much
// memory they may take meanwhile. A worker is whatever has an archive file of its own: a process, a
// thread, a loop. Made by its engine, borrowed by each struct visit.
struct archive;
struct save;
struct visit_settings;

struct gear {
    struct save *save;       // NULL: bodies are not saved
    struct archive *archive; // NULL: exchanges are not archived
    struct budget budget;
    struct recent recent; // links reported a moment ago
    struct turns turns;   // for engines that keep several visits going
};

// Descriptors that one holds, whatever its visits do.
unsigned gear_descriptors(const struct visit_settings *settings);

// A number for a worker that is about to be made: unique in the run. Called in the coordinator's
// process, by any thread; a worker process is told its own in visit_settings.worker.
unsigned gear_number(void);

// Opens what the settings ask for; they are borrowed. `number` is the worker's. May block for a
// moment. Errors: those of open(2), -ENOMEM.
int gear_open(struct gear *t, const struct visit_settings *settings, unsigned number);

// Ends it all; the archive's file gets its final name. No visit may be under way. Blocks. One that
// is all zero is legal.
void gear_close(struct gear *t);
#endif

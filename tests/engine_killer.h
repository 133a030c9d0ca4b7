// SPDX-License-Identifier: MIT
#ifndef TESTS_ENGINE_KILLER_H
#define TESTS_ENGINE_KILLER_H
#include "sys/zygote.h"

// Kills workers at moments that nobody foresees, but only after work was done since the last time:
// however fast or slow the machine, there is a death every so many jobs, and workers get to work in
// between (an engine whose workers never do gives up).
struct engine_killer {
    struct zygote *zygote;    // whose child is killed
    const unsigned *outcomes; // counts what came back
    unsigned between;         // outcomes at least, from one kill to the next
    unsigned killed;
    unsigned then; // *outcomes at the last kill
};

// The fiber of an engine_killer, until it is cancelled.
int engine_killer_run(void *killer);
#endif

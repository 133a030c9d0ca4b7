// SPDX-License-Identifier: MIT
#ifndef VISIT_TURNS_H
#define VISIT_TURNS_H
#include "data/list.h"
#include <stdint.h>

// The outcomes of one worker are reported in the order in which its archive got their exchanges, so
// that whoever hears of an end of a file has heard of everything before it. An engine that keeps
// several visits going passes each that is over through here:
//
//     turns_arrive(&gear->turns, &visit->turn);
//     while ((t = turns_next(&gear->turns)))
//         ... the visit of `t` may be reported now
//
// A visit that archived nothing waits for nobody. Nobody waits for long, for nothing is waited for
// between an append and the visit's arrival but the thread's way back. One thread only.
struct turn {
    struct list node;
    uint64_t number; // of its append, from 1; 0: it made none. Set by the visit
};

struct turns {
    struct list ready;   // may be reported, in order
    struct list waiting; // by number
    uint64_t next;       // the number whose turn it is
};

void turns_init(struct turns *s);

// The visit of `t` is over and its outcome is there. `t` is the turns' until turns_next gives it.
void turns_arrive(struct turns *s, struct turn *t);

// The next that may be reported, in order; NULL: none for now.
struct turn *turns_next(struct turns *s);
#endif

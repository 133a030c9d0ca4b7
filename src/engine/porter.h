// SPDX-License-Identifier: MIT
#ifndef ENGINE_PORTER_H
#define ENGINE_PORTER_H
#include "data/list.h"
#include "sys/doorbell.h"
#include <ev.h>

// One doorbell of a loop for any number of threads: instead of a descriptor each, they leave word
// with the porter of whom to look after. Whoever was left word of any number of times since it was
// last looked after is told once.
//
//     thread ──► porter_tell ──┐
//     thread ──► porter_tell ──┼──► list of guests ──► (eventfd) loop ──► guest->heard
//     thread ──► porter_tell ──┘
struct loop;

struct porter_guest {
    struct porter *porter;
    struct porter_guest *next; // on the list
    bool told;                 // is on the list, or about to be
    // Called on the loop's stack; must not park.
    void (*heard)(struct porter_guest *g);
};

struct porter {
    struct loop *loop;
    struct porter_guest *guests; // told of, the last one first; shared with the threads
    uint32_t asleep;
    struct doorbell bell;
    struct ev_io io;
};

// Opens it on `l`. Errors: those of doorbell_open.
int porter_open(struct porter *p, struct loop *l);

// No thread will tell it anything any more. One that was never opened ({ 0 }) is legal.
void porter_close(struct porter *p);

// Leaves word of `g`. In any thread; never waits. What it did before is seen by `heard`.
void porter_tell(struct porter_guest *g);
#endif

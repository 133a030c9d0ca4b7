// SPDX-License-Identifier: MIT
#ifndef FETCH_HOARD_H
#define FETCH_HOARD_H
#include "data/list.h"
#include <pthread.h>
#include <stdbool.h>

// Blocking handles keep connections, each its own, also while nobody uses them. There may be
// thousands of such handles, on threads that sleep, and what they keep may be all the descriptors
// that the process has: then whoever lacks one takes theirs. Called on any thread; nothing parks.
struct hoard {
    struct list node;              // among those of the process
    pthread_mutex_t use;           // somebody uses what is kept, or it is being dropped
    bool (*drop)(struct hoard *h); // gives up what is kept; returns whether anything was
};

// From now on it may be dropped, on any thread, whenever it is not in use. `drop` must not use
// another hoard.
void hoard_init(struct hoard *h, bool (*drop)(struct hoard *h));

// It is not in use.
void hoard_fini(struct hoard *h);

// Between these two it is left alone. Waits for whoever is dropping it.
void hoard_begin(struct hoard *h);
void hoard_end(struct hoard *h);

// How many there are.
unsigned hoard_count(void);

// Drops all that are not in use. Returns how many gave anything up.
unsigned hoard_drop_idle(void);
#endif

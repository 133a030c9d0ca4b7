// SPDX-License-Identifier: MIT
#ifndef FETCH_SHARD_H
#define FETCH_SHARD_H
#include "data/list.h"
#include "fetch/glance.h"
#include "fetch/pins.h"
#include "fetch/sockets.h"
#include "sched/loop.h"
#include <curl/curl.h>
#include <stdint.h>

// One curl multi on the loop. What libcurl wants done at once waits on the owner's list `kicked`,
// and a shard in which something may have ended is on its list `stirred`: both are for the owner's
// hook to empty, on the loop's stack and outside libcurl's callbacks.
struct shard {
    CURLM *curl; // NULL: not opened yet
    struct loop *loop;
    struct sockets *sockets;
    struct glance glance;
    struct pins pins;
    struct loop_timer timer;
    bool failed; // libcurl ran out of memory, and may have lost sight of any transfer
    int64_t due; // when libcurl wants its next call; CLOCK_NEVER
    struct list kicked, stirred; // its places on the lists below
    struct list *kick_list, *stir_list;
};

// Opens the multi. `connections` is how many it may keep at most. The others are borrowed. Errors:
// -ENOMEM.
int shard_open(struct shard *s, struct loop *l, struct sockets *sockets, struct list *kick_list,
               struct list *stir_list, long connections);

// Closes it and its connections; no transfer is in it. One that was never opened is legal.
void shard_close(struct shard *s);

// Lets libcurl do what was due at once.
void shard_kick(struct shard *s);

// Lets libcurl see to an event on one of its sockets.
void shard_event(struct shard *s, int fd, int events);
#endif

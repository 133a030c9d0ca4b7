// SPDX-License-Identifier: MIT
#ifndef FETCH_PASSAGE_SWEEP_H
#define FETCH_PASSAGE_SWEEP_H
#include "fetch/passage.h"
#include "sched/loop.h"

// What need not be exact is looked at now and then, not timed for each exchange: who is too slow,
// or takes too long without libcurl's noticing, is ended; what is kept of former ones beyond use is
// freed. It goes on while there is something to look at.
struct passage_sweep {
    struct loop *loop;
    struct loop_timer timer;
    struct passages *passages;             // borrowed
    const struct fetch_settings *settings; // borrowed
    unsigned spare;                        // idle passages that are kept whatever happens
    int64_t due;                           // monotonic ns
    int64_t looked; // when it was due, while what has come until then is read; 0: not now
};

void passage_sweep_init(struct passage_sweep *s, struct loop *l, struct passages *passages,
                        const struct fetch_settings *settings, unsigned spare);
void passage_sweep_fini(struct passage_sweep *s);

// Sets the next one. Without memory for a timer there is none until it is wanted once more.
void passage_sweep_set(struct passage_sweep *s);

// There is something to look at.
static inline void passage_sweep_want(struct passage_sweep *s)
{
    if (!s->timer.place)
        passage_sweep_set(s);
}
#endif

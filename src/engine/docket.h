// SPDX-License-Identifier: MIT
#ifndef ENGINE_DOCKET_H
#define ENGINE_DOCKET_H
#include <stdbool.h>
#include <stdint.h>

// The jobs that a worker has: what must be known of each if the worker does not live to say how it
// ended. A table by id with open addressing; nothing is allocated after docket_init. Pure.
struct docket_job {
    uint32_t id;
    bool taken; // the place is
    int64_t sent, sent_wall;
    int64_t due; // monotonic ns by which it must have ended; CLOCK_NEVER
};

struct docket {
    struct docket_job *at;
    uint32_t mask; // places less 1
    uint32_t hand; // where docket_take_any goes on
    unsigned count;
};

// Makes room for `most` jobs. Errors: -ENOMEM.
int docket_init(struct docket *d, unsigned most);
void docket_fini(struct docket *d);

// Adds a job; there is room, and none has its id.
void docket_add(struct docket *d, uint32_t id, int64_t sent, int64_t sent_wall, int64_t due);

// Takes the job with this id off. Returns whether there was one.
bool docket_take(struct docket *d, uint32_t id);

// Takes any job off, into `out`. Returns whether there was one.
bool docket_take_any(struct docket *d, struct docket_job *out);

// Whether one of the jobs should have ended by `now`. O(places).
bool docket_is_overdue(const struct docket *d, int64_t now);
#endif

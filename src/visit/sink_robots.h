// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_ROBOTS_H
#define VISIT_SINK_ROBOTS_H
#include "data/buffer.h"
#include "fetch/response.h"

// The sink that reads a robots.txt, and passes it on. Looked at are the bodies of 2xx answers, and
// of those no more than ROBOTS_MOST bytes; no more is received of any other either. What it says
// comes as the findings of finding_robots.h. In place; used again from visit to visit.
struct robots;

struct sink_robots {
    struct sink sink;
    struct sink *next;      // borrowed; NULL: the last
    struct robots *reading; // NULL: this body is not read
    struct span agent;      // whose rules are wanted; borrowed
    size_t passed;          // bytes of the body
    bool failed;            // for lack of memory
};

// Prepares for a body. `agent`, a product token, is borrowed until the body is over.
void sink_robots_begin(struct sink_robots *s, struct span agent, struct sink *next);

// The body is over; `whole`: and complete, or cut for having been read as far as it is. Appends the
// findings to `out`. Errors: -ENOMEM, also of any time since the beginning.
int sink_robots_end(struct sink_robots *s, bool whole, struct buffer *out);

void sink_robots_fini(struct sink_robots *s);
#endif

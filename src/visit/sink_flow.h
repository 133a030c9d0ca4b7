// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_FLOW_H
#define VISIT_SINK_FLOW_H
#include "fetch/response.h"
#include <stdint.h>

// The sink at the head of the chain that counts what arrives, heads and bodies, and has the
// exchange wait for its turn when there is a rate (flow.h). In place; belongs to one visit.
struct flow;

struct sink_flow {
    struct sink sink;
    struct sink *next; // borrowed
    struct flow *flow;
    int64_t until; // monotonic ns: when it may go on; 0: now
    bool waits;    // for that, just now
    bool paused;   // the next sink asked for that
};

void sink_flow_begin(struct sink_flow *s, struct flow *flow, struct sink *next);
#endif

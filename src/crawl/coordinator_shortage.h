// SPDX-License-Identifier: MIT
#ifndef CRAWL_COORDINATOR_SHORTAGE_H
#define CRAWL_COORDINATOR_SHORTAGE_H
#include "data/span.h"
#include "sys/clock.h"
#include <stdbool.h>
#include <stdint.h>

// What this machine lacks: descriptors, ports, memory. It is charged to no host and to no URL: less
// is done at once, as little as one request at a time, and what met the lack is tried again a
// moment later. When nothing at all gets through for longer than ports take to be free again, the
// run ends, with one line; nothing is lost by that.
struct coordinator;

struct shortage {
    int64_t changed;  // when `cap` was lowered, or raised again
    int64_t starving; // since when everything that was tried met a lack; 0: something got through
    bool said;
};

// From a lack to the next try; ns.
#define SHORTAGE_PAUSE (CLOCK_S / 4)

// Divides the descriptors that the process may still open: some are kept (sys/spare.h) for what the
// coordinator itself needs. To be called before engines are opened. Errors: -EMFILE, which was
// said: there are too few for anything at all.
int shortage_divide(struct coordinator *c);

// How many of them the engine `k` may take for its workers; 0: as many as it likes.
unsigned shortage_share(const struct coordinator *c, unsigned k);

// Something was lacking, `why` says what. Less is done at once from now on. `since`: when what met
// the lack was first tried, monotonic; `proven`: the kernel said so, and not a server's behaviour
// alone. Returns whether it may be tried again without counting: not when others get through, and
// it alone does not for a long time, nor, unless `proven`, when there is hardly anything left to
// lower.
bool shortage_met(struct coordinator *c, int64_t since, struct span why, bool proven);

// The same for a fiber that looks a name up, and waits for a pause. Parks. Errors: -ECANCELED.
int shortage_wait(struct coordinator *c, const char *why);

// Something got through. When that has been so for a while, more is done at once again.
void shortage_past(struct coordinator *c);
#endif

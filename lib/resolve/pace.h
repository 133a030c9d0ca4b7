// SPDX-License-Identifier: MIT
#ifndef RESOLVE_PACE_H
#define RESOLVE_PACE_H
#include <stdbool.h>
#include <stdint.h>

// How many lookups may be under way. Pure. Two things that a burst of questions does to a server
// set the pace: its socket's buffer overflows (some 270 datagrams by Linux's default), so no more
// than PACE_BURST go out that nothing has come back for, in PACE_SLOT; and its table of queries
// fills up (150 in a dnsmasq that forwards), which it says with REFUSED: then the room is halved,
// and grows again by one for each roomful that went well.
enum { PACE_BURST = 64, PACE_ROOM_LEAST = 8 };
#define PACE_SLOT INT64_C(20000000)  // ns
#define PACE_CUT INT64_C(1000000000) // ns between two cuts: one crowd is told off once

struct pace {
    unsigned most, room; // lookups under way at most; now
    unsigned under_way;
    unsigned burst; // started in this slot, less those that ended
    int64_t slot;   // when it began
    unsigned well;  // ended since `room` last changed
    int64_t cut;    // when it was last halved
};

void pace_init(struct pace *p, unsigned most);

// Whether one more may start at `now`; if so, it is counted.
bool pace_start(struct pace *p, int64_t now);

// When time alone lets the next one start; CLOCK_NEVER when one must end first.
int64_t pace_next(const struct pace *p);

// One has ended.
void pace_end(struct pace *p);

// A server that answers others refused a question.
void pace_refused(struct pace *p, int64_t now);
#endif

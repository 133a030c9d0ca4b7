// SPDX-License-Identifier: MIT
#ifndef FRONTIER_ADAPT_H
#define FRONTIER_ADAPT_H
#include <stdint.h>

// A delay between requests that follows how the host does: so many times its own latency as long as
// it answers, twice as long after each sign that it has too much to do, and slowly shorter again
// afterwards. A pure function of what has happened.
struct adapt_settings {
    unsigned factor; // times the latency; 0: the latency does not count
    int64_t most;    // ns; the delay never passes it
};

// Of one politeness group.
struct adapt {
    int64_t delay;   // ns
    int64_t least;   // ns; the delay never falls below
    int64_t latency; // ns, of the exchanges of late; 0: none yet
    int64_t grown;   // monotonic ns when it last grew for a bad sign
};

// Begins with `delay`, which is brought within `least` and the settings' most. When the latency
// counts it is never nothing at all: the first exchange goes alone, until its latency is known.
void adapt_init(struct adapt *a, const struct adapt_settings *s, int64_t delay, int64_t least);

// Goes on from what a run before has learnt, within the same bounds; of several the longest delay.
void adapt_recall(struct adapt *a, const struct adapt_settings *s, int64_t delay, int64_t latency);

// The host has answered; its first byte took `latency` ns.
void adapt_good(struct adapt *a, const struct adapt_settings *s, int64_t latency);

// The host has too much to do: it said so (429, 503), was silent for too long, or refused. The
// exchange began at `began` and has ended at `now`; what was under way already when another one
// told the same tells nothing new.
void adapt_bad(struct adapt *a, const struct adapt_settings *s, int64_t began, int64_t now);
#endif

// SPDX-License-Identifier: MIT
#ifndef CRAWL_INTAKE_H
#define CRAWL_INTAKE_H
#include <stdbool.h>
#include <stdint.h>

// Lines become items, as fast as they can be used and no faster. What memory should not hold waits
// on disk.
struct coordinator;
struct item;
struct line;
struct overflow;

// Notes that the place of `i`, which is queued, was typed: it may be anywhere.
void intake_trust(struct coordinator *c, const struct item *i);

// Whether the source may give more now.
bool intake_wanted(const struct coordinator *c);

// Takes one line: an item is queued, or a record says why there is none.
void intake_line(struct coordinator *c, const struct line *line);

// Adds a line that was not come to to --failed.
void intake_note_unfinished(struct coordinator *c, const struct line *line);

// Queues an item that is not new: from disk. `not_before`: the monotonic time that it waits for; 0:
// none. Takes it.
void intake_put(struct coordinator *c, struct item *i, int64_t not_before);

// The second half of it, and of all ways into the frontier, once nothing more is to be learned of
// the item first. Takes it.
void intake_enter(struct coordinator *c, struct item *i, int64_t not_before);

// Items in memory that are not under way.
unsigned intake_waiting(const struct coordinator *c);

// How many more items memory should have from disk now; below 0: so many too many.
int64_t intake_room(const struct coordinator *c);

// The fiber that feeds the coordinator from its source, and the one that brings lines back from
// disk; `arg` is the coordinator. They park until they are cancelled or nothing is left, and say on
// the log what went wrong.
int intake_feed(void *arg);
int intake_refill(void *arg);

// A host with lines on disk whose queue is low; NULL when there is none.
struct overflow *intake_low(const struct coordinator *c);
#endif

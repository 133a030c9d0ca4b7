// SPDX-License-Identifier: MIT
#ifndef FRONTIER_FRONTIER_LINE_H
#define FRONTIER_FRONTIER_LINE_H
#include "frontier/frontier.h"

// Where hosts and groups stand in line; for the frontier's own use. A host that has something
// queued is in one line at most: of its group, of those to be opened, of those to be asked for
// their robots.txt, or of those that are given up. In none it waits for what is under way, or for a
// time.

// Puts a group where it belongs now: among the ready, among those that wait for a time, or nowhere,
// when it has nothing to start or only the end of an exchange can tell. A group that is ready keeps
// its turn.
void frontier_place(struct frontier *f, struct group *g, int64_t now);

// Puts a host that has something queued in line: for its turn in the group, for being opened, or
// for the end of its queue.
void frontier_line_up(struct frontier *f, struct host *h, int64_t now);

// Takes a host out of whatever line it is in.
void frontier_step_out(struct frontier *f, struct host *h, int64_t now);

// Puts a host that nothing is to be done for among those that may be forgotten.
void frontier_rest(struct frontier *f, struct host *h, int64_t now);

// Has the group of `h`, whose turn it is and who is in no line, wait for its robots.txt; ends that.
void frontier_reserve(struct frontier *f, struct host *h);
void frontier_unreserve(struct host *h);
#endif

// SPDX-License-Identifier: MIT
#ifndef CRAWL_LEFTOVER_H
#define CRAWL_LEFTOVER_H

// What a run that was stopped has not come to.
struct coordinator;

// Adds it to --failed, unless it is kept. Parks.
void leftover_list(struct coordinator *c);

// The part of it that was in memory.
void leftover_drop(struct coordinator *c);
#endif

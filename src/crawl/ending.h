// SPDX-License-Identifier: MIT
#ifndef CRAWL_ENDING_H
#define CRAWL_ENDING_H
#include "data/span.h"

// An item ends: its record is written, whoever counts or remembers is told, and it is freed.
struct coordinator;
struct ending;
struct item;

// Writes the record of `i`, which ended as `e` says (its time is filled in), and frees it.
void ending_write(struct coordinator *c, struct item *i, struct ending *e);

// Ends `i`, whose body is at `saved` already, without an attempt. Frees it.
void ending_skipped(struct coordinator *c, struct item *i, struct span saved);

// Writes `i` to --failed only, for it was not finished: the end of an interrupted run. Frees it.
void ending_unfinished(struct coordinator *c, struct item *i);

// Adds a URL, and what else its line of JSON said, to --failed, if that is wanted.
void ending_note_failed(struct coordinator *c, struct span url, struct span members);
#endif

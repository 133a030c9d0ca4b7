// SPDX-License-Identifier: MIT
#ifndef CRAWL_TALLY_H
#define CRAWL_TALLY_H
#include "crawl/stats.h"

struct host;
struct outcome;

// Counts, kept as things happen. Pure: it writes into a struct crawl_stats and nothing else.

// One exchange by engine number `engine` came to `o`.
void tally_exchange(struct crawl_stats *s, unsigned engine, const struct outcome *o);

// One record was written.
void tally_record(struct crawl_stats *s, enum fetch_error error, int status);

// Whether a URL that ended so has failed: by an error, or a status of 400 or more.
bool tally_is_failure(enum fetch_error error, int status);

// Takes what `h` knows of itself into the list of the slowest hosts; once a host, at its end.
void tally_host(struct crawl_stats *s, const struct host *h);
// Adds a record of a URL that was not fetched, for its file was there.
void tally_skipped(struct crawl_stats *s);
#endif

// SPDX-License-Identifier: MIT
#ifndef CRAWL_ROBOTS_H
#define CRAWL_ROBOTS_H
#include "data/span.h"
#include "fetch/error.h"

// The robots.txt of a host is asked for by a job like any other, while a fiber waits for what comes
// of it.
struct coordinator;
struct host;
struct item;
struct job_parts;
struct outcome;

// Starts fibers for the hosts whose robots.txt comes next.
void robots_start(struct coordinator *c);

// Fills in what the job of a robots.txt has beyond that of any item. Errors: -ENOMEM.
int robots_fill(struct coordinator *c, const struct item *i, struct job_parts *p);

// Takes what came of the exchange of `i`, which has ended; or that there was none.
void robots_settle(struct coordinator *c, struct item *i, const struct outcome *o);
void robots_settle_without(struct item *i, enum fetch_error error, struct span message);

// The product token by which `h` may speak to us.
struct span robots_agent(const struct coordinator *c, const struct host *h);
#endif

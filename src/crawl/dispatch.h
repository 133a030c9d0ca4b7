// SPDX-License-Identifier: MIT
#ifndef CRAWL_DISPATCH_H
#define CRAWL_DISPATCH_H
#include <stdint.h>

// Items become jobs: what a gate lets go, in a lane with room.
struct coordinator;

// When something may be started again, as far as the limits on requests and bytes a second go; a
// time that has passed: now.
int64_t dispatch_due(const struct coordinator *c);

// Starts everything that may start now.
void dispatch_all(struct coordinator *c);
#endif

// SPDX-License-Identifier: MIT
#ifndef CRAWL_OPENING_H
#define CRAWL_OPENING_H
#include "fetch/error.h"

// Hosts get their addresses, each in a fiber of straight-line code.
struct coordinator;
struct host;
struct resolve_answer;

// Starts fibers for the hosts that wait to be opened, as many as are allowed at once.
void opening_start(struct coordinator *c);

// Makes sure that `h` has addresses that hold. Parks, also until there is what it takes to ask.
// Returns 0 when it has; 1 when there are none, with `answer` filled in. Errors: negative, as
// resolver_lookup, but for what this machine lacks.
int opening_look_up(struct coordinator *c, struct host *h, struct resolve_answer *answer);

// Ends the attempt of every URL that waits for `h`.
void opening_fail_queue(struct coordinator *c, struct host *h, enum fetch_error error,
                        const char *why);
#endif

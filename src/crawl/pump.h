// SPDX-License-Identifier: MIT
#ifndef CRAWL_PUMP_H
#define CRAWL_PUMP_H
#include <stdbool.h>

// One turn of everything, whenever something has happened: outcomes are taken, what may start is
// started, and one timer is set for what only time will change. On the loop's stack.
struct coordinator;

// Sets the hook and the timer; coordinator_open adds the hook to the loop.
void pump_init(struct coordinator *c);

// It turns no more.
void pump_end(struct coordinator *c);

// Whether nothing is left that the pump could do.
bool pump_is_over(struct coordinator *c);

// Stops a run that has come as far as it may.
void pump_look_at_limits(struct coordinator *c);
#endif

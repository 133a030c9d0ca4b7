// SPDX-License-Identifier: MIT
#ifndef FRONTIER_RETRY_H
#define FRONTIER_RETRY_H
#include "fetch/error.h"
#include <stdbool.h>
#include <stdint.h>

// Which exchanges are worth another attempt, and after how long. Pure.

// Whether what came of an exchange may be different the next time: names that could not be looked
// up, connect failures, reset, timeout, a dead worker, a body cut short, and the statuses 408, 429,
// 500, 502, 503, 504. No other 4xx, no certificate error.
bool retry_worthwhile(enum fetch_error error, int status);

// Whether a URL gets another attempt after `tries`, of which the user allowed so many beyond the
// first. `deaths` workers have died over it: by the second it is known to kill them.
bool retry_allowed(unsigned tries, unsigned deaths, unsigned allowed);

// ns to wait before attempt number `attempt` (2 is the first repetition): 1 s, doubling to 60 s, of
// which a random part up to a half is taken off so that what failed together does not come back
// together. `random` is any 64 random bits.
int64_t retry_delay(unsigned attempt, uint64_t random);

// ns that what was tried so often waits at least when a run is gone on with, so that it comes
// behind what was not, and behind what was tried less: a host must not be asked for nothing but its
// broken pages.
int64_t retry_behind(unsigned attempts);
#endif

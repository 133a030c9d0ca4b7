// SPDX-License-Identifier: MIT
#ifndef CRAWL_SETTLE_H
#define CRAWL_SETTLE_H
#include "data/span.h"
#include "fetch/error.h"
#include <stdbool.h>

// Outcomes become records, redirects or further attempts. Nothing here waits: an item keeps its
// credit until its record is written.
struct coordinator;
struct item;
struct outcome;

// Takes every outcome there is.
void settle_all(struct coordinator *c);

// Ends an attempt of `i` that never became an exchange, or could not: a failed look-up, an address
// that must not be reached. Takes `i`. `message` may be absent.
void settle_without_exchange(struct coordinator *c, struct item *i, enum fetch_error error,
                             struct span message);

// Takes what the host of `i` wants to be shown, if `o` says so. Returns whether it can be asked
// again, and shown that.
bool settle_challenge(struct item *i, const struct outcome *o);
#endif

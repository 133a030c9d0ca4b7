// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_ORDER_H
#define CMD_FETCH_ORDER_H
#include "ledger/order.h"
#include "options/arguments.h"
#include <limits.h>

// What a command line orders, in the form in which the state of its run keeps it and is compared
// with later ones: options sorted by name, names of files whole. Owns what `order` has views of,
// and does not move.
struct fetch_order {
    struct order order;
    struct buffer options, shown;
    char cwd[PATH_MAX];
};

// Of `a`, which outlives it. Secrets in the process's command line have been wiped.
// fetch_order_fini ends it, whatever is returned. Errors: -ENOMEM.
int fetch_order_make(struct fetch_order *o, const struct arguments *a);
void fetch_order_fini(struct fetch_order *o);
#endif

// SPDX-License-Identifier: MIT
#ifndef LEDGER_ORDER_H
#define LEDGER_ORDER_H
#include "data/pack.h"
#include <stdbool.h>

// What was ordered when a state was begun: the command line, so that it can be gone on with without
// typing it again, and those of its options that must stay what they were. In the state's meta
// table under ORDER_NAME. It may hold passwords; the state is readable by its owner alone.
#define ORDER_NAME "command"

// Lists of strings, packed: of the arguments, and of names and values of options in turn.
struct order {
    struct span command;   // "fetch"
    struct span cwd;       // the directory that relative names are of
    struct span shown;     // the command line for people, secrets wiped
    struct span arguments; // behind the command's name
    struct span options;   // those that matter, sorted by name; what is no option, behind them
};

// Appends it as bytes. Lack of memory shows in `out`.
void order_write(struct buffer *out, const struct order *o);

// Views of the bytes. Errors: -EUCLEAN, -EPROTO.
int order_read(struct order *out, struct span bytes);

// Takes the next string off a list. False: that was all.
bool order_next(struct span *rest, struct span *out);

// Appends those of the options in `list` that `keeps` takes, by their names. Lack of memory shows
// in `out`.
void order_keep(struct buffer *out, struct span list, bool (*keeps)(struct span name));

// The value of the option of this name, a view; absent: there is none.
struct span order_value(struct span list, const char *name);

// The name of the first option in which they differ, a view; absent: they are the same.
struct span order_difference(const struct order *a, const struct order *b);
#endif

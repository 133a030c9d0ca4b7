// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_ASK_H
#define CMD_FETCH_ASK_H
#include "options/arguments.h"

// Puts together what the options of a run ask for (-X, -I, -d, -H, -b, -u, -n and their like) and
// leaves it in `a->crawl.ask`, which has views of `a`. Reads the files that -d names. Returns
// STATUS_OK, or STATUS_USAGE or STATUS_BROKEN having said why.
int fetch_ask(struct arguments *a);
#endif

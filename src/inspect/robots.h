// SPDX-License-Identifier: MIT
#ifndef INSPECT_ROBOTS_H
#define INSPECT_ROBOTS_H
#include "inspect/answer.h"

// trawl inspect robots: whether a robots.txt lets an agent fetch a URL, and which line decides.
extern const struct inspect_kind inspect_robots;
#endif

// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_ORIGIN_H
#define DEMO_DEMO_ORIGIN_H
#include "bench/origin.h"

// Starts the origin of the demo in a process of its own; see origin_start.
int demo_origin_start(struct origin *out);
#endif

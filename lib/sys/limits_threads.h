// SPDX-License-Identifier: MIT
#ifndef SYS_LIMITS_THREADS_H
#define SYS_LIMITS_THREADS_H
#include <stddef.h>

// Why this process gets no more threads. The kernel says EAGAIN for half a dozen limits; which one
// it is, is found by looking at each.

// Writes one sentence: that `started` of `wanted` threads could be started, which limit is in the
// way, and how it is raised. To be called while those that were started are still there.
void limits_explain_threads(char *out, size_t room, unsigned started, unsigned wanted);
#endif

// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_SELF_H
#define DEMO_DEMO_SELF_H
#include <stdbool.h>

// This program once more, in a process of its own, for what only another process can show.
struct demo_self {
    const char *const *arguments; // after the program's name, NULL at the end
    bool silent;               // nothing of what it says is shown; else all goes to standard output
    bool (*enough)(void *arg); // asked every few ms: it is time to kill it; NULL: never
    void *arg;
};

// Runs it to its end, or kills it (SIGKILL) when it is time. Takes its exit status to `status`, -1
// when it was killed. It dies with its parent. A SIGINT or SIGTERM meanwhile kills it too: then
// -EINTR, and the signal's number in `status`. Blocks; for a process that has one thread. Errors
// (said on the log): what fork gave.
int demo_self_run(const struct demo_self *s, int *status);
#endif

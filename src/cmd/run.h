// SPDX-License-Identifier: MIT
#ifndef CMD_RUN_H
#define CMD_RUN_H
#include "crawl/crawl.h"

struct zygote;

// One crawl from the outside: its loop, the signals that stop it, the live line.
struct run {
    const struct crawl_settings *settings;
    struct zygote *zygote; // NULL when no engine needs one
    const char *label;     // in front of the live line, a literal; NULL: none
    bool live;             // a live line is wanted, where one is possible
    // What came of it:
    enum crawl_end end;
    int signal; // that stopped it; 0: none
    struct crawl_stats stats;
};

// Runs it to its end. The first SIGINT or SIGTERM lets what is in flight finish, the second ends it
// now; SIGUSR1 prints the census. Called from the thread's own stack. Errors (said on the log):
// what crawl_run and loop_new gave.
int run_crawl(struct run *r);

// The exit status of a run of which run_crawl returned `result`.
int run_status(const struct run *r, int result);
#endif

// SPDX-License-Identifier: MIT
#ifndef BENCH_ORIGIN_H
#define BENCH_ORIGIN_H
#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

struct serve_settings;

// `trawl serve` in a process of its own, for who fetches from it in the same breath.
struct origin {
    pid_t pid; // 0: there is none
    uint16_t port;
    char dns[64]; // where its names are answered: "127.0.0.1:41234"; empty: nowhere
};

// Forks it, on `cpus` only unless that is NULL, and waits until it serves; `ready_fd` of the
// settings is not looked at. To be called before anything else has been started. It dies with its
// parent, and a process group of its own keeps the terminal's Ctrl-C from it. Blocks. Errors (said
// on the log): what fork and pipe gave; -EIO when it did not start. Ends with origin_stop.
int origin_start(struct origin *out, const struct serve_settings *settings, const cpu_set_t *cpus);

// Ends it and waits for that.
void origin_stop(struct origin *o);
#endif

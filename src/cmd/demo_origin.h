// SPDX-License-Identifier: MIT
#ifndef CMD_DEMO_ORIGIN_H
#define CMD_DEMO_ORIGIN_H
#include <stdint.h>
#include <sys/types.h>

// The origin of the demo, in a process of its own.
struct demo_origin {
    pid_t pid;
    uint16_t port;
    char dns[64]; // where its names are answered: "127.0.0.1:41234"
};

// Forks it and waits until it serves. To be called before anything else has been started; ends with
// demo_origin_stop. It dies with its parent. Blocks. Errors (said on the log): what fork and pipe
// gave; -EIO when it did not start.
int demo_origin_start(struct demo_origin *out);

// Ends it and waits for that.
void demo_origin_stop(struct demo_origin *o);
#endif

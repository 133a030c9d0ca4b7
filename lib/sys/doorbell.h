// SPDX-License-Identifier: MIT
#ifndef SYS_DOORBELL_H
#define SYS_DOORBELL_H
#include <stdbool.h>
#include <stdint.h>

// How one thread or process wakes another without a system call while the other is awake: a flag in
// memory that both see, in which the sleeper says that it sleeps, and something to ring it by.
//
// To sleep: doorbell_arm(), then look once more whether there is work (a sequentially consistent
// load), and only if there is none wait to be rung; then doorbell_hush(). To wake: store the work
// (sequentially consistent), then doorbell_ring(). So at least one of the two sees what the other
// did, and no wake-up is lost; one may come for nothing.
//
// Three ways to be rung, by who sleeps:
//   - `fd`, an eventfd: whoever waits for other things as well, in an event loop.
//   - none: whoever only waits for this. It blocks in the kernel on the flag itself (futex), which
//     takes no descriptor and a system call less.
//   - `call`: a sleeper of the same process that has many bells. It is called in the thread that
//     rings.
struct doorbell {
    uint32_t *asleep;        // set by the sleeper, cleared by whoever ends the sleep
    int fd;                  // -1: none
    bool shared;             // `asleep` lies in memory that processes share
    void (*call)(void *arg); // NULL: none
    void *arg;
};

// An eventfd for a doorbell, close-on-exec and non-blocking; the caller closes it. Errors: -EMFILE,
// -ENFILE, -ENOMEM.
int doorbell_open(void);

// The sleeper is about to sleep.
void doorbell_arm(const struct doorbell *b);

// The sleeper is awake: takes back doorbell_arm and what was rung.
void doorbell_hush(const struct doorbell *b);

// Blocks the thread until it rings, then hushes. Not for one that calls. Returns 0, also after a
// signal; -ETIMEDOUT at `deadline` (monotonic ns).
int doorbell_wait(const struct doorbell *b, int64_t deadline);

// Ends the sleep of the other side, if it sleeps. A system call only then.
void doorbell_ring(const struct doorbell *b);
#endif

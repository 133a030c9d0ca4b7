// SPDX-License-Identifier: MIT
#ifndef SYS_HALT_H
#define SYS_HALT_H
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

// How threads that block are told to give up. A word that all of them look at now and then, and two
// ways to block that end when it is said: a sleep, and any system call that takes a signal mask
// (ppoll). Such a call is given halt_mask(), which lets through one signal that is blocked
// everywhere else; the signal does nothing but end the call (EINTR). So it is never missed: sent
// before the call, it waits for it.
struct halt {
    uint32_t unsaid; // 1 until it is said
};

// Prepares it. The first one in the process installs the signal's handler.
void halt_init(struct halt *h);

// For whoever is about to start threads that will be told, which inherit it: has the calling thread
// block every signal but those that a thread brings upon itself. `former` is for pthread_sigmask,
// when they are started.
void halt_listen(sigset_t *former);

// The mask to wait under.
const sigset_t *halt_mask(void);

static inline bool halt_said(const struct halt *h)
{
    return !__atomic_load_n(&h->unsaid, __ATOMIC_ACQUIRE);
}

// Sleeps until `until` (monotonic ns). Returns 0, or -ECANCELED when it has been said.
int halt_sleep(struct halt *h, int64_t until);

// Says it, for good: all who sleep wake up.
void halt_say(struct halt *h);

// Ends the call under halt_mask() that `thread` is in, or else its next one. It listens, and has
// not been joined.
void halt_interrupt(pthread_t thread);
#endif

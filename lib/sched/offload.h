// SPDX-License-Identifier: MIT
#ifndef SCHED_OFFLOAD_H
#define SCHED_OFFLOAD_H
#include "data/list.h"
#include <stdbool.h>

// Runs `work(arg)` on a thread of the process's pool (started at need, 16 threads at most) and
// parks the calling fiber until it has returned; for what would block the loop or burn its CPU:
// file I/O, compression. Returns what `work` returned; -ECANCELED when the fiber was cancelled
// before a thread took it up; -ENOMEM or -EAGAIN when no thread could be started. Once taken up,
// work is always waited for, cancelled or not, for it uses `arg`. `work` must not park and must not
// touch the loop.
int offload(int (*work)(void *arg), void *arg);

// The same without a fiber. Lives where whoever starts it says, until it is done or taken back.
struct offload_port;
struct offloaded {
    struct list node;
    int (*work)(void *arg);
    void *arg;
    int result;
    int state;
    struct offload_port *port;
    void (*done)(struct offloaded *o, int result);
};

// Has a thread run `work(arg)` and calls `done` with what it returned, on the stack of the calling
// thread's loop, never from within this call. Does not park. Errors: -ENOMEM, -EMFILE, -ENFILE;
// then nothing was started.
int offload_start(struct offloaded *o, int (*work)(void *arg), void *arg,
                  void (*done)(struct offloaded *o, int result));

// Takes `o`, which is not done yet, back. Returns false when a thread has taken it up already: then
// it is to be waited for.
bool offload_take_back(struct offloaded *o);

// Ends the pool's threads: nothing will be offloaded any more. exit(3) does so by itself; for
// processes that end by _exit(2).
void offload_stop(void);

// Takes now, for the calling thread's loop, the descriptor that the first call would take: later
// there may be none left. Errors: -EMFILE, -ENFILE, -ENOMEM.
int offload_open(void);
#endif

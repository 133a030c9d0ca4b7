// SPDX-License-Identifier: MIT
#ifndef SCHED_CENSUS_H
#define SCHED_CENSUS_H
struct loop;

// Who is there, and what is everybody waiting for? One line a fiber of the calling thread's loop,
// with its name, its nursery's, where it was spawned, its state, what it waits on and for how long,
// and the backtrace of its stack; fibers that stand at the same place share one:
//
//      trawl: loop 'main' has 3 fibers, 0 ready
//      'visit' of 'engine' (src/engine/coro.c:120) waits on chan_recv, 1.204 s, at #1:
//          #0 park+0x41 (trawl)
//          #1 chan_recv+0x9a (trawl)
//          #2 visit+0x1c (trawl)
//      'visit' of 'engine' (src/engine/coro.c:120) waits on chan_recv, 1.198 s, at #1
//      'main' (loop_run) is running
//
// A loop prints it of itself, and aborts, when all its fibers are parked and nothing is left that
// could wake one.

// Writes the census to `fd`. From a fiber, a hook or a callback of the loop; does not park. Not
// async-signal-safe.
void census_print(int fd);

// From now on SIGUSR1 makes the loop print its census to standard error, between two rounds. It
// does not keep the loop running. One loop a process. Errors: -EBUSY when another loop has the
// signal.
int census_on_signal(struct loop *l);
#endif

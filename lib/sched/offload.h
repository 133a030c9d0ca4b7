// SPDX-License-Identifier: MIT
#ifndef SCHED_OFFLOAD_H
#define SCHED_OFFLOAD_H

// Runs `work(arg)` on a thread of the process's pool (started at need, 16 threads at most) and
// parks the calling fiber until it has returned; for what would block the loop or burn its CPU:
// file I/O, compression. Returns what `work` returned; -ECANCELED when the fiber was cancelled
// before a thread took it up; -ENOMEM or -EAGAIN when no thread could be started. Once taken up,
// work is always waited for, cancelled or not, for it uses `arg`. `work` must not park and must not
// touch the loop.
int offload(int (*work)(void *arg), void *arg);
#endif

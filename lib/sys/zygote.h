// SPDX-License-Identifier: MIT
#ifndef SYS_ZYGOTE_H
#define SYS_ZYGOTE_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A small process that forks workers. It is forked itself before anything else starts (no threads,
// no loop, no library with state), so each worker begins as clean as the first, however late it is
// spawned to replace a dead one. It does nothing but fork, reap and report.
//
//   coordinator --- requests, descriptors --> zygote --- fork --> worker, worker, ...
//               <-- spawned, failed, died ---
//
// When the coordinator dies, or stops it, the zygote kills its workers, reaps them and ends. When
// the zygote dies the kernel kills its workers. So none is ever left behind. Terminal signals
// (Ctrl-C, hang-up) are the coordinator's business: zygote and workers ignore them. In both,
// standard input and output are /dev/null, standard error is as it was; they inherit limits and
// signal mask as they were at zygote_start.
//
// One thread uses a zygote, the one that started it, which must live as long as it.
struct zygote;

enum { ZYGOTE_SETUP = 64 * 1024, ZYGOTE_FDS = 16 };

// What a worker runs, in a process of its own: `kind` and `setup` (`n` bytes, aligned for any type)
// as they were given to zygote_spawn, `fds` the same descriptors under new numbers, all
// close-on-exec. What it returns (0 to 255) is the status the process exits with. All descriptors
// but `fds` and 0 to 2 are closed. SIGTERM has its default effect, SIGPIPE and SIGUSR1 are ignored.
typedef int zygote_worker(unsigned kind, const void *setup, size_t n, const int *fds,
                          unsigned nfds);

// CPU time in ns, memory in bytes. Of a process and of what it has forked and waited for.
struct zygote_usage {
    int64_t user, system;
    int64_t max_resident;           // the largest of any single process
    int64_t voluntary, involuntary; // context switches
};

enum zygote_event { ZYGOTE_SPAWNED, ZYGOTE_FAILED, ZYGOTE_DIED };

struct zygote_report {
    enum zygote_event event;
    pid_t pid;                 // SPAWNED, DIED
    int error;                 // FAILED: a positive errno
    int status;                // DIED: as waitpid(2) gives it
    uint64_t tag;              // as given to zygote_spawn
    struct zygote_usage usage; // DIED
};

// Forks the zygote. To be called first thing in main(). Errors: what socketpair and fork gave.
int zygote_start(struct zygote **out, zygote_worker *worker);

// The same; the zygote and each of its workers keep the descriptor `keep` open as long as they
// live. So a lock that it holds (flock(2)) is held until the last of them is gone. -1: none.
int zygote_start_keeping(struct zygote **out, zygote_worker *worker, int keep);

// Kills all workers still there, ends the zygote, waits for it (a moment; it is killed after two
// seconds) and frees. Puts what zygote and workers have used, all their life, into `total` if that
// is not NULL. NULL is legal for `z`.
void zygote_stop(struct zygote *z, struct zygote_usage *total);

// Asks for a worker. `setup` is copied and `fds` are duplicated before it returns; the caller may
// close its own. The answer is a report with `tag`, which is the caller's to choose, one for each
// worker alive. Errors: -EAGAIN (too many requests under way: read reports first), -EPIPE (the
// zygote is dead), -EMSGSIZE, -EINVAL (too many descriptors), -EBADF.
int zygote_spawn(struct zygote *z, unsigned kind, const void *setup, size_t n, const int *fds,
                 unsigned nfds, uint64_t tag);

// Asks for SIGKILL to the worker with `tag`. Does nothing when that one is dead already: no other
// process is ever hit. Its death comes as a report. Errors: -EAGAIN, -EPIPE.
int zygote_kill(struct zygote *z, uint64_t tag);

// Readable when there is a report.
int zygote_fd(const struct zygote *z);

// Takes the next report. Never waits. Returns 1; 0 when there is none now; -EPIPE when the zygote
// is dead (and its workers are, or are about to be).
int zygote_read(struct zygote *z, struct zygote_report *out);

// The zygote's process, the parent of all workers.
pid_t zygote_pid(const struct zygote *z);
#endif

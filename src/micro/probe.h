// SPDX-License-Identifier: MIT
#ifndef MICRO_PROBE_H
#define MICRO_PROBE_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A measurement in a process of its own: it begins clean, what it pins, maps or breaks is gone with
// it, and one that hangs is ended.

// What is to be measured. Each measurement reads what concerns it.
struct probe_plan {
    int64_t span;   // ns to measure for
    int cpu[2];     // where the two sides run; -1: anywhere
    unsigned units; // how many to park, or to take turns among
    size_t bytes;   // of a message, of a thread's stack (0: the default one)
    unsigned way;   // enum baton_way
};

// What came of it once. What was not measured is 0.
struct probe_sample {
    uint64_t count;    // operations done, or units parked
    int64_t wall, cpu; // ns for all of them; CPU of every thread and process that took part
    int64_t resident;  // bytes grown: PSS over all processes that took part
    int64_t address;   // bytes grown: address space
    int64_t kernel;    // bytes grown: the kernel's own (stacks, page tables, unreclaimable slab)
    int stopped;       // the errno that let no more units be made; 0: the bound was reached
};

// Runs on the main thread of the probe's process, pinned to plan->cpu[0]. Returns 0 or a negative
// errno.
typedef int probe_function(const struct probe_plan *plan, struct probe_sample *out);

// Forks a process, lets it measure, and waits for it. The caller has one thread only. Errors: those
// of fork and pipe, of the measurement; -ETIMEDOUT (not done at `deadline`, monotonic: killed),
// -ECHILD (it died).
int probe(probe_function *measure, const struct probe_plan *plan, struct probe_sample *out,
          int64_t deadline);

// Forks a peer of the calling probe, on `cpu` (-1: anywhere), which runs `body(arg)`, exits with
// what that returned, and dies with the probe. Returns its pid or a negative errno. The probe waits
// for it: probe_join.
pid_t probe_fork(int (*body)(void *arg), void *arg, int cpu);

// Waits for a peer's end. Returns 0, or -ECHILD when it died or exited with another status than 0.
int probe_join(pid_t peer);

// Pins the calling thread; -1: leaves it as it is. Errors: those of sched_setaffinity(2).
int probe_pin(int cpu);
#endif

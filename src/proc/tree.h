// SPDX-License-Identifier: MIT
#ifndef PROC_TREE_H
#define PROC_TREE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// A process and everything that came of it, seen from outside: what it uses of CPUs and memory.
// Linux's /proc and the CPU clocks of other processes (clock_getcpuclockid(3)), which count
// nanoseconds where getrusage(2) has to wait for their end.

// CPU time in ns. `total` is exact; how it is divided is found out by sampling at the timer's tick.
struct tree_time {
    int64_t total, user, system;
};

// What a process, with all of its threads, has used since it began. Whether it is there.
bool tree_time_of(pid_t pid, struct tree_time *out);

// The CPU time of a process and of all below it, process by process, at one moment. { 0 } is empty.
struct tree_census {
    struct tree_member {
        pid_t pid;
        struct tree_time time;
    } * member;
    unsigned count;
    size_t room;
};

// Takes it, replacing what was there. Errors: -ENOMEM; -ESRCH when `root` is not there.
int tree_take_census(struct tree_census *c, pid_t root);

// What was used between two of them, by processes that ended in between only as far as the first
// one knew.
struct tree_time tree_time_between(const struct tree_census *from, const struct tree_census *to);

void tree_census_fini(struct tree_census *c);

// What a process and all below it have in memory. A page that several of them share counts once
// (PSS); one that is shared with others, such as the text of the program, counts by its share.
struct tree_size {
    uint64_t memory; // bytes
    unsigned processes, threads;
};

// Takes a while: about 50 us a process, and some ms for one with thousands of threads, which cannot
// map memory meanwhile. Errors: as tree_take_census.
int tree_take_size(struct tree_size *out, pid_t root);
#endif

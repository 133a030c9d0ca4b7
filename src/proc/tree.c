// SPDX-License-Identifier: MIT
#include "proc/tree.h"
#include "data/array.h"
#include "proc/peek.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

// ---- One process

// The clocks of a process by its id, as the kernel numbers them (posix-timers.h); the C library
// gives names to the first two only for ourselves.
enum { CLOCK_OF_BOTH = 0, CLOCK_OF_USER = 1, CLOCK_OF_SCHEDULER = 2 };

static bool read_clock(pid_t pid, unsigned which, int64_t *out)
{
    struct timespec t;
    clockid_t id = (clockid_t)((~(unsigned)pid << 3) | which);
    if (clock_gettime(id, &t) < 0)
        return false;
    *out = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    return true;
}

// The total is the scheduler's; both others are multiples of a tick, and only their proportion
// counts.
bool tree_time_of(pid_t pid, struct tree_time *out)
{
    struct tree_time t;
    int64_t both;
    if (!read_clock(pid, CLOCK_OF_SCHEDULER, &t.total) || !read_clock(pid, CLOCK_OF_BOTH, &both) ||
        !read_clock(pid, CLOCK_OF_USER, &t.user))
        return false;
    t.system = both - t.user;
    *out = t;
    return true;
}

// ---- All of them

static int add_member(struct tree_census *c, pid_t pid)
{
    if (c->count == c->room) {
        struct tree_member *p = array_grow(c->member, &c->room, 64, sizeof *p);
        if (!p)
            return -ENOMEM;
        c->member = p;
    }
    c->member[c->count++] = (struct tree_member){ .pid = pid };
    return 0;
}

// Adds the children of `pid` that its first thread has forked, as ours all are. One that is about
// to go has none.
static int add_children(struct tree_census *c, pid_t pid, char *text, size_t room)
{
    long n = peek_file(text, room, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    char *at = text, *end;
    for (; n > 0; at = end) {
        long child = strtol(at, &end, 10);
        if (end == at)
            break;
        int r = add_member(c, (pid_t)child);
        if (r < 0)
            return r;
    }
    return 0;
}

static int list_all(struct tree_census *c, pid_t root)
{
    enum { ROOM = 64 << 10 }; // for 8,000 children of one process
    char *text = malloc(ROOM);
    if (!text)
        return -ENOMEM;
    c->count = 0;
    int r = add_member(c, root);
    for (unsigned i = 0; r == 0 && i < c->count; i++)
        r = add_children(c, c->member[i].pid, text, ROOM);
    free(text);
    return r;
}

int tree_take_census(struct tree_census *c, pid_t root)
{
    int r = list_all(c, root);
    unsigned there = 0;
    for (unsigned i = 0; r == 0 && i < c->count; i++)
        if (tree_time_of(c->member[i].pid, &c->member[i].time))
            c->member[there++] = c->member[i];
    if (r < 0)
        return r;
    c->count = there;
    return there > 0 ? 0 : -ESRCH;
}

static void add_time(struct tree_time *to, const struct tree_time *t, int sign)
{
    to->total += sign * t->total;
    to->user += sign * t->user;
    to->system += sign * t->system;
}

static int compare_pids(const void *a, const void *b)
{
    pid_t x = ((const struct tree_member *)a)->pid, y = ((const struct tree_member *)b)->pid;
    return (x > y) - (x < y);
}

struct tree_time tree_time_between(const struct tree_census *from, const struct tree_census *to)
{
    struct tree_time sum = { 0 };
    if (from->count > 1)
        qsort(from->member, from->count, sizeof *from->member, compare_pids);
    for (unsigned i = 0; i < to->count; i++) {
        const struct tree_member *before = from->count
                                               ? bsearch(&to->member[i], from->member, from->count,
                                                         sizeof *from->member, compare_pids)
                                               : NULL;
        add_time(&sum, &to->member[i].time, 1);
        if (before)
            add_time(&sum, &before->time, -1);
    }
    return sum;
}

void tree_census_fini(struct tree_census *c)
{
    free(c->member);
    *c = (struct tree_census){ 0 };
}

// ---- Memory

static void add_size(struct tree_size *to, pid_t pid)
{
    char text[4096];
    if (peek_file(text, sizeof text, "/proc/%d/smaps_rollup", (int)pid) <= 0)
        return;
    to->memory += peek_number(text, "Pss:") * 1024;
    to->processes++;
    if (peek_file(text, sizeof text, "/proc/%d/status", (int)pid) > 0)
        to->threads += (unsigned)peek_number(text, "Threads:");
}

int tree_take_size(struct tree_size *out, pid_t root)
{
    struct tree_census c = { 0 };
    struct tree_size size = { 0 };
    int r = list_all(&c, root);
    for (unsigned i = 0; r == 0 && i < c.count; i++)
        add_size(&size, c.member[i].pid);
    tree_census_fini(&c);
    if (r < 0)
        return r;
    if (!size.processes)
        return -ESRCH;
    *out = size;
    return 0;
}

// SPDX-License-Identifier: MIT
#ifndef RESOLVE_ROSTER_H
#define RESOLVE_ROSTER_H
#include "data/list.h"
#include "resolve/servers.h"
#include "resolve/upstreams.h"
#include "sched/loop.h"
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

// The servers of now: a fixed list, or what resolv.conf says, which is looked at anew every few
// seconds. A set that was replaced lives on until what was asked there has ended.
struct roster {
    struct loop *loop;
    struct upstreams *now;
    struct list old;  // earlier sets
    uint64_t asked;   // queries by sets that are gone
    int64_t timeout;  // of a query
    const char *conf; // path of the resolv.conf, borrowed; NULL: the list is fixed
    int64_t looked;   // when at the file
    struct timespec changed;
    ino_t inode;
    off_t size;
    struct loop_timer tick; // once a second while anything is under way
};

// Starts with `servers` (copied), or, when that is NULL, with the file `conf`. Errors: -ENOMEM,
// -EMFILE, -ENFILE.
int roster_init(struct roster *r, struct loop *loop, const struct servers *servers,
                const char *conf, int64_t timeout);
void roster_fini(struct roster *r);

// The set to ask at `now`, held for the caller, who gives it back with roster_release. May read the
// file. Cannot fail: a file that cannot be read, or has no room to be kept, changes nothing.
struct upstreams *roster_hold(struct roster *r, int64_t now);
void roster_release(struct upstreams *u);

// Queries sent, in all.
uint64_t roster_asked(const struct roster *r);
#endif

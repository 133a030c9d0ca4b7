// SPDX-License-Identifier: MIT
#ifndef FETCH_PASSAGE_H
#define FETCH_PASSAGE_H
#include "data/list.h"
#include "fetch/places.h"
#include "fetch/transfer.h"
#include "sched/errand.h"

// One exchange's way through a multi, or a handle that waits for one:
//
//      idle ── take ──► (set up) ── begin ──► under way ── over ──► idle
//                                             │      ▲
//                                         pause      resume
//                                             ▼      │
//                                           its sink is drained
//
// What libcurl's callbacks find out is only noted; everything else happens on the loop's stack.
struct passage;
struct shard;

// What the passages of a multi have in common.
struct passages {
    const struct fetch_settings *settings;
    struct dial_owner *owner;
    struct list under_way, idle; // of the idle ones the last one used is the first
    struct list stirred;         // to be seen to by passages_run: to be drained, or to go on
    unsigned busy, idle_count;   // how many they are
    void (*over)(struct passages *s, struct passage *p); // one is: take leave of its place
};

struct passage {
    struct transfer transfer;
    struct passages *passages;
    struct list node;    // of `under_way` or `idle`
    struct list ended;   // of those that have just come out of a shard
    struct list stirred; // see there
    bool paused, over;   // its sink is to be drained first; libcurl has no more to say
    int result;          // what `done` will be told
    struct shard *shard; // NULL: libcurl does not hold it
    struct place place;  // where it is counted
    CURLcode code;
    struct errand errand; // of its sink, while it is drained
    struct errand_run run;
    void (*done)(void *arg, int code);
    void *arg;
};

// Prepares for passages whose handles have these settings. Borrows both.
void passages_init(struct passages *s, const struct fetch_settings *settings,
                   struct dial_owner *owner, void (*over)(struct passages *s, struct passage *p));

// Frees the handles. None is under way.
void passages_fini(struct passages *s);

// Gives back up to `most` handles that are more than twice what is in use and `spare`.
void passages_trim(struct passages *s, unsigned spare, unsigned most);

// An idle handle, or a new one. Errors: -ENOMEM.
int passage_take(struct passages *s, struct passage **out);

// Puts one that was taken, but not begun, back.
void passage_give(struct passage *p);

// Puts the passage, which is set up, under way: the multi of `s` runs it when that is next kicked.
// `done` and `arg` are set. Errors: -ENOMEM; then it is still only taken.
int passage_begin(struct passage *p, struct shard *s);

// libcurl has reported `code` for it: it is over, or goes on nevertheless (transfer_finish).
void passage_ended(struct passage *p);

// End it before libcurl does.
void passage_abort(struct passage *p, enum fetch_error why, const char *message);
void passage_abort_slow(struct passage *p);
void passage_abort_late(struct passage *p);

// As multi_cancel.
bool passage_cancel(struct passage *p);

// Sees to those that were paused, or are to go on. Returns whether there were some.
bool passages_run(struct passages *s);
#endif

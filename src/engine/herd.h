// SPDX-License-Identifier: MIT
#ifndef ENGINE_HERD_H
#define ENGINE_HERD_H
#include "data/list.h"
#include "sys/zygote.h"

// All worker processes of one zygote, whichever engine they belong to: reads the zygote's reports
// in a fiber of its own and tells each worker's owner. Coordinator's loop only.
struct herd;

// A worker process, from when it is asked for until its death is reported. Embedded by its owner.
struct herd_member {
    struct list node; // on the herd's list while reports about it may come
    uint64_t tag;
    // Something is known about it; `r` is NULL when the zygote is dead: nothing more will come.
    // After a failure, a death or the zygote's end the member is no longer one. Called in the
    // herd's fiber; must not park.
    void (*report)(struct herd_member *m, const struct zygote_report *r);
};

// Joins the herd of `z`, which the first to join founds. Does not park. Errors: -ENOMEM; -EPIPE
// when the zygote is known to be dead.
int herd_join(struct herd **out, struct zygote *z);

// Leaves it; the last one to leave ends it. None of the leaver's workers may be members any more.
// Parks. NULL is legal.
void herd_leave(struct herd *h);

// Asks the zygote for a worker; what comes of it is reported. Does not park. Errors: as
// zygote_spawn; then `m` is no member.
int herd_spawn(struct herd *h, struct herd_member *m, unsigned kind, const void *setup, size_t n,
               const int *fds, unsigned nfds);

// Asks for SIGKILL to it. Its death is reported. Errors: as zygote_kill.
int herd_kill(struct herd *h, struct herd_member *m);

// Wants to hear no more of it. Does nothing when `m` is no member.
void herd_forget(struct herd_member *m);
#endif

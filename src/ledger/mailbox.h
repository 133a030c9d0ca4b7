// SPDX-License-Identifier: MIT
#ifndef LEDGER_MAILBOX_H
#define LEDGER_MAILBOX_H
#include "ledger/store_answer.h"
#include "sched/bell.h"
#include <pthread.h>

// What passes between the loop and the store thread, under one lock: batches one way; answers, what
// is committed and how much there is the other. It owns what lies in it, and knows of no database.
//
// After the first error batches are thrown away, so that who has not heard of it yet need not wait.
// Neither side is ever held up by the other for longer than the lock is held; the thread alone
// blocks, for something to do or for a seal.
struct mailbox {
    struct bell bell;
    void (*wake)(void *arg);
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t wanted; // the thread waits here
    struct list in, out;   // struct batch; struct store_answer_packed
    size_t waiting;        // bytes of batches that are in it, or being done
    uint64_t done;         // batches
    uint64_t sealed, committed, told;
    uint64_t frontier, seen; // counts of what is on disk
    int error;
    bool stopping;
};

// `wake` is called on the loop's stack when there is something to receive, or an error. Errors:
// those of bell_open.
int mailbox_open(struct mailbox *m, struct loop *l, void (*wake)(void *arg), void *arg);

// Frees what is in it. No thread looks at it any more.
void mailbox_close(struct mailbox *m);

// ---- the loop's side

// Takes `b`.
void mailbox_put(struct mailbox *m, struct batch *b);

// The cut with this number may be committed.
void mailbox_seal(struct mailbox *m, uint64_t cut);

// The next answer, which is the caller's; NULL: there is none. `*committed` is then the number of a
// cut that was committed since; 0: none was. So a commit is heard of behind the answers before it.
struct store_answer_packed *mailbox_receive(struct mailbox *m, uint64_t *committed);

// Ends the waiting of the thread.
void mailbox_stop(struct mailbox *m);

// What there is, at some moment: the first error, or 0; bytes and batches; what is on disk.
int mailbox_error(const struct mailbox *m);
size_t mailbox_waiting(const struct mailbox *m);
uint64_t mailbox_done(const struct mailbox *m);
void mailbox_counts(const struct mailbox *m, uint64_t *frontier, uint64_t *seen);

// ---- the thread's side

// The next batch, which is the caller's. Blocks. NULL: it is to end.
struct batch *mailbox_get(struct mailbox *m);

// Shows the batches that come next to `look`, in order, until it returns false. They stay where
// they are, and their bytes stay readable to the thread, which alone takes them.
void mailbox_look(struct mailbox *m, bool (*look)(void *arg, const struct batch *b), void *arg);

// Blocks until this cut is sealed. False: it is to end instead.
bool mailbox_wait_for_seal(struct mailbox *m, uint64_t cut);

// It is committed.
void mailbox_committed(struct mailbox *m, uint64_t cut);

// A batch of so many bytes is done, has given `answers`, which are taken, and has left so much on
// disk.
void mailbox_publish(struct mailbox *m, size_t bytes, struct list *answers, uint64_t frontier,
                     uint64_t seen);

// From either side: nothing more can be done. The first counts.
void mailbox_fail(struct mailbox *m, int error);
#endif

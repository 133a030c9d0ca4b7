// SPDX-License-Identifier: MIT
#ifndef OUTPUT_SAVING_NAMES_H
#define OUTPUT_SAVING_NAMES_H
#include "data/buffer.h"
#include "data/list.h"
#include "data/map.h"

struct ledger;
struct save;

// Which names saved bodies will have, in a run that can be gone on with: a record says the name,
// but the body has it only after the commit. So a name counts as taken from when it was chosen.
// Bodies come from the workers as "TEMPORARY/PATH" (visit/save.h).
//
//      choose ──► chosen ── commit ──► committing ──► done
//                            (the ledger has them)     (on a thread; the files have their names)
struct saving_names {
    struct save *save;  // borrowed
    struct map taken;   // names that are chosen, and directories that they will be in
    struct map known;   // directories that are there
    struct list chosen; // in order
    struct list committing;
    struct buffer at, name;
    bool unsynced; // names were given since the file system was last synced
};

// No name is taken.
void saving_names_init(struct saving_names *n, struct save *save);
void saving_names_fini(struct saving_names *n);

// Chooses the name of a body that is at `left`; `out` becomes it, below the directory. Looks at the
// disk for a moment. Errors: -ENOMEM, -EINVAL `left` is no such thing.
int saving_names_choose(struct saving_names *n, struct span left, struct buffer *out);

// A cut: what is chosen goes into the ledger, and is what done is about.
void saving_names_cut(struct saving_names *n, struct ledger *l);

// Whether there is something that must be on the disk before a commit.
bool saving_names_need_sync(const struct saving_names *n);

// Has everything on the disk. For offload.
int saving_names_sync(void *names);

// The commit is done: gives what was cut their names. For offload; nothing else of `names` is used
// meanwhile but saving_names_choose. Errors: the first that renaming gave; the ledger still has
// all.
int saving_names_give(void *names);

// They have them: forgets them.
void saving_names_done(struct saving_names *n);

// What a ledger of an earlier run has, which may have been done or not. Errors: as
// saving_names_give.
int saving_names_redo(struct save *s, const struct ledger *l);
#endif

// SPDX-License-Identifier: MIT
#ifndef INPUT_INFLOW_H
#define INPUT_INFLOW_H
#include "input/position.h"
#include "input/spool.h"
#include "sched/watch.h"

// The bytes of a list as they are stored: a file, a pipe, a terminal, or standard input with what
// is kept of it. A regular file is read on a thread, for a disk may be slow; what can be waited for
// is waited for.
struct inflow {
    const char *name; // what messages call it
    int fd;
    bool owned, regular, watched;
    bool spooled; // what comes is kept, and what was kept comes first
    bool whole;   // all that there is to come is kept
    bool cut;     // it ended before as much had come as is kept
    struct watch watch;
    struct spool spool;
    uint64_t read;                   // bytes given so far
    uint64_t size;                   // of a regular file, else 0
    struct source_position identity; // as position.h has it; the rest of it is zero
    char *block;
    long got;
};

enum { INFLOW_BLOCK = 128 << 10 };

// Opens `path` ("-": standard input). `spool` is the file in which standard input, or what else can
// be read only once, is kept; NULL: it is not.
// `given`: it is there, from its beginning; else what is kept is all, when anything is. `anew`:
// nothing of what is kept counts. Errors: those of open(2), -ENOMEM; said on the log.
int inflow_open(struct inflow *f, const char *path, const char *spool, bool given, bool anew);
void inflow_close(struct inflow *f);

// Goes on behind `offset` bytes; of a regular file, or as far as is kept.
void inflow_seek(struct inflow *f, uint64_t offset);

// The next bytes, borrowed until the next call. Parks. Returns 1; 0 at the end; a negative errno,
// said on the log.
int inflow_next(struct inflow *f, struct span *out);

// Standard input is given once more, from its beginning: reads what is kept already, and looks
// whether it is the same. Parks. Returns 0, also when it ends before (`cut`); -ESTALE it is
// another; other negative errnos are said on the log.
int inflow_compare(struct inflow *f);
#endif

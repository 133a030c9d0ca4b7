// SPDX-License-Identifier: MIT
#ifndef LEDGER_OPERATION_H
#define LEDGER_OPERATION_H
#include "data/buffer.h"
#include "data/list.h"
#include <stdint.h>

// What the loop tells the store thread, as plain bytes in batches: an operation, and `n` bytes of
// its own behind it, padded to 8.
enum operation_kind {
    OPERATION_HOLD,    // a: number; bytes
    OPERATION_RELEASE, // a: number
    OPERATION_APPEND,  // a: host, b: number, depth; bytes
    OPERATION_PAGE,    // a: host, b: hash; bytes
    OPERATION_HOST,    // a: host; bytes
    OPERATION_ROBOTS,  // a: host; bytes
    OPERATION_LINK,    // a: host, b: hash, tag, depth, flag: only_seen; bytes
    OPERATION_TAKE,    // a: host, b: most
    OPERATION_SURVEY,  // a: from, b: most
    OPERATION_RECALL,  // bytes: host and hash of pages, eight bytes each
    OPERATION_REVIVE,  // a: run, b: most
    OPERATION_NOTE,    // bytes: a name, a NUL, and what stands under it in the meta table
    OPERATION_SETTLE,  // nothing is put off any longer, so that the frontier can be counted
    OPERATION_CUT,     // a: number of the cut; bytes: the ledger. The last of its batch
};

struct operation {
    uint8_t kind, flag;
    uint16_t depth;
    uint32_t n;
    uint64_t a, b, tag;
};

// Operations that belong to one transaction. Its bytes do not move any more once the thread has it,
// so they may be pointed at until the transaction is over.
struct batch {
    struct list node;
    struct buffer bytes;
    unsigned count;
};

// Appends one. Whether there was memory for it.
bool operation_add(struct batch *b, const struct operation *o, struct span bytes);

// The operation at `*at`, which moves past it; NULL at the end.
const struct operation *operation_next(const struct batch *b, size_t *at);

static inline struct span operation_bytes(const struct operation *o)
{
    return (struct span){ (const char *)(o + 1), o->n };
}

// An empty one, on no list; NULL: no memory.
struct batch *batch_new(void);
void batch_free(struct batch *b);
#endif

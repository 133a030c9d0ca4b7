// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_SAVE_H
#define VISIT_SINK_SAVE_H
#include "fetch/response.h"
#include "visit/save.h"

// The two ends of a chain of sinks that saves a body. The head takes what arrives into a bounded
// buffer, on the loop's stack; what is in it goes through the rest of the chain to the tail, which
// writes, where blocking is allowed:
//
//     loop:      fetch ─► head [ held ]
//     thread:                  held ─► decode ─► digest ─► tail ─► file
//
// A body that fits into the buffer is written once it is whole, in one go; a longer one pauses its
// exchange whenever the buffer is full. So no body needs more memory, however long it is and
// whatever it unpacks to, and its file exists only once there is something to write.
//
// Only the body of a 2xx that has one is saved: others go down the chain as they arrive, and the
// tail lets them drop. In place; used again from visit to visit.
enum {
    SINK_SAVE_HELD = 64 * 1024
}; // bytes; a little more may come before an exchange stands still

// What the sink is given to begin with; everything borrowed until the body is over.
struct sink_save_setup {
    struct save *save;
    struct budget *budget; // NULL: what is held is not counted
    struct span path;      // made of the URL; see web/file_path.h
    bool by_url;           // Content-Disposition does not count
};

struct sink_save {
    struct sink sink, tail;
    struct sink *chain; // borrowed: from here the body goes to `tail`
    bool pass;          // what is not saved goes there as well
    struct sink_save_setup setup;
    bool wanted;    // the body is saved
    bool stopped;   // the chain takes no more
    int error;      // negative errno, of saving; 0
    size_t charged; // of the budget
    struct save_file file;
    struct buffer held, name;
    struct buffer saved; // where the body is, once it has its name
};

// Prepares for a body. `chain` is the first sink of the chain that ends in `tail`; `pass`: bodies
// that are not saved go down it, too.
void sink_save_begin(struct sink_save *s, const struct sink_save_setup *setup, struct sink *chain,
                     bool pass);

// Puts what is held through the chain. Blocks. What it comes to stands in the sinks.
void sink_save_flush(struct sink_save *s);

// Gives the body, of which the chain has seen all, its name. Blocks. Sets `error`.
void sink_save_keep(struct sink_save *s);

// Gives back to the budget what is held of it.
void sink_save_release(struct sink_save *s);

// Leaves nothing of a body that has no name yet. Blocks for a moment. Idempotent.
void sink_save_drop(struct sink_save *s);

// The sentence for `error`: where the body should have gone, and the reason. Borrowed until the
// next body.
struct span sink_save_complaint(struct sink_save *s);

// Gives back what is kept for the next body, as far as it is more than `most` bytes.
void sink_save_trim(struct sink_save *s, size_t most);

void sink_save_fini(struct sink_save *s);
#endif

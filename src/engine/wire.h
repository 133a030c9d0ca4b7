// SPDX-License-Identifier: MIT
#ifndef ENGINE_WIRE_H
#define ENGINE_WIRE_H
#include "data/buffer.h"
#include "sys/shmq.h"
#include <stdbool.h>

// Jobs and outcomes of any length over a queue (sys/shmq.h) that may be much shorter. A message
// that the queue has no room for as a whole crosses in pieces:
//
//     | 8 bytes: its length | piece | piece | ... | last piece |
//
// each a message of the queue; no job and no outcome is as short as the first of them. Pieces of
// two messages do not mix, so who reads needs to know only how much is missing. When the writer
// dies between them, what has come is dropped with the queue: a message is whole or absent.
//
// A message of no bytes is a word of its own: from a worker that it is ready for work, to a worker
// that nothing of what it does is wanted any more.

// ---- The writer's side

// What could not be written yet waits in `backlog`, in order. { .q } is ready for use; so it is
// after wire_out_fini, for another queue.
struct wire_out {
    struct shmq *q; // borrowed
    struct buffer backlog;
    size_t at;      // of the message in it that goes next
    size_t gone;    // bytes of that one which have been written
    bool announced; // it goes in pieces
};

void wire_out_fini(struct wire_out *w);

// Sends a message, which is copied. Never waits: what finds no room is kept, and goes with
// wire_flush. Errors, after which nothing of it was sent: -ENOMEM; -EPROTO (the reader is mad).
int wire_send(struct wire_out *w, const void *p, size_t n);

// Writes what is kept as far as there is room. Returns 1 when nothing is left; 0 when the rest
// needs room, for which the reader has then been asked to ring (shmq_room_fd); -EPROTO.
int wire_flush(struct wire_out *w);

// Bytes that are kept.
static inline size_t wire_kept(const struct wire_out *w)
{
    return w->backlog.n - w->at;
}

// Sends a message, blocking the thread while there is no room. Nothing may be kept. Errors:
// -EPROTO.
int wire_send_blocking(struct wire_out *w, const void *p, size_t n);

// ---- The reader's side

// { .q, .most } is ready for use.
struct wire_in {
    struct shmq *q; // borrowed
    size_t most;    // bytes of the longest message that may come
    struct buffer whole;
    size_t least;   // bytes of room that `whole` keeps
    size_t missing; // bytes of a message that comes in pieces
    bool collecting, peeked, given;
    bool
        cut; // there was no memory for all of the message just given: its beginning is all there is
};

void wire_in_fini(struct wire_in *w);

// Goes on with another queue; what had come of a message is dropped.
void wire_in_begin(struct wire_in *w, struct shmq *q);

// Makes sure that of a message without memory for it the first `n` bytes are there. Errors:
// -ENOMEM.
int wire_in_reserve(struct wire_in *w, size_t n);

// Gives the next message, at a multiple of 8 and valid until the next call or wire_release; one
// that came as a whole lies in the queue, where a mad writer could change it still. Returns 1; 0
// when there is none (some of it may be); -EPIPE when none will come; -EPROTO.
int wire_receive(struct wire_in *w, const void **out, size_t *n);

// Lets go of what was given.
void wire_release(struct wire_in *w);
#endif

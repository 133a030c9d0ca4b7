// SPDX-License-Identifier: MIT
#include "engine/wire.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

enum { WIRE_ROOM = 16 * 1024 }; // bytes that are kept for messages to come

// Pieces are a quarter of the room, half of the longest, so that one is written while another is
// read.
static size_t wire_piece(const struct shmq *q)
{
    return shmq_longest(q) / 2 & ~(size_t)7;
}

// ---- The writer's side

// Writes what is left of a message of `n` bytes, of which `*gone` have been. Returns 1 when it is
// all gone, 0 when there is no room, -EPROTO.
static int wire_write(struct shmq *q, const char *p, size_t n, size_t *gone, bool *announced)
{
    if (n <= shmq_longest(q)) {
        int e = shmq_write(q, p, n);
        return e < 0 ? e == -EAGAIN ? 0 : e : 1;
    }
    uint64_t length = n;
    int e = *announced ? 0 : shmq_write(q, &length, sizeof length);
    if (e == 0)
        *announced = true;
    while (e == 0 && *gone < n) {
        size_t left = n - *gone, piece = wire_piece(q);
        piece = piece < left ? piece : left;
        e = shmq_write(q, p + *gone, piece);
        if (e == 0)
            *gone += piece;
    }
    return e < 0 ? e == -EAGAIN ? 0 : e : 1;
}

// Bytes of the queue's message that would be written next.
static size_t wire_next(const struct shmq *q, size_t n, size_t gone, bool announced)
{
    size_t left = n - gone, piece = wire_piece(q);
    if (n <= shmq_longest(q))
        return n;
    return !announced ? sizeof(uint64_t) : piece < left ? piece : left;
}

void wire_out_fini(struct wire_out *w)
{
    buffer_fini(&w->backlog);
    *w = (struct wire_out){ 0 };
}

// Appends what finds no room: its length, and itself, padded.
static int wire_keep(struct wire_out *w, const void *p, size_t n)
{
    uint64_t length = n;
    size_t padded = (n + 7) & ~(size_t)7;
    char *to = buffer_reserve(&w->backlog, sizeof length + padded);
    if (!to) {
        w->backlog.failed = false;
        return -ENOMEM;
    }
    memcpy(to, &length, sizeof length);
    if (n)
        memcpy(to + sizeof length, p, n);
    w->backlog.n += sizeof length + padded;
    return 0;
}

int wire_send(struct wire_out *w, const void *p, size_t n)
{
    if (wire_kept(w) == 0 && n <= shmq_longest(w->q)) {
        int e = shmq_write(w->q, p, n);
        if (e != -EAGAIN)
            return e;
    }
    int e = wire_keep(w, p, n);
    if (e == 0)
        e = wire_flush(w);
    return e < 0 ? e : 0;
}

// The message that goes next.
static const char *wire_kept_first(const struct wire_out *w, size_t *n)
{
    uint64_t length;
    const char *p = w->backlog.p + w->at;
    memcpy(&length, p, sizeof length);
    *n = length;
    return p + sizeof length;
}

// One has gone. What is in front of the rest is not moved away each time.
static void wire_forget_first(struct wire_out *w, size_t n)
{
    w->at += sizeof(uint64_t) + ((n + 7) & ~(size_t)7);
    w->gone = 0;
    w->announced = false;
    if (2 * w->at < w->backlog.n)
        return;
    buffer_consume(&w->backlog, w->at);
    w->at = 0;
    if (w->backlog.n == 0 && w->backlog.room > WIRE_ROOM)
        buffer_fini(&w->backlog);
}

int wire_flush(struct wire_out *w)
{
    while (wire_kept(w)) {
        size_t n;
        const char *p = wire_kept_first(w, &n);
        int e = wire_write(w->q, p, n, &w->gone, &w->announced);
        if (e < 0)
            return e;
        if (e == 1)
            wire_forget_first(w, n);
        else if (shmq_sleep_room(w->q, wire_next(w->q, n, w->gone, w->announced)))
            return 0;
    }
    return 1;
}

int wire_send_blocking(struct wire_out *w, const void *p, size_t n)
{
    size_t gone = 0;
    bool announced = false;
    int e;
    while ((e = wire_write(w->q, p, n, &gone, &announced)) == 0) {
        e = shmq_wait_room(w->q, wire_next(w->q, n, gone, announced), CLOCK_NEVER);
        if (e < 0)
            return e;
    }
    return e < 0 ? e : 0;
}

// ---- The reader's side

void wire_in_fini(struct wire_in *w)
{
    buffer_fini(&w->whole);
    *w = (struct wire_in){ 0 };
}

void wire_in_begin(struct wire_in *w, struct shmq *q)
{
    w->q = q;
    w->collecting = w->peeked = w->given = w->cut = false;
    buffer_clear(&w->whole);
}

int wire_in_reserve(struct wire_in *w, size_t n)
{
    if (buffer_reserve(&w->whole, n)) {
        w->least = n;
        return 0;
    }
    w->whole.failed = false;
    return -ENOMEM;
}

// What a long message took is not kept for the next, which may be long in coming.
static void wire_shrink(struct wire_in *w)
{
    struct buffer *b = &w->whole;
    size_t room = w->least < WIRE_ROOM ? WIRE_ROOM : w->least + 1;
    char *p = b->room > 2 * room ? realloc(b->p, room) : NULL;
    if (!p)
        return;
    b->p = p;
    b->room = room;
}

void wire_release(struct wire_in *w)
{
    if (w->peeked)
        shmq_release(w->q);
    if (w->given) {
        buffer_clear(&w->whole);
        wire_shrink(w);
        w->cut = false;
    }
    w->peeked = w->given = false;
}

// A message in pieces begins.
static int wire_begin(struct wire_in *w, const void *p)
{
    uint64_t length;
    memcpy(&length, p, sizeof length);
    if (length <= shmq_longest(w->q) || length > w->most)
        return -EPROTO;
    w->collecting = true;
    w->missing = length;
    w->cut = !buffer_reserve(&w->whole, length);
    w->whole.failed = false;
    return 0;
}

// Takes a piece up. Of one that there is no memory for, as much as fits.
static int wire_collect(struct wire_in *w, const void *p, size_t n)
{
    if (n == 0 || n > w->missing)
        return -EPROTO;
    w->missing -= n;
    size_t room = w->whole.room > w->whole.n ? w->whole.room - w->whole.n - 1 : 0;
    buffer_add(&w->whole, p, w->cut && n > room ? room : n);
    w->collecting = w->missing > 0;
    return 0;
}

int wire_receive(struct wire_in *w, const void **out, size_t *n)
{
    const void *p;
    size_t length;
    int e;
    wire_release(w);
    while ((e = shmq_peek(w->q, &p, &length)) == 1) {
        if (!w->collecting && length != sizeof(uint64_t)) {
            w->peeked = true;
            *out = p;
            *n = length;
            return 1;
        }
        e = w->collecting ? wire_collect(w, p, length) : wire_begin(w, p);
        shmq_release(w->q);
        if (e < 0)
            return e;
        if (!w->collecting) {
            w->given = true;
            *out = w->whole.p;
            *n = w->whole.n;
            return 1;
        }
    }
    return e;
}

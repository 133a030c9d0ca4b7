// SPDX-License-Identifier: MIT
#ifndef SYS_SHMQ_H
#define SYS_SHMQ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A queue of messages in memory that two threads, or two processes, share: exactly one writer and
// one reader.
//
//   - A message is a string of bytes, whole or absent: a writer killed at any instant leaves all of
//   its last message or
//     nothing. Messages come out in the order they were published.
//   - It is bounded: `room` bytes, of which a message takes its own length rounded up to 8, and 8
//   more. The longest
//     message is shmq_longest() bytes. Full means that reserve gives -EAGAIN; empty that peek gives
//     0; closed that peek gives -EPIPE after the last message.
//   - A message lies at a multiple of 8 and in one piece, to be built and read in place.
//   - No call waits but shmq_wait and shmq_wait_room. A side that is about to sleep says so, and
//   only then does the other
//     ring its doorbell: a busy pair makes no system call.
//   - Neither side believes the other: positions and lengths are checked before they are used
//   (-EPROTO, from then
//     on for good). What is inside a message is for its reader to check, on a copy where it
//     matters, for a mad peer could change it meanwhile.
//
// A thread or process may use one side only; the two sides of one `struct shmq` may be used by two
// threads at once. When a writer dies between publishing and ringing, its reader is not woken:
// whoever learns of the death wakes it, to read what is left. A queue is not used again for another
// writer or reader: a replaced worker gets new ones.
struct shmq;

// What kind of queue, or'ed together. A side in an event loop needs a descriptor; a bare one has
// none: it only ever blocks in shmq_wait (shmq_wait_room), or has itself called, and it is cheaper.
enum shmq_kind {
    SHMQ_THREADS = 0,   // both sides are in this process; saves a descriptor
    SHMQ_PROCESSES = 1, // they may be in two
    SHMQ_BARE_READER = 1 << 1,
    SHMQ_BARE_WRITER = 1 << 2,
    SHMQ_SPARING = 1 << 3, // an empty queue starts over at its beginning, so that one which holds a
                           // message at a time stays in a page or two, whatever its room
};
enum { SHMQ_FDS = 3 };

// Makes a queue of at least `room` bytes (a power of two from 4 KB to 1 GB; others are rounded up),
// which the caller frees. Errors: -ENOMEM, -EINVAL (more than 1 GB), -EMFILE, -ENFILE.
int shmq_new(struct shmq **out, size_t room, unsigned kind);

// The descriptors by which another process takes part, -1 for those of bare sides: pass them over a
// socket. They stay the queue's. Errors: -EINVAL for a queue made for threads.
int shmq_fds(const struct shmq *q, int fds[SHMQ_FDS]);

// Takes part in the queue whose descriptors were received, each in its place. Owns the descriptors
// from then on; on failure they stay the caller's. Errors: -ENOMEM, -EPROTO (they are not those of
// a queue).
int shmq_map(struct shmq **out, const int fds[SHMQ_FDS]);

// Unmaps it and closes the descriptors. Does not tell the other side: see shmq_close. NULL is
// legal.
void shmq_free(struct shmq *q);

// Bytes of the longest message: half the room, less 8.
size_t shmq_longest(const struct shmq *q);

// ---- The writer's side

// Finds room for a message of up to `n` bytes and gives where to build it. Nobody sees it before
// shmq_publish; a second reserve without one forgets the first. Errors: -EAGAIN (full), -EMSGSIZE
// (never fits), -EPROTO, -EPIPE (closed).
int shmq_reserve(struct shmq *q, size_t n, void **out);

// Publishes the first `n` bytes of what was reserved, and wakes the reader if it sleeps.
void shmq_publish(struct shmq *q, size_t n);

// Both at once, for a message that lies elsewhere. Errors as shmq_reserve.
int shmq_write(struct shmq *q, const void *p, size_t n);

// Says that no more messages come, and wakes the reader if it sleeps.
void shmq_close(struct shmq *q);

// For an event loop: watch shmq_room_fd() for reading; before waiting for room for `n` bytes call
// shmq_sleep_room(), and do not wait when it returns false (there is room by now, or the queue is
// broken); when the descriptor is readable call shmq_woken_room() and try again. Wake-ups may come
// for nothing. The reader rings when half the room is free.
int shmq_room_fd(const struct shmq *q);
bool shmq_sleep_room(struct shmq *q, size_t n);
void shmq_woken_room(struct shmq *q);

// Blocks the thread until shmq_reserve of `n` bytes will not give -EAGAIN. Errors: -ETIMEDOUT at
// `deadline` (monotonic ns), -EMSGSIZE.
int shmq_wait_room(struct shmq *q, size_t n, int64_t deadline);

// ---- The reader's side

// Gives the next message, which stays in the queue and in its place until shmq_release. Returns 1;
// 0 when there is none; -EPIPE when there is none and none will come; -EPROTO.
int shmq_peek(struct shmq *q, const void **out, size_t *n);

// Lets go of the message that shmq_peek gave, and wakes the writer if it waits for room.
void shmq_release(struct shmq *q);

// A bare reader, or a bare writer, of a queue between threads that waits for many: instead of
// ringing, the other side calls `call(arg)` in its own thread, once for each time that it was said
// to sleep (shmq_sleep, shmq_sleep_room). To be set before the other side begins.
void shmq_call_reader(struct shmq *q, void (*call)(void *arg), void *arg);
void shmq_call_writer(struct shmq *q, void (*call)(void *arg), void *arg);

// For an event loop: as the three of the writer, for a message to come.
int shmq_fd(const struct shmq *q);
bool shmq_sleep(struct shmq *q);
void shmq_woken(struct shmq *q);

// Blocks the thread until shmq_peek will not give 0. Errors: -ETIMEDOUT at `deadline` (monotonic
// ns).
int shmq_wait(struct shmq *q, int64_t deadline);
#endif

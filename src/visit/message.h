// SPDX-License-Identifier: MIT
#ifndef VISIT_MESSAGE_H
#define VISIT_MESSAGE_H
#include "data/span.h"
#include <stdbool.h>
#include <stdint.h>

// What jobs and outcomes have in common: a message is one run of bytes without pointers, so that it
// can cross a thread or a process.
//
//     0            head                                                              size
//     +------------+--------------+--------+---+--------+---+--- ... ---+------------+
//     | plain head | addresses    | string | 0 | string | 0 |           | 0 to 7 x 0 |
//     +------------+--------------+--------+---+--------+---+--- ... ---+------------+
//
// A string stands at an offset from the start of the message, never inside the head.
enum { MESSAGE_JOB = 1, MESSAGE_OUTCOME = 2 };

// No message is larger (bytes): the longest that a queue (sys/shmq.h) of MESSAGE_QUEUE bytes takes.
// The largest outcome, seven strings of 64 KB, is smaller; a job that would be larger is not built.
enum { MESSAGE_QUEUE = 1024 * 1024, MESSAGE_MOST = MESSAGE_QUEUE / 2 - 8 };

// A string of a message: `n` bytes at `at` from its start, followed by a NUL. `at == 0`: absent.
struct message_text {
    uint32_t at, n;
};

// A string of the message; an absent one gives { NULL, 0 }. Borrowed from the message.
struct span message_span(const void *message, struct message_text t);

// Whether `t` lies whole between the message's head and its `size`, and ends in a NUL; absent ones
// do.
bool message_text_valid(const void *message, size_t head, size_t size, struct message_text t);

// The bytes that `s` takes in a message.
static inline size_t message_text_size(struct span s)
{
    return s.p ? s.n + 1 : 0;
}

// Puts `s` at `*at`, which moves past it. The room is there. Absent spans give an absent text.
struct message_text message_put(void *message, size_t *at, struct span s);

// A message's size on the queue: a multiple of 8, so that the next one is aligned.
static inline size_t message_round(size_t n)
{
    return (n + 7) & ~(size_t)7;
}
#endif

// SPDX-License-Identifier: MIT
#ifndef TESTS_SHMQ_FIXTURE_H
#define TESTS_SHMQ_FIXTURE_H
#include "check.h"
#include "sys/shmq.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Messages that can be told from any other and from half of themselves, by a number; and the queue
// that most tests are about.
struct message;

// Bytes of message `number`: mostly few, now and then many.
size_t size_of(uint64_t number);

// Writes it to `m`, which has room for it.
void build(struct message *m, uint64_t number);

// Whether it is message `number`, whole. Not an assertion: a thread and a forked process use it
// too.
bool is_message(const void *p, size_t n, uint64_t number);

// A number made of another, as good as random.
uint64_t mix(uint64_t x);

// A queue between processes, of the least room, 4096 bytes. It is the test's to free.
struct shmq *small(void);

// The next message of the queue is this one. It is released.
void assert_next(struct shmq *q, const void *want, size_t length);
#endif

// SPDX-License-Identifier: MIT
#ifndef TESTS_ANSWER_FIXTURE_H
#define TESTS_ANSWER_FIXTURE_H
#include "check.h"
#include "packets.h"
#include "resolve/answer.h"

// A packet that a test writes, and what answer_read() makes of it.
extern struct packet_writer w;
extern struct answer a;

// Reads `w` as the answer to this question into `a`; or any `n` bytes.
void read_packet(const char *name, enum query_type type);
void read_bytes(const uint8_t *p, size_t n, const char *name, enum query_type type);
#endif

// SPDX-License-Identifier: MIT
#ifndef SECURE_PLAY_H
#define SECURE_PLAY_H
#include "sched/nursery.h"
#include <openssl/ssl.h>
#include <stdint.h>

// https that misbehaves: a connection does what the row of its ClientHello's server name says
// (hostile/hostile_secure.h), and ends. A name that is no row's gets the first one's.

struct certificates;

struct play {
    SSL_CTX *context;
    struct certificates *certificates;
    int64_t patience;  // ns a peer may keep us waiting
    uint64_t requests; // that were answered so far
};

// Makes an authority, written to `file`, that vouches for *.`suffix` (borrowed). Errors, which have
// been logged: -ENOMEM, -EIO, of writing the file.
int play_open(struct play *p, const char *suffix, const char *file, int64_t patience);

// After all its fibers have ended.
void play_close(struct play *p);

// Takes a connection over, with a fiber in `fibers`. Errors: -ENOMEM, -ECANCELED; then it is still
// the caller's.
int play_take(struct play *p, struct nursery *fibers, int fd);
#endif

// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_H
#define STORE_STATE_H
#include "data/span.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Everything that a run must not forget, in a directory: an LMDB environment with these tables,
// each with a header of its own.
//
// clang-format off
//   table      key                              value
//   meta       a name                           format, secret, what the run notes down: state_meta.h
//   frontier   part 32 | host 64 | depth 16 | number 48
//                                               an item that is on disk only: state_frontier.h
//   held       number 64                        an item that was in memory when it was committed
//   seen       host 64 | hash 64                nothing: the key is all there is to know
//   hosts      host 64                          what is known of a host
//   robots     host 64                          what its robots.txt says
//   pages      host 64 | hash 64                what came of a URL
// clang-format on
//
// Keys begin with the host, big-endian, so that what is asked for together lies together; those of
// the frontier do inside of each part. Every
// value has a checksum over key and value in front; one that does not agree is damage, and damage
// is refused (-EUCLEAN), never read around. What a value holds is for who wrote it to check.
//
// Everything happens inside a transaction, one at a time, all of it on one thread: a writer's is
// there as a whole after state_commit, also when the power fails the moment after, or not at all.
// Another process may read meanwhile; it sees the last commit. Blocks; no loop.
//
// A page of the database that makes no sense can make LMDB itself fault. Inside a transaction that
// is taken for what it is: a message that names the directory, and exit status 1.
struct state;

enum state_mode {
    STATE_WRITE, // the only writer: see src/ledger/claim.h. Made (0700, files 0600) if it is not
                 // there
    STATE_READ,
};

enum { STATE_VERSION = 2, STATE_WHY = 320, STATE_SECRET = 192 };

// Opens it; `now`: wall ns, in case it is made. Errors: -ENOENT nothing there to read; -EPROTO
// another format; -EUCLEAN damaged; -ENOMEM; those of open(2) and write(2). `why` (STATE_WHY bytes)
// gets a sentence with the directory and the cure.
int state_open(struct state **out, const char *dir, enum state_mode mode, int64_t now, char *why);

// The same for a run that need not be gone on with: a directory of its own in $TMPDIR (else
// /var/tmp), whose files have no name any more. Commits are not synced.
int state_open_temporary(struct state **out, char *why);

// Ends a transaction that is open, without its changes. NULL is legal.
void state_close(struct state *s);

// Begins a transaction. A writer's map is made larger first when it is half full. Errors: see
// below.
int state_begin(struct state *s);

// Makes what was done durable. Errors: see below; then nothing was done.
int state_commit(struct state *s);

// Forgets what was done. Legal when there is no transaction.
void state_abort(struct state *s);

// What any function of any table returns beside 0 and its own: a negative errno; of those -EUCLEAN
// is damage, -EXFULL a map that is full, which state_grow cures after state_abort, and -ENOSPC a
// full disk, which only its owner can.
int state_grow(struct state *s);

// Half a sentence for an error: "the database is damaged: restore it or ...". A literal, or
// strerror's.
const char *state_error_text(int error);

// Hashes that agree from run to run, and that nobody outside can foresee. Of the secret that was
// chosen when the state was made.
uint64_t state_hash(const struct state *s, struct span bytes);

// Two words of it, for map_use_secret.
void state_map_secret(const struct state *s, uint64_t out[2]);

// When it was made, wall ns.
int64_t state_made(const struct state *s);

// Bytes that the database has on disk.
uint64_t state_size(const struct state *s);
#endif

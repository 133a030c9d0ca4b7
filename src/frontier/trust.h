// SPDX-License-Identifier: MIT
#ifndef FRONTIER_TRUST_H
#define FRONTIER_TRUST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The places (host and port) with a special address that the user typed somewhere in the input, so
// that a redirect may go there too. A set of hashes, bounded: beyond TRUST_MOST places a redirect
// to a further one is blocked unless its own line named it.
enum { TRUST_MOST = 1 << 17 };

// { 0 } is empty.
struct trust {
    uint64_t *at; // open addressing; 0: free
    size_t count, room;
};

// Adds a place; without memory, or when full, it is not remembered.
void trust_add(struct trust *t, uint64_t place);
bool trust_has(const struct trust *t, uint64_t place);
void trust_fini(struct trust *t);
#endif

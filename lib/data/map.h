// SPDX-License-Identifier: MIT
#ifndef DATA_MAP_H
#define DATA_MAP_H
#include "data/span.h"
#include <stdint.h>

// An intrusive hash map from bytes to structures. The node's owner keeps the key's bytes
// alive and unchanged while the node is in the map. Chained; grows by doubling, a few buckets
// an operation, so that no single insert is slow. Hashes are keyed with a secret of the process
// (hash-flooding from outside must not degrade it).
struct map_node {
    struct map_node *next;
    uint64_t hash;
    struct span key; // borrowed from the structure that embeds this node
};

// { 0 } is an empty map. Owns its bucket arrays, not the nodes.
struct map {
    struct map_node **bucket, **old; // `old` while growing
    size_t room, old_room, moved, count;
};

// A hash of `key`, keyed by a secret chosen once a process (SipHash-1-3 or as strong).
uint64_t map_hash(struct span key);

// The same under a secret of the caller's: for hashes that must agree from run to run.
uint64_t map_hash_with(const uint64_t secret[2], struct span key);

// Makes map_hash agree with that of another process, with two words that both know. To be called
// before any hash is kept, by the only thread there is.
void map_use_secret(const uint64_t secret[2]);

// Frees the arrays. Nodes are left as they are.
void map_fini(struct map *m);

// The node with this key, NULL if there is none. `hash` is map_hash(key).
struct map_node *map_find(const struct map *m, uint64_t hash, struct span key);

// Adds `n` under `key`, which no node in the map may have yet. Errors: -ENOMEM only for the first
// insert; later, a map that cannot grow just becomes slower.
int map_add(struct map *m, struct map_node *n, uint64_t hash, struct span key);

// Takes `n`, which must be in the map, out of it.
void map_remove(struct map *m, struct map_node *n);

// Visits every node in no particular order; `visit` may remove (and free) the node it is given,
// must not add, and must not remove another.
void map_each(struct map *m, void (*visit)(struct map_node *n, void *arg), void *arg);
#endif

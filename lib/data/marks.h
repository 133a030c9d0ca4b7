// SPDX-License-Identifier: MIT
#ifndef DATA_MARKS_H
#define DATA_MARKS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A set of 64-bit hashes that only grows, for telling what has come before. Open addressing, at
// most three quarters full; two things of one hash are the same to it. { 0 } is empty. Owns `at`.
struct marks {
    uint64_t *at; // 0: free
    size_t count, room;
};

// Adds `hash`. Returns whether it is new. Without memory to grow it is not remembered, and new each
// time.
bool marks_add(struct marks *m, uint64_t hash);

bool marks_has(const struct marks *m, uint64_t hash);

// Forgets all of them, and the room beyond `keep` hashes.
void marks_clear(struct marks *m, size_t keep);

void marks_fini(struct marks *m);
#endif

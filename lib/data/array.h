// SPDX-License-Identifier: MIT
#ifndef DATA_ARRAY_H
#define DATA_ARRAY_H
#include <stddef.h>

// An array that is full: `at`, of `*room` elements of `size` bytes, moved to where there is twice
// the room; `first` elements when it had none. Returns the new place, which is the owner's, with
// `*room` set. NULL without memory: the array and `*room` are as they were.
void *array_grow(void *at, size_t *room, size_t first, size_t size);
#endif

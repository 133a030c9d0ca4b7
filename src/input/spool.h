// SPDX-License-Identifier: MIT
#ifndef INPUT_SPOOL_H
#define INPUT_SPOOL_H
#include "data/span.h"
#include <stdbool.h>
#include <stdint.h>

// What came through a pipe, kept in a file as it came, for a run that may have to be gone on with.
// Everything blocks.
struct spool {
    int fd;
    uint64_t length; // bytes kept; his who owns it, and no thread's that appends
};

// Opens the file, made (0600) if it is not there; `anew`: nothing in it counts. Errors: those of
// open(2).
int spool_open(struct spool *s, const char *path, bool anew);
void spool_close(struct spool *s);

// Up to `n` bytes from `at` on. Returns the count, 0 behind the last, or a negative errno.
long spool_read(const struct spool *s, uint64_t at, char *to, size_t n);

// Writes behind what is kept; it is kept, too, as soon as `length` says so. Errors: those of
// write(2).
int spool_append(const struct spool *s, struct span bytes);

// Everything kept is on the disk afterwards. May run beside spool_append. Errors: those of
// fdatasync(2).
int spool_sync(const struct spool *s);
#endif

// SPDX-License-Identifier: MIT
#ifndef SYS_FILES_H
#define SYS_FILES_H
#include <stddef.h>

// Writes all `n` bytes to `fd`, going on after short writes and EINTR, waiting with poll(2) where
// `fd` is non-blocking. Blocks. Errors: the negative errno of write(2); how much was written is
// then unknown.
int files_write_all(int fd, const void *p, size_t n);

// Reads up to `n` bytes, going on after EINTR. Returns the count, 0 at the end, a negative errno.
long files_read(int fd, void *p, size_t n);

// Opens for writing, created with 0666 & ~umask, close-on-exec; truncated. Returns the descriptor
// or a negative errno.
int files_create(const char *path);

// The same without truncating what is there. When the file is made, its name is on the disk
// afterwards as well. Blocks.
int files_open_for_more(const char *path);

// Has the names in the directory of `path` on the disk. Blocks. Errors: those of open(2) and
// fsync(2).
int files_sync_directory(const char *path);
#endif

// SPDX-License-Identifier: MIT
#ifndef VISIT_SAVE_DIRECTORY_H
#define VISIT_SAVE_DIRECTORY_H
#include "data/buffer.h"

enum save_directory_mode { SAVE_DIRECTORY_FIND, SAVE_DIRECTORY_CREATE };

// Opens the directory `dirs` ("a/b/", or nothing) below the open directory `root`, without ever
// following a symbolic link. Where something that is no directory is in the way, the directory has
// a number behind its name. Those that are missing are created, if that is asked for. Returns the
// descriptor, good for flock(2) and as a place of files; `where` becomes the path as it was found,
// slash included. Errors: those of open(2) and mkdir(2); -ENOMEM.
int save_directory(int root, struct span dirs, enum save_directory_mode mode, struct buffer *where);
#endif

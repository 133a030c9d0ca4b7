// SPDX-License-Identifier: MIT
#ifndef CMD_VERSION_H
#define CMD_VERSION_H
#include "data/buffer.h"

// Appends the version of the program and those of the libraries that it runs with, a line each.
void version_write(struct buffer *out);
#endif

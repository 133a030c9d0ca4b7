// SPDX-License-Identifier: MIT
#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H
#include "data/buffer.h"

// Appends trawl(1), in the man macros of roff, made from the tables of commands and options.
void manual_write(struct buffer *out);
#endif

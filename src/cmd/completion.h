// SPDX-License-Identifier: MIT
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H
#include "data/buffer.h"

// Appends the bash completion of trawl, made from the tables of commands and options.
void completion_write(struct buffer *out);
#endif

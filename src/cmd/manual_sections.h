// SPDX-License-Identifier: MIT
#ifndef CMD_MANUAL_SECTIONS_H
#define CMD_MANUAL_SECTIONS_H
#include "data/buffer.h"

// Appends the sections of trawl(1) that no table has: records, exit status, signals, environment.
void manual_sections_write(struct buffer *out);
#endif

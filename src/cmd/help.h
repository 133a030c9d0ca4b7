// SPDX-License-Identifier: MIT
#ifndef CMD_HELP_H
#define CMD_HELP_H
#include "data/buffer.h"

struct command;
struct option;

// Append the text of --help to `out`, 80 columns wide: of one command, its examples first; or of
// the program. Memory failures stay in `out`.
void help_command(struct buffer *out, const struct command *c);
void help_overview(struct buffer *out);

// The default of an option as help and manual show it; NULL when there is none.
const char *help_default(const struct option *o);

// What --help and the manual show for an option without an argument that can be negated: "[no-]".
const char *help_negation(const struct option *o);
#endif

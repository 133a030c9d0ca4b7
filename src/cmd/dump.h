// SPDX-License-Identifier: MIT
#ifndef CMD_DUMP_H
#define CMD_DUMP_H

// `trawl --dump WHAT`, for the build and the tests: "manual" is trawl(1) in roff, "completion" is
// for bash, "options" the table of options: command, name, letter, argument, default, negatable,
// one a line, apart by tabs. Writes it to standard output and returns the exit status.
int dump_write(const char *what);
#endif

// SPDX-License-Identifier: MIT
#ifndef CMD_INSPECT_URL_H
#define CMD_INSPECT_URL_H

struct arguments;

// `trawl inspect url`: shows how each of `operands` (NULL-terminated), or each line of standard
// input, is read as a URL; with --json answers {"input", "base"?} with {"href"} or {"error"}.
// Returns the exit status.
int inspect_url(struct arguments *a, const char *const *operands);
#endif

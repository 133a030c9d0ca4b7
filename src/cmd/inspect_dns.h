// SPDX-License-Identifier: MIT
#ifndef CMD_INSPECT_DNS_H
#define CMD_INSPECT_DNS_H

struct arguments;

// `trawl inspect dns`: looks up each of `operands` (NULL-terminated), or each line of standard
// input: a name, NAME:PORT or a URL. Shows its addresses in the order in which they would be tried,
// for how long the answer holds, who gave it and how long that took; with --json answers {"name"}.
// Returns the exit status.
int inspect_dns(struct arguments *a, const char *const *operands);
#endif

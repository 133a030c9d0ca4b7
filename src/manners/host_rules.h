// SPDX-License-Identifier: MIT
#ifndef MANNERS_HOST_RULES_H
#define MANNERS_HOST_RULES_H
#include "data/span.h"
#include "frontier/rules.h"

// The file of --host-rules: a line a host, which is a name, an address, *.NAME for all names below
// one, or * for all; behind it KEY=VALUE, as often as there is something to say:
//
//     # ours: no need to wait
//     www.example.org  delay=0 connections=8 robots=ignore
//     *.example.com    delay=5s rate=10/m user-agent="example-bot/1.0 (for its search)"
//
// Blank lines, and what follows a '#' at the start of a line or behind a blank, are passed over.

// Room for any sentence about what is wrong, in bytes.
enum { HOST_RULES_WHY = 320 };

// Takes over what a line says; one that says nothing is fine. Errors: -EINVAL, with a sentence in
// `why` that ends with the cure; -ENOMEM.
int host_rules_line(struct rules *rules, struct span line, char why[HOST_RULES_WHY]);

// Reads a whole file into `rules`, which is empty. Blocks. Errors: -EINVAL, or those of open(2) and
// read(2), said on the log with the file and the line; -ENOMEM.
int host_rules_read(struct rules *rules, const char *path);
#endif

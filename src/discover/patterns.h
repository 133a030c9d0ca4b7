// SPDX-License-Identifier: MIT
#ifndef DISCOVER_PATTERNS_H
#define DISCOVER_PATTERNS_H
#include "data/span.h"

// Regular expressions that URLs are looked for in: PCRE2, without its compiler to machine code,
// which wants more stack than a fiber has, and with a limit on what one match may cost, for there
// are expressions and URLs that together would take years.
struct patterns;

// Room for a sentence about what is wrong, in bytes.
enum { PATTERNS_WHY = 256 };

// Compiles each of `texts` (NULL-terminated; NULL for none). Errors: -ENOMEM; -EINVAL with a
// sentence in `why`.
int patterns_new(struct patterns **out, const char *const *texts, char why[PATTERNS_WHY]);
void patterns_free(struct patterns *p);

// How many there are.
unsigned patterns_count(const struct patterns *p);

enum patterns_answer { PATTERNS_NO, PATTERNS_YES, PATTERNS_TOO_COSTLY };

// Whether any of them is found in `text`. PATTERNS_TOO_COSTLY: one would have taken too long, and
// none was found before.
enum patterns_answer patterns_find(struct patterns *p, struct span text);
#endif

// SPDX-License-Identifier: MIT
#ifndef INSPECT_LINKS_H
#define INSPECT_LINKS_H
#include "inspect/answer.h"

// trawl inspect links: what a page links to.
extern const struct inspect_kind inspect_links;
#endif

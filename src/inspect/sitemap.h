// SPDX-License-Identifier: MIT
#ifndef INSPECT_SITEMAP_H
#define INSPECT_SITEMAP_H
#include "inspect/answer.h"

// trawl inspect sitemap: what a sitemap lists.
extern const struct inspect_kind inspect_sitemap;
#endif

// SPDX-License-Identifier: MIT
#ifndef SERVE_SITE_H
#define SERVE_SITE_H
#include "serve/exchange.h"

// The synthetic web (web.h) as it is served: who asks with the name of one of its hosts gets its
// pages, its robots.txt, its sitemaps, its delays and its faults, and no other path.

// Whether `name`, a Host field, is one of the web's hosts.
bool site_has(const struct server *s, struct span name, uint32_t *host);

// Answers for host `host`. Parks. Returns 0 or a negative errno: then the connection is dropped.
int site_answer(struct exchange *x, uint32_t host);
#endif

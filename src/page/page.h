// SPDX-License-Identifier: MIT
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H
#include "bench/result.h"
#include "data/buffer.h"

// Appends the page of a bench: one HTML document (UTF-8) with everything in it, plots as SVG, no
// script, nothing that a browser would have to ask a network for. It follows the reader's choice of
// light or dark, prints, and says in words what it shows in colours. A result with micro figures
// only, or without, gives the sections that it has. Pure; texts from outside are escaped. Memory
// failures stay in `b`.
void page_write(struct buffer *b, const struct bench_result *r);
#endif

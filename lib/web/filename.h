// SPDX-License-Identifier: MIT
#ifndef WEB_FILENAME_H
#define WEB_FILENAME_H
#include "data/buffer.h"

// The longest name, in bytes.
enum { FILENAME_MOST = 200 };

// Appends a name to save a body under, made of `suggested` (from Content-Disposition; absent or
// empty: none) or else of a URL's path and query: "/a/report.pdf" gives "report.pdf",
// "/list.php?page=2" gives "list@page=2.php", "/" gives "index.html". It is one component that
// cannot leave its directory, hide, or pass for an option; valid UTF-8 without control, direction
// and layout characters, nor those that other systems forbid; FILENAME_MOST bytes at most, where a
// hash stands for what was cut. The same input gives the same name. No memory shows in `out`.
void filename_make(struct buffer *out, struct span suggested, struct span path_query);

// Appends `name`, which filename_make has made, with a number before its extension
// ("report-2.pdf"), for when the name is taken. FILENAME_MOST bytes at most.
void filename_numbered(struct buffer *out, struct span name, unsigned long number);
#endif

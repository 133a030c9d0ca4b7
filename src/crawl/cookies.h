// SPDX-License-Identifier: MIT
#ifndef CRAWL_COOKIES_H
#define CRAWL_COOKIES_H
#include "data/buffer.h"
#include "web/url.h"

// The one cookie jar of a run, and the file that it is kept in. On the coordinator's loop.
struct cookies;
struct outcome;
struct store;

// Opens a jar, with what stands in the file at `path` (NULL: no file; one that is not there yet is
// empty). Blocks for the file. Errors, said on the log: -ENOMEM, those of open(2) and read(2).
int cookies_open(struct cookies **out, const char *path);

// Takes what the response from `url` sets.
void cookies_take(struct cookies *k, const struct url *url, const struct outcome *o);

// Adds what goes with a request for `url` to its header lines, each ended by a NUL: a Cookie
// header, behind what a Cookie line there says already. Lack of memory shows in `headers`.
void cookies_add(struct cookies *k, const struct url *url, struct buffer *headers);

// Says the jar to a store when it has changed, every ten seconds at most; `now`: monotonic ns. And
// takes over what was said so. Errors: -ENOMEM.
#define COOKIES_NOTE "cookies"
void cookies_note(struct cookies *k, struct store *s, int64_t mono);
int cookies_recall(struct cookies *k, struct span bytes);

// Writes the file, anew and under its name only when it is whole, with the rights 0600. Blocks.
// Errors, said on the log: those of open(2), write(2) and rename(2); -ENOMEM.
int cookies_save(struct cookies *k);

void cookies_free(struct cookies *k);
#endif

// SPDX-License-Identifier: MIT
#ifndef BENCH_FEED_H
#define BENCH_FEED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The list of URLs that every cell fetches, over and over: written into a pipe whose other end is
// the standard input of the process that is measured, as fast as that one reads. So a list has no
// end, and nothing is measured of how it was found.
struct feed {
    char *text; // whole lines, as often as it takes for a write to be worth it; not inherited by
                // forks, or it would count as their memory
    size_t n, room;
    uint64_t lines; // of the list itself
    size_t at;      // of the next byte
};

// The most that a list may have, in bytes, unpacked.
enum { FEED_MOST = 64 << 20 };

// Makes the list of `hosts` hosts of the built-in origin, dealt out over `origins` ports of it:
// http://127.0.x.y:PORT/PATH. Errors: -ENOMEM.
int feed_make(struct feed *f, const uint16_t *port, unsigned origins, unsigned hosts,
              const char *path);

// Takes the URLs given as arguments (NULL-terminated, or NULL) and then those in the file `input`
// (NULL: none; "-": standard input), which may be compressed with gzip or zstd. Blocks. Errors,
// which have been said on the log: -EINVAL (no URL in it, too long, damaged), what opening and
// reading gave, -ENOMEM.
int feed_read(struct feed *f, const char *const *urls, const char *input);

// Writes as much into `fd`, which does not block, as it takes now. Returns 0, or a negative errno:
// -EPIPE when nobody reads any more.
int feed_write(struct feed *f, int fd);

// Begins anew, for the next reader.
static inline void feed_rewind(struct feed *f)
{
    f->at = 0;
}

void feed_fini(struct feed *f);
#endif

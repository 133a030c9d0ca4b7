// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_AGAIN_H
#define DEMO_DEMO_AGAIN_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// A crawl that is killed in the middle, and goes on: what --state is for.
enum { DEMO_AGAIN_PATH = 256, DEMO_AGAIN_TEXT = 96, DEMO_AGAIN_ARGUMENTS = 48 };

struct demo_again {
    char dir[DEMO_AGAIN_PATH]; // of this run alone; empty: there is none
    char state[DEMO_AGAIN_PATH + 8], output[DEMO_AGAIN_PATH + 16];
    char seed[DEMO_AGAIN_TEXT];
    const char *crawl[DEMO_AGAIN_ARGUMENTS], *resume[4]; // command lines, without the program
    bool silent;
    bool killed;        // it was; else it had ended before
    uint64_t records;   // that are written now
    uint64_t different; // URLs of these
    int64_t first;      // monotonic ns at which the first record was seen; 0: not yet
};

// Makes a directory for it, under $TMPDIR or /tmp, for a crawl of the demo's web at `port`, whose
// names are answered at `dns` (borrowed). Errors (said on the log): what mkdtemp gave.
int demo_again_open(struct demo_again *a, uint16_t port, const char *dns, bool silent);

// Removes all that was made. Legal when it was not opened, if it is { 0 }.
void demo_again_close(struct demo_again *a);

// What a user would type, without what is there for the demo's sake.
void demo_again_command(const struct demo_again *a, struct buffer *out);

// The crawl, killed half a second after its first record; then `killed` and `records` are filled
// in. And how it goes on to its end; then `different` too. Both block. Errors: -EINTR with the
// signal in `status`; -EIO, said on the log, when the crawl failed; what demo_self_run gave.
int demo_again_kill(struct demo_again *a, int *status);
int demo_again_resume(struct demo_again *a, int *status);
#endif

// SPDX-License-Identifier: MIT
#ifndef WEB_CODING_STAGE_H
#define WEB_CODING_STAGE_H
#include "data/span.h"
#include <stdint.h>

// One coding of a chain: takes encoded bytes, gives decoded ones to the stage after it. Shared by
// the decoders and coding.c only.
struct coding_stage {
    // Decodes all of `in`. Errors: -EBADMSG, -ENOMEM, and whatever coding_give answers.
    int (*write)(struct coding_stage *s, struct span in);
    void (*free)(struct coding_stage *s);
    struct coding *owner;
    struct coding_stage *next; // NULL: the last one, which gives to the caller
    uint64_t given;
    bool begun;              // has been given a byte
    bool between;            // where a body may end: after a whole member
    bool garbage;            // what comes is behind the last member and is ignored
    unsigned char peeked[4]; // bytes behind a member, until it is known whether they start another
    unsigned peeked_count;
};

// Decoded bytes are given on in pieces of this size.
enum { CODING_PIECE = 8192 };

// Hands `n` decoded bytes on. Anything but 0 ends the decoding and is passed up.
int coding_give(struct coding_stage *s, const char *p, size_t n);

// Behind a whole member: takes bytes off the front of `in` until it is known whether another member
// follows, for which `starts` says whether `count` bytes (1 to 4) may be its beginning, and are at
// `whole` bytes. Returns true when it does: the stage then decodes `peeked`, and what is left of
// `in`.
bool coding_peek(struct coding_stage *s, struct span *in, unsigned whole,
                 bool (*starts)(const unsigned char *p, unsigned count));

// The stages. Errors: -ENOMEM.
int coding_zlib_new(struct coding_stage **out, bool gzip);
int coding_brotli_new(struct coding_stage **out);
int coding_zstd_new(struct coding_stage **out);
#endif

// SPDX-License-Identifier: MIT
#ifndef INPUT_LINES_H
#define INPUT_LINES_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// Divides a stream of bytes into the lines of a URL list. Pure: bytes are pushed in as they come,
// lines are taken out. LF and CRLF end a line, a UTF-8 BOM at the start is skipped, white space
// around a line does not count, blank lines and lines that begin with '#' are passed over but
// counted. What a line holds is not looked at.
enum { LINES_MAX = 2 << 20 }; // bytes kept of one line; the rest is dropped and counted

struct line {
    struct span text; // borrowed until the next call
    uint64_t number;  // from 1, as an editor counts
    uint64_t dropped; // bytes beyond LINES_MAX that are not in `text`
};

struct lines {
    struct buffer partial; // a line whose end has not come
    struct span rest;      // of the bytes pushed, not yet divided; borrowed
    uint64_t number, dropped;
    bool begun; // the place where a BOM may stand has been passed
    bool taken; // the line in `partial` was handed out; clear it at the next call
};

// { 0 } is ready for use. Frees what is kept.
void lines_fini(struct lines *l);

// Offers more bytes, borrowed until lines_next has returned false. The former ones must have been
// used up.
void lines_push(struct lines *l, struct span bytes);

// Takes the next whole line. Returns false when more bytes are needed.
bool lines_next(struct lines *l, struct line *out);

// After the last byte: takes the line that no LF ended. Returns false when there is none.
bool lines_last(struct lines *l, struct line *out);
#endif

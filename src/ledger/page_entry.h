// SPDX-License-Identifier: MIT
#ifndef LEDGER_PAGE_ENTRY_H
#define LEDGER_PAGE_ENTRY_H
#include "data/buffer.h"
#include "fetch/error.h"
#include <stdbool.h>

// What came of a URL the last time: the value of a page in the state. Kept for each URL that was
// asked for and, when that redirected, for the one that gave the answer; so it is short.
//
// What is known of the page itself (digest, validators, capture) is of the last answer that had it:
// a 304 to our own question, an error, a 403 or a 5xx leave it as it was.
struct page_entry {
    int64_t when; // wall ns at which it was recorded
    uint64_t run; // of the state: 0 the first, then its refreshes (struct ledger)
    enum fetch_error error;
    int status;                      // HTTP; 0: none
    bool asked;                      // it is the URL that was asked for: a line of the list, a link
    bool digested;                   // `digest` is that of its body
    unsigned char digest[32];        // SHA-256
    struct span etag, last_modified; // what a condition can be made of; absent: none
    struct span url;  // as it was given; absent: not kept, for it did not fail, and is no crawl's
    int64_t captured; // wall ns, to the us: the WARC-Date of the page in an archive; 0: in none
    struct span payload; // its digest there; with `captured` only
    // Of a crawl, with `url`: how it was found, so that it can be asked for again.
    bool found;
    uint16_t depth;
    uint8_t mark;
};

// Appends it. Validators that are too long to be worth keeping are left out.
void page_entry_write(struct buffer *out, const struct page_entry *p);

// Views of the bytes. Errors: -EUCLEAN the bytes are no page; -EPROTO they are of another version.
int page_entry_read(struct page_entry *out, struct span bytes);
#endif

// SPDX-License-Identifier: MIT
#ifndef FRONTIER_CONTINUATION_H
#define FRONTIER_CONTINUATION_H
#include "frontier/item.h"

// An item as flat bytes, for a disk: everything that is needed to go on with it in another process,
// from before the exchange that it waits for or is in. Times become wall times; hashes are made
// anew. The first byte is the format's version, and what a URL that was not tried yet does not have
// takes no room.
enum { CONTINUATION_VERSION = 1 };

// When something is written or read.
struct continuation_time {
    int64_t mono, wall; // ns: now
    int64_t
        left; // wall ns until which its run went on, for reading: waiting is counted up to there
};

// Appends `i`. `not_before`: the monotonic time it waits for; 0: none. Lack of memory shows in
// `out`.
void continuation_write(struct buffer *out, const struct item *i, int64_t not_before,
                        struct continuation_time now);

// A URL that has not been tried yet, found on the way.
struct continuation_url {
    struct span href; // as url_href gives it: no user information, no fragment
    struct span via;  // the page that it was found on; absent: none
    uint16_t depth;
    uint8_t mark;
};

// Appends what continuation_write would make of its item.
void continuation_of_url(struct buffer *out, const struct continuation_url *u);

// Makes the item of `number` that the bytes are of. `held` as in item_keep_members. `*not_before`
// is set to a monotonic time, 0 for none. Errors: -EUCLEAN the bytes are no item; -EPROTO they are
// of another version; -ENOMEM.
int continuation_read(struct item **out, struct span bytes, uint64_t number,
                      struct continuation_time now, size_t *held, int64_t *not_before);

// The URL as it was given and the one it has come to, without making an item: views of the bytes.
// Errors: -EUCLEAN, -EPROTO.
int continuation_look(struct span bytes, struct span *given, struct span *href,
                      int64_t *not_before_wall);
#endif

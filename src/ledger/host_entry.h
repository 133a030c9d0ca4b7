// SPDX-License-Identifier: MIT
#ifndef LEDGER_HOST_ENTRY_H
#define LEDGER_HOST_ENTRY_H
#include "data/buffer.h"
#include "web/address.h"
#include <stdbool.h>
#include <stdint.h>

// What is known of a host: its value in the state.
struct host_entry {
    struct span origin; // "http://name:port"
    int64_t until;      // wall ns before which nothing of it starts; 0: it may
    bool held;          // because it asked so (Retry-After); else by its pace
    int64_t delay;      // ns between two exchanges, as it has come to be
    int64_t learnt;     // ns: of that, what its group has learnt (frontier/adapt.h); 0: nothing
    int64_t latency;    // ns, learnt with it
    int64_t interval;   // ns from one start to the next, by its rate; 0: no limit
    uint64_t exchanges;
    int64_t spent;   // ns over all of them
    int64_t expires; // wall ns until which the addresses hold; 0: not known
    unsigned addresses;
    struct address address[8]; // the first of them
    // How it does (frontier/health.h).
    unsigned failures; // in a row, of late; 0: it does well, and nothing stands below
    unsigned pauses;   // that it has been set aside for
    int64_t failed;    // wall ns of the last one
    int64_t failing;   // ns that passed since the first
    int64_t blamed;    // ns of those that count
    int64_t aside;     // wall ns until which it is left alone; 0: it is not
    bool given_up, given_up_robots;
    struct span why; // of the last failure
};

enum { HOST_ENTRY_ADDRESSES = 8 };

// Appends it as bytes. Lack of memory shows in `out`.
void host_entry_write(struct buffer *out, const struct host_entry *h);

// Views of the bytes. Errors: -EUCLEAN the bytes are no host; -EPROTO they are of another version.
int host_entry_read(struct host_entry *out, struct span bytes);
#endif

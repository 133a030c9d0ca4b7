// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_PAYLOAD_H
#define STORE_WARC_PAYLOAD_H
#include "data/buffer.h"
#include <stdint.h>

// What an HTTP message in a record is about: takes a block piece by piece, keeps its head and gives
// its payload, the body without chunks (ISO 28500:2017 §6.3.2). We archive bodies without them, but
// others do not, and not all of those who keep the header keep the chunks: where there are none,
// the body is given as it is. A head longer than WARC_HEAD_MOST has no payload.
struct warc_payload {
    struct buffer head; // with its blank line; owned
    bool headed;        // it is whole
    bool chunked;       // and says that what follows has chunks
    int chunks;         // enum, see warc_payload.c
    uint64_t left;      // of the chunk
    struct buffer line; // of the chunk's size
    uint64_t given;     // bytes of payload
    // Where the payload goes. A value other than 0 ends it all, and is returned.
    int (*give)(void *arg, struct span some);
    void *arg;
};

void warc_payload_begin(struct warc_payload *w, int (*give)(void *arg, struct span some),
                        void *arg);

// Takes some more of the block. Returns 0, what `give` did, or -ENOMEM.
int warc_payload_take(struct warc_payload *w, struct span some);

// The value of a field of the head; absent: there is none, or no head.
struct span warc_payload_field(const struct warc_payload *w, const char *name);

// The status of a response; 0: it is none.
int warc_payload_status(const struct warc_payload *w);

void warc_payload_fini(struct warc_payload *w);
#endif

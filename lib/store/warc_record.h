// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_RECORD_H
#define STORE_WARC_RECORD_H
#include "data/buffer.h"
#include "store/digest.h"
#include "store/warc_id.h"

// Heads of WARC records (WARC 1.1, ISO 28500:2017), as they are written:
//
//     "WARC/1.1" CRLF *(name ": " value CRLF) CRLF block CRLF CRLF
enum warc_type { WARC_INFO, WARC_RESPONSE, WARC_REQUEST, WARC_METADATA, WARC_REVISIT, WARC_TYPES };

// Why a block ends before its end (§5.13).
enum warc_cut { WARC_WHOLE, WARC_LENGTH, WARC_TIME, WARC_DISCONNECT, WARC_UNSPECIFIED, WARC_CUTS };

// What a revisit goes by (§6.7).
enum warc_profile { WARC_NO_PROFILE, WARC_SAME_DIGEST, WARC_NOT_MODIFIED };

enum { WARC_PROTOCOLS = 2 };

// What a head says. What is absent, none or 0 is left out. Everything borrowed.
struct warc_record {
    enum warc_type type;
    struct warc_id id;
    int64_t date;           // wall ns, when the capture began; written to the microsecond
    struct span target_uri; // without user information
    struct warc_id concurrent_to, refers_to;
    struct span refers_to_uri;
    int64_t refers_to_date;
    enum warc_profile profile;
    enum warc_cut cut;
    struct span address;                  // of the server, as text
    struct span protocol[WARC_PROTOCOLS]; // "h2", "tls/1.3": highest first
    const char *content_type;
    const struct digest *block, *payload; // NULL: none
    struct span filename;                 // of a warcinfo
    uint64_t length;                      // of the block
};

// Appends the head, its blank line included.
void warc_record_write(struct buffer *out, const struct warc_record *r);

// What ends a record.
#define WARC_RECORD_END "\r\n\r\n"

// Appends a moment as WARC-Date has it: "2017-03-06T04:03:53.123456Z".
void warc_date_write(struct buffer *out, int64_t wall);

// The word of the standard for it.
const char *warc_type_word(enum warc_type t);
const char *warc_cut_word(enum warc_cut c);
#endif

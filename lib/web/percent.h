// SPDX-License-Identifier: MIT
#ifndef WEB_PERCENT_H
#define WEB_PERCENT_H
#include "data/buffer.h"

// Percent-encoding (URL standard §1.3). A set names the characters that are encoded; each contains
// the ones before it except that the query sets and the fragment set differ in a few.
enum percent_set {
    PERCENT_FRAGMENT,
    PERCENT_QUERY, // the query set of special schemes, http among them: ' is in it
    PERCENT_PATH,
    PERCENT_USERINFO,
    PERCENT_SETS
};

// Whether `c` goes into a URL as it is under `set`.
bool percent_plain(enum percent_set set, unsigned char c);

// Appends `text` encoded under `set`. What is not UTF-8 goes in as U+FFFD. A '%' stays as it is.
void percent_encode(struct buffer *out, struct span text, enum percent_set set);

// Appends `text` with its %XX sequences replaced by the bytes they stand for; other '%' stay.
void percent_decode(struct buffer *out, struct span text);

// The value of the hexadecimal digit `c`, -1 if it is none.
int percent_hex(char c);
#endif

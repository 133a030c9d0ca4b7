// SPDX-License-Identifier: MIT
#ifndef WEB_ROBOTS_RULES_H
#define WEB_ROBOTS_RULES_H
#include "data/buffer.h"
#include <stdint.h>

// The compiled form of a robots.txt (robots.h):
//
//     +---------------------+------------------------------+-----------+---------+
//     | struct robots_rules | struct robots_rule [`count`] | patterns  | padding |
//     +---------------------+------------------------------+-----------+---------+
//
// The rules stand in the order in which they are tried: the longest pattern first, Allow before
// Disallow, what comes first in the file before what comes later. So the first that matches
// decides.
enum robots_flag {
    ROBOTS_ALLOW = 1 << 0,
    ROBOTS_END = 1 << 1,  // ends in '$': the whole path must match
    ROBOTS_WILD = 1 << 2, // has a '*'
};

struct robots_rule {
    uint32_t at;     // of its pattern, from the start of everything
    uint32_t line;   // of the file
    uint16_t length; // of the pattern as it is compared: no '$' at its end, nor '*' before that
    uint16_t weight; // octets of the pattern in normal form, special characters included
    uint32_t flags;
};

struct robots_rules {
    uint32_t size; // of everything, a multiple of 8
    uint32_t count;
    int64_t delay; // ns; -1: none
};

// How a path or a pattern is brought into the form in which it is compared. Always encoded: what no
// URI may have as it is, and '*' and '$' where they mean themselves (RFC 9309 §2.2.3); digits of an
// escape become upper case.
enum robots_form {
    ROBOTS_PATTERN = 1 << 0, // '*' is a wildcard and stays
    ROBOTS_DECODE = 1 << 1,  // escapes of unreserved characters are decoded
    ROBOTS_ENCODE = 1 << 2,  // octets beyond ASCII are encoded
};

// Appends `text` in that form.
void robots_rules_form(struct buffer *out, struct span text, unsigned form);

// Whether `path` is in every form already, as most are.
bool robots_rules_plain(struct span path);
#endif

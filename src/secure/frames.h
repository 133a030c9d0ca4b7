// SPDX-License-Identifier: MIT
#ifndef SECURE_FRAMES_H
#define SECURE_FRAMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a client says in HTTP/2, preface and frames (RFC 9113 §4.1), read as it comes for the one
// thing that is of interest: which streams it has opened. Pure. { 0 } is before the preface.
enum { FRAMES_PREFACE = 24, FRAMES_HEAD = 9, FRAMES_HEADERS = 1 };

struct frames {
    bool begun;
    uint64_t pass; // bytes that are yet to be passed over
    unsigned had;  // bytes of a frame's head
    unsigned char head[FRAMES_HEAD];
    uint32_t last; // the stream that was opened last; 0: none yet
};

void frames_take(struct frames *f, const void *bytes, size_t n);
#endif

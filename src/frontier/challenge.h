// SPDX-License-Identifier: MIT
#ifndef FRONTIER_CHALLENGE_H
#define FRONTIER_CHALLENGE_H
#include "data/buffer.h"
#include <stdbool.h>

// What a host wants to be shown instead of a user name and a password: a digest (RFC 7616) over
// them, over what is asked for, and over a number that it has chosen. libcurl asks a second time as
// soon as the host has said so; where that would be too soon for its pace, this is what a later
// exchange says. Pure but for OpenSSL's hashes.
struct challenge;

// Reads the values of WWW-Authenticate, joined by commas: the first digest that can be answered
// (MD5, SHA-256, SHA-512-256 and their -sess; qop auth, or none). Errors: -ENOENT there is none;
// -ENOMEM.
int challenge_new(struct challenge **out, struct span values);
void challenge_free(struct challenge *c);

// Whether it says that what was shown was right, and only its number too old.
bool challenge_is_stale(const struct challenge *c);

// What is to be shown.
struct challenge_answer {
    struct span credentials; // "user:password"
    struct span method;
    struct span target; // path and query
    struct span nonce;  // of ours: 8 to 64 letters and digits that nobody can foresee
};

// Appends the line "Authorization: Digest ..." of the next request. Errors: -ENOMEM; -EIO a hash
// that OpenSSL does not have after all.
int challenge_answer(struct challenge *c, const struct challenge_answer *a, struct buffer *out);
#endif

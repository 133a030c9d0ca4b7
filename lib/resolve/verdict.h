// SPDX-License-Identifier: MIT
#ifndef RESOLVE_VERDICT_H
#define RESOLVE_VERDICT_H
#include "resolve/resolver.h"
#include "web/address.h"
#include <stdint.h>

// What was found out about the AAAA and the A records of a name, and what that comes to. Pure.
enum finding_kind {
    FINDING_UNKNOWN,  // no answer yet
    FINDING_UNWANTED, // not asked for
    FINDING_ADDRESSES,
    FINDING_EMPTY,   // the name exists and has none
    FINDING_NO_NAME, // the name does not exist
    FINDING_FAILED,
    FINDING_TIMEOUT,
};

struct finding {
    enum finding_kind kind;
    int64_t at;         // when it was found
    int64_t expires;    // until when it holds
    const char *server; // whose word it is; borrowed
    unsigned count;
    struct address address[RESOLVE_ADDRESSES];
    char why[96]; // with FAILED and TIMEOUT
};

// When there is nothing more to wait for, in terms of loop time: at once (0) when both are known; a
// moment after one family is there (Resolution Delay, RFC 8305 §3), or the A question was told that
// the name does not exist, for that holds for all types (RFC 8020; not so after an AAAA question,
// RFC 4074 §4.2); else CLOCK_NEVER.
int64_t verdict_due(const struct finding *v6, const struct finding *v4);

// The answer by what is known at `now`. Addresses outweigh all else; then NXDOMAIN; then what went
// wrong, for the family that failed may exist.
void verdict_reach(struct resolve_answer *out, const struct finding *v6, const struct finding *v4,
                   int64_t now);
#endif

// SPDX-License-Identifier: MIT
#ifndef RESOLVE_ANSWER_H
#define RESOLVE_ANSWER_H
#include "data/span.h"
#include "resolve/query.h"
#include "resolve/resolver.h"
#include "web/address.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a server's packet says to one question. Pure, and safe on any bytes: the packet comes from
// outside. Only what the question asked for is believed: the addresses of the name at the end of
// the CNAME chain that starts at the asked name.
enum answer_kind {
    ANSWER_ADDRESSES, // there are some
    ANSWER_EMPTY,     // the name exists, without an address of this type (NODATA, RFC 2308 §2.2)
    ANSWER_NO_NAME,   // NXDOMAIN, of the name or of the end of its chain
    ANSWER_CUT,       // TC: ask over TCP; what addresses fitted in are there
    ANSWER_REFUSED, // any other code (`rcode`), and a referral from a server that does not recurse
    ANSWER_DAMAGED, // not an answer to this question, or not readable
};

enum {
    ANSWER_TTL_MOST = 86400,     // seconds an answer is believed at most
    ANSWER_NEGATIVE_MOST = 3600, // and that there is none (RFC 2308 §5)
    ANSWER_CHAIN = 16,           // CNAMEs followed at most
};

struct answer {
    enum answer_kind kind;
    unsigned rcode; // RFC 1035 §4.1.1
    bool edns;      // looked for with ANSWER_REFUSED only: the answer has an OPT record
    bool timed;   // the packet said how long to believe it; never true of CUT, REFUSED and DAMAGED
    uint32_t ttl; // seconds: the least TTL on the way from the asked name to the addresses
    unsigned count;
    struct address address[RESOLVE_ADDRESSES];
};

// Reads the `n` bytes at `packet` as the answer to `name` (dotted, without a trailing dot, any
// case) and `type`. The id is the caller's to compare. Fills in all of `out` but unused addresses.
void answer_read(struct answer *out, const uint8_t *packet, size_t n, struct span name,
                 enum query_type type);

// "SERVFAIL", "REFUSED"; "an unknown code" for what has no name.
const char *answer_rcode_name(unsigned rcode);
#endif

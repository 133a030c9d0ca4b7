// SPDX-License-Identifier: MIT
#ifndef HOSTILE_HOSTILE_SECURE_H
#define HOSTILE_HOSTILE_SECURE_H
#include "hostile/hostile.h"

// The misbehaviours of https://NAME.SUFFIX/ on the port of --tls, each a row of a table. The name
// is known from the ClientHello, so that a handshake can go wrong from its first byte on.

enum hostile_certificate {
    HOSTILE_CERT_GOOD,
    HOSTILE_CERT_OTHER, // of another name
    HOSTILE_CERT_EXPIRED,
    HOSTILE_CERT_FUTURE,
    HOSTILE_CERT_SELF,     // signed by itself
    HOSTILE_CERT_STRANGER, // of an authority that nobody knows
    HOSTILE_CERT_LEAF,     // issued by who may issue none
    HOSTILE_CERT_CLIENT,   // for clients only
    HOSTILE_CERT_WEAK,     // a key of 512 bits
    HOSTILE_CERT_NUL,      // of a name that a NUL cuts to the right one
    HOSTILE_CERT_NAMES,    // of 4,000 names and the right one
    HOSTILE_CERT_CHAIN,    // good, with 300 others that have nothing to do with it
    HOSTILE_CERT_LOOP,     // two authorities that issued each other
    HOSTILE_CERTS,
};

enum hostile_stage {
    HOSTILE_INSIDE,  // within TLS, once a request has come
    HOSTILE_INSTEAD, // in the clear, in place of an answer to the ClientHello
    HOSTILE_WITHIN,  // in the clear, after `cut` bytes of the answer to the ClientHello
    HOSTILE_READY,   // within TLS, as soon as the handshake is over
};

struct hostile_secure {
    struct hostile row; // for h2- names with --http2
    enum hostile_certificate certificate;
    enum hostile_stage stage;
    unsigned cut;
    unsigned version; // of TLS, times ten; 0: what the client likes best
    const char *alpn; // what is agreed on, offered or not; NULL: nothing
};

extern const struct hostile_secure hostile_tls_rows[], hostile_http2_rows[];
extern const unsigned hostile_tls_count, hostile_http2_count;

// The row of this index, from 0; NULL behind the last.
const struct hostile_secure *hostile_secure_at(unsigned i);

// The row of this name; NULL when there is none.
const struct hostile_secure *hostile_secure_find(struct span name);
#endif

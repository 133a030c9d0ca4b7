// SPDX-License-Identifier: MIT
#ifndef SERVE_DNS_ANSWER_H
#define SERVE_DNS_ANSWER_H
#include "serve/web.h"

// What the DNS responder answers (RFC 1035): an authority for one zone. Pure.
//
//     hN.SUFFIX        127.(1 + N >> 16).(N >> 8).(N & 255)
//     other.SUFFIX     an address in 127.128.0.0/9 that depends on the name
//     SUFFIX           127.0.0.1
//
// In front of any name of the zone a label may ask for trouble, and another one in front of that;
// see dns_answer_faults. Other names do not exist.
struct dns_zone {
    const char *suffix; // "web.test"
    const struct web
        *web; // names hN that it does not have, or has lost, do not exist; NULL: all do
    uint32_t ttl, negative_ttl; // seconds
    struct dns_address {
        uint8_t family; // 4, 6, or 0: every host its own
        uint8_t bytes[16];
    } only; // where all names of the zone lead
};

// One line for each label that asks for trouble: what --help and docs list. Ends with { NULL, NULL
// }.
struct dns_fault_help {
    const char *label, *help;
};
extern const struct dns_fault_help dns_answer_faults[];

enum {
    DNS_ANSWER_MAX = 4096, // bytes of the longest answer
    DNS_UDP_PLAIN = 512,   // what goes into a datagram unless EDNS says more (RFC 6891)
};

struct dns_verdict {
    size_t size;       // bytes to send; 0: no answer at all
    uint32_t delay_ms; // before sending it
};

// Answers the query p[0..n) in `out`, which has room for DNS_ANSWER_MAX bytes. Over UDP an answer
// that is longer than the asker takes is sent empty, with TC set. What is no query (too short, an
// answer) gets no answer.
struct dns_verdict dns_answer(const struct dns_zone *z, const uint8_t *p, size_t n, bool tcp,
                              uint8_t *out);
#endif

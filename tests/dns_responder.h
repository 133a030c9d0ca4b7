// SPDX-License-Identifier: MIT
#ifndef TESTS_DNS_RESPONDER_H
#define TESTS_DNS_RESPONDER_H
#include <pthread.h>
#include <stdint.h>

// A small and badly behaved DNS server on a thread of its own, on 127.0.0.1, UDP and TCP. What it
// does is in the first label of the name that it is asked for (digits at the label's end do not
// count):
//
//     ok         A 192.0.2.1, AAAA 2001:db8::1, for a minute
//     four       A 192.0.2.1; no AAAA, by a SOA for 30 s
//     deaf6      A as above; never answers AAAA
//     slow6      A as above; AAAA after 150 ms
//     slow       both after 100 ms
//     silent     nothing
//     lost       nothing when asked for the first time (a type), ok then
//     busy       REFUSED when asked for the first time (a type), ok then
//     servfail   SERVFAIL          refused    REFUSED
//     nx         NXDOMAIN, for 30 s
//     ttl0 ttl1  A 192.0.2.1 for that many seconds, no AAAA
//     chain      CNAME to CNAME to the addresses of ok
//     loop       two CNAMEs in a circle
//     alien      the addresses of another name
//     garbage    the question and a record that runs out of the packet
//     forged     first an answer with another id and wrong addresses, then ok
//     cut        TC over UDP; 40 A records over TCP
//     cutoff     TC and one A record over UDP; hangs up over TCP
//     noedns     FORMERR to a question with an OPT record, ok to one without
//     corp       exists only below "search.test"
struct dns_responder {
    int udp, tcp, stop; // `stop`: an eventfd
    uint16_t port;
    char name[32]; // "127.0.0.1:PORT"
    pthread_t thread;
    int silent, servfail, slow; // to everything; set with __atomic_store_n
    unsigned asked, tcp_asked;  // questions so far; read with dns_responder_asked
    unsigned ports;             // different source ports seen
};

// Starts it on a free port. Aborts the test when it cannot.
void dns_responder_start(struct dns_responder *r);
void dns_responder_stop(struct dns_responder *r);

// Questions asked so far.
unsigned dns_responder_asked(const struct dns_responder *r);
#endif

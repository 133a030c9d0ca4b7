// SPDX-License-Identifier: MIT
#ifndef FETCH_RESPONSE_H
#define FETCH_RESPONSE_H
#include "fetch/error.h"
#include "web/address.h"
#include "web/head.h"
#include <stdbool.h>
#include <stdint.h>

struct errand;

// What a sink says to the bytes it is given.
enum sink_answer {
    SINK_GO,
    SINK_STOP,  // enough: the exchange ends, and counts as complete with `stopped` set
    SINK_PAUSE, // taken, and no more for now: `drain` will be called, and its answer counts
};

// Where a response goes while it arrives. Called on the stack of the loop (or of the blocking
// worker): must not park.
struct sink {
    // The response's head is complete (interim 1xx responses are not shown). NULL: not wanted.
    enum sink_answer (*head)(struct sink *s, const struct head *head);
    // Some of the body as it came, de-chunked, content coding not undone.
    enum sink_answer (*write)(struct sink *s, const char *p, size_t n);
    // Called after `write` answered SINK_PAUSE (`head` must not), to make room. When that takes a
    // wait, says for what in `e`, answers SINK_PAUSE and is called again once that is over, with
    // its result in `e`; at first `e` is { 0 }. Meanwhile nothing more is read from the connection,
    // but what libcurl has read already, some 16 KB, may still be written before. SINK_STOP ends
    // the exchange, SINK_GO lets it go on. An exchange that ends meanwhile (its limits of time go
    // on counting, unless the request is patient; it may be cancelled) is not drained any further,
    // and what was wanted may not have been begun. Only a sink that pauses needs it.
    enum sink_answer (*drain)(struct sink *s, struct errand *e);
};

// What is known of the connection's TLS, when the settings ask for it.
struct tls_facts {
    char version[16]; // "TLSv1.3"; empty: no TLS, or not asked for
    char cipher[48];
    char issuer[128], subject[128]; // of the server's certificate, RFC 2253, cut to fit
    int64_t not_after;              // when it expires: wall-clock ns; 0: unknown
};

// What came of one exchange. The caller owns it and may use it again and again; { 0 } is ready for
// use.
struct response {
    enum fetch_error error;
    char message[160]; // what went wrong, for a person; empty when nothing did. Nothing of it is
                       // escaped
    int status;        // 0: none was received
    int http_version;  // 10, 11, 20; 0: none
    bool reused;       // went over a connection that had been used before
    bool given_up;     // the server has ended the exchange and not the connection (RST_STREAM)
    bool sent;         // some of the request may have reached the server, and not been refused
    bool stopped;      // a sink said SINK_STOP
    bool lacking;      // FETCH_NO_RESOURCES is the kernel's word: no descriptor, port or memory
    bool unclosed;     // the body has no length, and its TLS connection ended without close_notify:
                       // whether that was all of it nobody can tell
    uint64_t size;     // bytes of body received, as given to the sink
    struct address remote; // who was connected to; family 0: nobody
    uint16_t remote_port;
    int64_t time_connect, time_appconnect, time_starttransfer,
        time_total; // ns from the start of the exchange; 0: not reached
    struct tls_facts tls;
    struct head head; // of the final response; owns its text
};

// Frees what the head holds. The response is ready for use again.
void response_fini(struct response *r);
#endif

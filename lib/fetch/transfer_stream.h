// SPDX-License-Identifier: MIT
#ifndef FETCH_TRANSFER_STREAM_H
#define FETCH_TRANSFER_STREAM_H
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

// What became of an exchange's stream of HTTP/2, which libcurl before 8.1 does not say: there a
// body that was cut short, for the connection ended in disgrace, is a success like any other. It is
// heard from libnghttp2 itself, which tells libcurl of every frame: the program's own functions
// that install libcurl's callbacks there stand before libnghttp2's, and install ours in front of
// them.
struct transfer;

// How a stream stands.
enum transfer_stream_end {
    STREAM_UNKNOWN, // no HTTP/2, or a libcurl that needs no help
    STREAM_OPEN,    // neither END_STREAM nor RST_STREAM has come
    STREAM_WHOLE,   // END_STREAM has come (RFC 9113 §8.1)
    STREAM_RESET,   // the server has given it up before, by RST_STREAM or GOAWAY,
    STREAM_REFUSED, // and says that it did nothing of it (§8.7)
    STREAM_BROKEN,  // we have, for what came on it made no sense
};

struct transfer_stream {
    SSL *tls;      // the connection's, while libcurl works on this exchange
    bool heard;    // HTTP/2 is spoken there, and we hear of it
    int32_t id;    // 0: nothing has come yet
    bool begun;    // the head of an answer has come, may it be an interim one
    bool ended;    // END_STREAM has come
    bool reset;    // RST_STREAM has come
    bool closed;   // it is over
    uint32_t code; // why (RFC 9113 §7)
    uint64_t size; // bytes of DATA
};

// The handle's request is about to be sent: what is said from now on is of a new stream. The
// connection's socket is `fd`; -1: it is an old one, or not known. Only in libcurl's callback for
// that.
void transfer_stream_begin(struct transfer *t, int fd);

// How it stands (pure).
enum transfer_stream_end transfer_stream_end(const struct transfer_stream *s);

// A sentence that says so, where that is what went wrong; NULL where it is not (pure).
const char *transfer_stream_why(enum transfer_stream_end end);
#endif

// SPDX-License-Identifier: MIT
#ifndef SECURE_LINE_H
#define SECURE_LINE_H
#include "sched/watch.h"
#include <openssl/ssl.h>
#include <stdint.h>

// The server's side of TLS over a socket, in the hands of somebody who may want to break it: what
// OpenSSL writes lies in memory first, to be sent whole, in part, or not at all. For the fiber of a
// connection.
struct line {
    SSL *ssl;
    BIO *out; // what OpenSSL has written; owned by `ssl`, as the one it reads
    struct watch watch;
    int fd;
    int64_t patience; // ns the peer may keep us waiting
    size_t most;      // bytes of what OpenSSL writes that are sent at most
    size_t busy;      // bytes sent since it last waited
};

// Prepares a line over `fd` (non-blocking, owned by the caller), on the calling thread's loop.
// Errors: -ENOMEM.
int line_init(struct line *l, SSL_CTX *context, int fd, int64_t patience);

// Ends it, and sends nothing.
void line_fini(struct line *l);

// Goes on with the handshake until it is over, or wants to know what to do about the ClientHello:
// then 1 is returned (SSL_CTX_set_client_hello_cb). Parks. Errors: -EPROTO; -EPIPE: all that may be
// sent (`most`) has been; those of line_send.
int line_shake(struct line *l);

// Reads up to `n` bytes of what the peer says within TLS. Parks. Returns how many, 0 at the end, or
// an error as line_shake.
int line_read(struct line *l, void *p, int n);

// Says bytes within TLS. Parks. Errors as line_shake.
int line_write(struct line *l, const void *bytes, size_t n);

// Sends what OpenSSL has written. Parks. Errors: as line_send.
int line_flush(struct line *l);

// Sends bytes past TLS. Parks, also now and then so that others have their turn. Errors: the
// negative errno of send(2), -ETIMEDOUT, -ECANCELED.
int line_send(struct line *l, const void *bytes, size_t n);

// Waits until the peer has ended, or for `ns`. Parks. Returns 0 when the time is over, else
// -ECONNRESET, -ECANCELED.
int line_wait(struct line *l, int64_t ns);

// Ends our side, and waits until the peer has seen it and ends its own, for a while: closing what
// still has something unread would be a reset. Says nothing of it within TLS. Parks.
void line_end(struct line *l);

// Makes closing the socket send a reset.
void line_reset(struct line *l);
#endif

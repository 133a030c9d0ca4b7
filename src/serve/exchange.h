// SPDX-License-Identifier: MIT
#ifndef SERVE_EXCHANGE_H
#define SERVE_EXCHANGE_H
#include "data/buffer.h"
#include "serve/connection.h"
#include "serve/drain.h"

// One request and its answer.
struct exchange {
    struct connection *connection;
    struct server *server;
    const struct request_head *head; // good until the exchange has ended
    struct span path, query;         // what of the path has not been used by a route yet
    struct drain drain;              // of the request's body
    struct buffer body;              // of the request, where a route wants it
    int status;                      // as answered; 0: not yet
    bool bodiless;                   // the answer has no body: HEAD, 204, 304
    bool chunked;                    // the answer's body is
    bool keep_alive;
    bool sized;    // the answer's body has a Content-Length
    uint64_t sent; // bytes of the answer's body
    int64_t began; // wall time, when there is a log
};

// What becomes of the connection.
enum exchange_end {
    EXCHANGE_NEXT,   // it serves the next request
    EXCHANGE_CLOSE,  // it ends when what was said has been sent
    EXCHANGE_LINGER, // it ends when what was said has arrived, for the peer may still be sending
    EXCHANGE_DROP,   // it ends at once
};

// Answers the request in c->in->head, and takes it and its body off the intake. Parks.
enum exchange_end exchange_answer(struct connection *c);

// Answers something that is no request with `status`. Parks.
enum exchange_end exchange_refuse(struct connection *c, int status);

// Passes over the request's body, or appends it to x->body when `keep`: then -EFBIG when it has
// more than EXCHANGE_BODY_MAX bytes, -ENOBUFS when all bodies together take too much. Says 100
// Continue first where that is waited for. Parks. Errors: -EBADMSG (no framing), -ECONNRESET (it
// ended early), or as connection_receive.
enum { EXCHANGE_BODY_MAX = 1 << 20 };
int exchange_read_body(struct exchange *x, bool keep);

// Sends what was gathered and waits until `ms` milliseconds from now. Parks. Errors: as
// connection_flush; -ECONNRESET when the peer hung up meanwhile.
int exchange_pause(struct exchange *x, uint64_t ms);
#endif

// SPDX-License-Identifier: MIT
#ifndef FETCH_ARRIVE_H
#define FETCH_ARRIVE_H
#include "fetch/response.h"
#include <curl/curl.h>

// What comes of a response while it comes: its head into the response, its body into the sink,
// within bounds that libcurl does not keep. An error stands in the response when a callback has
// ended the transfer.
struct request;
struct io;

struct arrival {
    struct response *out;
    struct sink *sink;
    struct wire *wire; // is told of the head; NULL: nobody is
    uint64_t most;     // bytes of body; 0: no bound
    uint64_t bytes;    // everything that came, heads included
    size_t trailers;   // bytes of them: libcurl keeps every one
    // Has the transfer stand still, for the sink asked for that; set after arrival_begin. NULL: the
    // sink is drained at once, and what it wants is waited for within libcurl's callback.
    void (*pause)(struct arrival *a);
    const struct io *io; // without `pause`: how to wait
    // Told when such a wait begins, and when it is over; set after arrival_begin. May be NULL.
    void (*blocks)(struct arrival *a, bool begins);
    // Told when the body that begins will have no end but its connection's; set after
    // arrival_begin. May be NULL.
    void (*unbounded)(struct arrival *a);
    bool headed;      // the sink has been shown the head
    bool challenged;  // a 401 is not the response yet: it may be libcurl's turn to answer it
    bool provisional; // the head in `out` is such a 401
    bool blocked;     // it has: the time that took is not the server's
};

// Begins an exchange: `out` is emptied, its buffers are kept.
void arrival_begin(struct arrival *a, const struct request *request, struct sink *sink,
                   struct response *out);

// Installs the callbacks on a handle, with `a` as their argument.
CURLcode arrival_set(struct arrival *a, CURL *easy);

// What libcurl calls a success may be none: a head without its end, a body shorter than its length.
// Sets the error.
void arrival_end(struct arrival *a);

// Sets the response's error and message, unless it has one.
void arrival_fail(struct arrival *a, enum fetch_error why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Whether a final response's head is complete.
bool arrival_has_head(const struct arrival *a);
#endif

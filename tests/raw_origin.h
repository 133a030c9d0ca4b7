// SPDX-License-Identifier: MIT
#ifndef TESTS_RAW_ORIGIN_H
#define TESTS_RAW_ORIGIN_H
#include <pthread.h>
#include <stdint.h>

// A small HTTP/1.1 server on threads of its own, on 127.0.0.1, for tests of whoever fetches. A
// thread a connection, kept alive. It answers by path:
//
//     /ok /ok...         200 "hello\n", with a type, an ETag and a Last-Modified
//     /slow              the same after 100 ms
//     /hang              nothing, until the client goes or the origin stops
//     /reset             a TCP reset after the request
//     /empty             closes after the request without a word
//     /once              200, then closes although it said that it would not
//     /redirect          302 to /ok?redirected
//     /busy              503 with Retry-After: 7
//     /gzip              "hello\n" in gzip
//     /gzip-cut          the first half of that, with a right Content-Length
//     /gzip-bomb         1 MB of zeros in gzip
//     /big               1 MB of zeros
//     /short             a Content-Length of 100 and 10 bytes
//     anything else      404
struct raw_origin {
    int fd, stop; // `stop`: an eventfd
    uint16_t port;
    pthread_t thread;
    unsigned requests; // served so far; read with __atomic_load_n
};

// Starts it on a free port. Aborts the test when it cannot.
void raw_origin_start(struct raw_origin *o);

// Ends it and every connection.
void raw_origin_stop(struct raw_origin *o);
#endif

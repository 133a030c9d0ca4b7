// SPDX-License-Identifier: MIT
#ifndef TESTS_CANNED_H
#define TESTS_CANNED_H
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

// An origin on 127.0.0.1 that answers byte by byte as it is told, however wrong: for tests of what
// a client makes of it. A thread a connection. After its steps an answer leaves the connection open
// for the next request, unless one of them closed it.
enum canned_act {
    CANNED_END,
    CANNED_IF,     // as the first step: only requests that hold `text` are answered so
    CANNED_LATER,  // as the first step: only requests that are not the connection's first
    CANNED_SEND,   // `text`, `times` times (0: once)
    CANNED_SLEEP,  // `times` ms
    CANNED_CLOSE,  // orderly
    CANNED_CUT,    // closes without the close_notify of TLS
    CANNED_RESET,  // a TCP reset
    CANNED_HANG,   // says nothing more until the client goes
    CANNED_RETIRE, // closes the connection when it has idled for `times` ms
};

struct canned_step {
    enum canned_act act;
    const char *text;
    unsigned times;
};

// What a request for `path` (its query ignored) is answered with. The first that fits counts.
struct canned_answer {
    const char *path;
    struct canned_step step[6];
};

struct ssl_ctx_st;

struct canned {
    const struct canned_answer *answers; // ended by a NULL path
    struct ssl_ctx_st *tls;              // what to speak TLS with; NULL: plain
    int fd, stop;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    unsigned connections, requests; // so far; read with __atomic_load_n
    char last[4096];                // the last request as it came, NUL-terminated; under `lock`
    char peer[16];                  // who made the last connection
};

// Starts it on a free port; aborts the test when it cannot. Borrows `answers` and `tls`, which is
// an SSL_CTX with a certificate, or NULL.
void canned_start(struct canned *c, const struct canned_answer *answers, struct ssl_ctx_st *tls);

// Ends it and every connection.
void canned_stop(struct canned *c);

// Copies the last request to `out`.
void canned_last(struct canned *c, char out[4096]);
#endif

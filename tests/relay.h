// SPDX-License-Identifier: MIT
#ifndef TESTS_RELAY_H
#define TESTS_RELAY_H
#include <pthread.h>
#include <stdint.h>

// A small proxy on 127.0.0.1 for tests: tunnels by HTTP's CONNECT (RFC 9110 §9.3.6) and by SOCKS 5
// with or without a password (RFC 1928, 1929), to one port of 127.0.0.1 whatever host is asked for.
struct relay {
    int fd, stop;
    uint16_t port, target;
    pthread_t thread;
    char asked[300];    // "host:port" that the last client wanted, and how: "CONNECT far.test:443",
                        // "SOCKS far.test:443"
    char password[100]; // "user:password" of a SOCKS client; a CONNECT's whole head is in `head`
    char head[2000];
};

// Starts it on a free port; aborts the test when it cannot.
void relay_start(struct relay *r, uint16_t target);
void relay_stop(struct relay *r);
#endif

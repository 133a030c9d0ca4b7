// SPDX-License-Identifier: MIT
#ifndef SERVE_ENDPOINT_H
#define SERVE_ENDPOINT_H
#include "data/span.h"
#include <netinet/in.h>

// An address and a port to listen on.
struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t n;
};

// Room for "[v6]:port" and its NUL.
enum { ENDPOINT_TEXT = 64 };

// Reads an address: "127.0.0.1", "::1" or "[::1]". Errors: -EINVAL, `out` untouched.
int endpoint_of(struct endpoint *out, const char *address, uint16_t port);

// Reads "[ADDRESS:]PORT"; without an address it is 127.0.0.1. Errors: -EINVAL, `out` untouched.
int endpoint_parse(struct endpoint *out, const char *text);

uint16_t endpoint_port(const struct endpoint *e);
void endpoint_set_port(struct endpoint *e, uint16_t port);

// Whether it is in 127/8, or ::1, plain or mapped.
bool endpoint_is_loopback(const struct endpoint *e);

// Whether it is 0.0.0.0 or ::, any address of this machine.
bool endpoint_is_any(const struct endpoint *e);

// Writes "127.0.0.1:80" or "[::1]:80" and a NUL. Returns `out`.
const char *endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT]);

// Opens a socket of `type` (SOCK_STREAM: it listens) at `e`, non-blocking and close-on-exec, and
// sets the port that was got. Returns the descriptor or a negative errno.
int endpoint_open(struct endpoint *e, int type);
#endif

// SPDX-License-Identifier: MIT
#ifndef SERVE_DNS_H
#define SERVE_DNS_H
#include "serve/endpoint.h"
#include "serve/server.h"

// Answers DNS queries (dns_answer.h) over UDP and TCP.
struct dns;

// Opens both sockets at `at`, whose port becomes the one got (the same for both), and starts the
// fibers among the server's. Names lead to `only` unless it is NULL. Errors: of opening, -ENOMEM.
int dns_open(struct dns **out, struct server *s, struct endpoint *at, const struct endpoint *only);

// Closes and frees; the fibers have ended. NULL is legal.
void dns_close(struct dns *d);
#endif

// SPDX-License-Identifier: MIT
#ifndef FETCH_TLS_FLOOD_H
#define FETCH_TLS_FLOOD_H
#include <openssl/ssl.h>

// What a server may send that is nothing for us. OpenSSL and libcurl (7.88, over HTTP/2) go on
// reading while there is only that: HelloRequest, new keys, tickets; PING, SETTINGS, empty DATA.
// Who sends it as fast as it is read would stop the thread, its clock and every other exchange of
// it, for good; who sends it more slowly, cost more than anybody gets of it. So both is bounded: in
// one turn of this thread, and since the last time that something came of the connection. Beyond
// that, reading fails and says so; the connection is over.

// Whether OpenSSL's sentence is that a bound was passed.
#define TLS_FLOOD_WORDS "nothing but what nobody asked for"

// To be called before the others.
void tls_flood_init(void);

// This thread is in its own code again: something came of an exchange, or libcurl is about to be
// called.
void tls_flood_next_turn(void);

// Counts what is behind a call of SSL_CTX_set_msg_callback's function, whichever way it goes.
void tls_flood_count(SSL *tls, int is_sent, int kind, const unsigned char *p, size_t n);

// On this connection data need not be anything for us: somebody says when it is.
void tls_flood_tell(SSL *tls);

// Something came of this connection.
void tls_flood_progress(SSL *tls);
#endif

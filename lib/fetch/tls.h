// SPDX-License-Identifier: MIT
#ifndef FETCH_TLS_H
#define FETCH_TLS_H
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdbool.h>

// Whom this process trusts: one X509_STORE a bundle of certificate authorities, for every
// connection of every thread. libcurl by itself would read the bundle for each connection, or keep
// a copy of it in each multi (0.85 MB).
struct fetch_settings;
struct tls_facts;

// Sets an easy handle up for TLS as `settings` says: it borrows them for its life. The bundle is
// read when the first connection needs it (20 ms), so that plain http never pays. If it cannot be
// read, the connection fails with CURLE_SSL_CACERT_BADFILE.
CURLcode tls_set(CURL *easy, const struct fetch_settings *settings);

// The handle's connection; NULL when it speaks no TLS. Only while it has one: in a callback.
SSL *tls_of(CURL *easy);

// Fills in what is known of the handle's connection, nothing when it speaks no TLS; of its peer's
// certificate only if asked to. Only while it has one: in a callback.
void tls_read_facts(CURL *easy, bool certificate, struct tls_facts *out);

// Has `*notified` set when the handle's connection is ended with close_notify. Without one, an end
// may be the server's or anybody's on the way. Borrows it until the connection has ended, so this
// is for one that no other exchange will use. Returns false when it speaks no TLS. Only while the
// handle has a connection: in a callback.
bool tls_await_notice(CURL *easy, bool *notified);
#endif

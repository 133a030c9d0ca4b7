// SPDX-License-Identifier: MIT
#ifndef TESTS_AUTHORITY_H
#define TESTS_AUTHORITY_H
#include <openssl/ssl.h>

// A made-up certificate authority, and certificates of it.
struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

// Makes one. Aborts the test when it cannot.
void authority_make(struct authority *a, const char *name);
void authority_drop(struct authority *a);

// A certificate for `host` that begins and ends so many days from now, with its key. Both are the
// caller's.
X509 *authority_issue(const struct authority *a, const char *host, int from, int to,
                      EVP_PKEY **key);

// A server that shows such a certificate.
SSL_CTX *authority_server(const struct authority *a, const char *host, int from, int to);

// Writes a certificate or a key, in PEM, to a new file whose name it puts in `path` (a template for
// mkstemp).
void authority_write(char *path, X509 *certificate, EVP_PKEY *key);
#endif

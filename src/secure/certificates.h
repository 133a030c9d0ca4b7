// SPDX-License-Identifier: MIT
#ifndef SECURE_CERTIFICATES_H
#define SECURE_CERTIFICATES_H
#include "hostile/hostile_secure.h"
#include <openssl/ssl.h>

// A made-up authority, and certificates of each kind that a server may show: for *.SUFFIX, made
// when first asked for.
struct certificates;

// Makes the authority, anew each time, and writes its certificate (PEM) to `file`: who trusts that
// takes the good ones. Borrows `suffix`. Errors: -EIO (OpenSSL failed), of writing the file; they
// have been logged.
int certificates_open(struct certificates **out, const char *suffix, const char *file);

// Has `ssl` show the certificate of this kind. Errors: -EIO.
int certificates_show(struct certificates *all, SSL *ssl, enum hostile_certificate kind);

// NULL is legal.
void certificates_close(struct certificates *all);
#endif

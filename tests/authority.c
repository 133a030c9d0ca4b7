// SPDX-License-Identifier: MIT
#include "authority.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void authority_expect(int ok)
{
    if (ok)
        return;
    ERR_print_errors_fp(stderr);
    abort();
}

static void authority_extend(X509 *c, X509 *issuer, int what, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, what, value);
    authority_expect(e != NULL);
    X509_add_ext(c, e, -1);
    X509_EXTENSION_free(e);
}

static X509 *authority_begin(const char *name, int from, int to, EVP_PKEY *key)
{
    static long serial;
    X509 *c = X509_new();
    authority_expect(c != NULL);
    X509_set_version(c, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    X509_time_adj_ex(X509_getm_notBefore(c), from, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(c), to, 0, NULL);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_pubkey(c, key);
    return c;
}

void authority_make(struct authority *a, const char *name)
{
    a->key = EVP_EC_gen("P-256");
    authority_expect(a->key != NULL);
    a->certificate = authority_begin(name, -1000, 1000, a->key);
    X509_set_issuer_name(a->certificate, X509_get_subject_name(a->certificate));
    authority_extend(a->certificate, a->certificate, NID_basic_constraints, "critical,CA:TRUE");
    authority_expect(X509_sign(a->certificate, a->key, EVP_sha256()) > 0);
}

void authority_drop(struct authority *a)
{
    X509_free(a->certificate);
    EVP_PKEY_free(a->key);
}

X509 *authority_issue(const struct authority *a, const char *host, int from, int to, EVP_PKEY **key)
{
    char names[300];
    *key = EVP_EC_gen("P-256");
    authority_expect(*key != NULL);
    X509 *c = authority_begin(host, from, to, *key);
    X509_set_issuer_name(c, X509_get_subject_name(a->certificate));
    snprintf(names, sizeof names, "DNS:%s", host);
    authority_extend(c, a->certificate, NID_subject_alt_name, names);
    authority_expect(X509_sign(c, a->key, EVP_sha256()) > 0);
    return c;
}

SSL_CTX *authority_server(const struct authority *a, const char *host, int from, int to)
{
    EVP_PKEY *key;
    X509 *c = authority_issue(a, host, from, to, &key);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    authority_expect(ctx && SSL_CTX_use_certificate(ctx, c) && SSL_CTX_use_PrivateKey(ctx, key));
    X509_free(c);
    EVP_PKEY_free(key);
    return ctx;
}

void authority_write(char *path, X509 *certificate, EVP_PKEY *key)
{
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) {
        perror(path);
        abort();
    }
    authority_expect(certificate ? PEM_write_X509(f, certificate)
                                 : PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
    fclose(f);
}

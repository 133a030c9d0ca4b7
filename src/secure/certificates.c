// SPDX-License-Identifier: MIT
#include "secure/certificates.h"
#include "data/buffer.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CERTIFICATES_NAMES = 4000, CERTIFICATES_CHAIN = 300, CERTIFICATES_DAYS = 30 };

struct certificate {
    X509 *x;
    EVP_PKEY *key;
    STACK_OF(X509) * others; // shown along
};

struct certificates {
    const char *suffix;
    struct certificate authority, stranger;
    struct certificate kind[HOSTILE_CERTS]; // x NULL: not made yet
    long serial;
};

// What a certificate is to say. `by` NULL: it is its own issuer.
struct certificate_wish {
    const struct certificate *by;
    EVP_PKEY *key; // taken; NULL: failed
    const char *name;
    int from, to;        // days from now
    const char *names;   // subjectAltName, as OpenSSL's configuration writes it
    const char *purpose; // extendedKeyUsage
    bool authority;
};

static bool certificate_extend(X509 *x, X509 *issuer, int what, const char *value)
{
    X509V3_CTX ctx;
    if (!value)
        return true;
    X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, what, value);
    bool ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return ok;
}

static bool certificate_write(X509 *x, long serial, const struct certificate_wish *w)
{
    X509 *issuer = w->by ? w->by->x : x;
    X509_NAME *name = X509_get_subject_name(x);
    X509_set_version(x, X509_VERSION_3);
    return ASN1_INTEGER_set(X509_get_serialNumber(x), serial) &&
           X509_time_adj_ex(X509_getm_notBefore(x), w->from, 0, NULL) &&
           X509_time_adj_ex(X509_getm_notAfter(x), w->to, 0, NULL) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)w->name, -1,
                                      -1, 0) &&
           X509_set_issuer_name(x, X509_get_subject_name(issuer)) && X509_set_pubkey(x, w->key) &&
           certificate_extend(x, issuer, NID_basic_constraints,
                              w->authority ? "critical,CA:TRUE" : "CA:FALSE") &&
           certificate_extend(x, issuer, NID_subject_alt_name, w->names) &&
           certificate_extend(x, issuer, NID_ext_key_usage, w->purpose) &&
           X509_sign(x, w->by ? w->by->key : w->key, EVP_sha256());
}

static void certificate_fini(struct certificate *c)
{
    X509_free(c->x);
    EVP_PKEY_free(c->key);
    sk_X509_pop_free(c->others, X509_free);
    *c = (struct certificate){ 0 };
}

static bool certificate_make(struct certificates *all, struct certificate *out,
                             const struct certificate_wish *w)
{
    *out = (struct certificate){ .x = X509_new(), .key = w->key, .others = sk_X509_new_null() };
    if (out->x && out->key && out->others && certificate_write(out->x, ++all->serial, w))
        return true;
    certificate_fini(out);
    return false;
}

static EVP_PKEY *certificates_key(void)
{
    return EVP_EC_gen("P-256");
}

// Shows `other`, too. Takes it up by reference.
static bool certificate_add(struct certificate *c, X509 *other)
{
    return X509_up_ref(other) && sk_X509_push(c->others, other);
}

// ---- those of many parts

static bool certificates_many_names(struct certificates *all, struct certificate *out,
                                    const struct certificate_wish *w)
{
    struct buffer names = { 0 };
    for (int i = 0; i < CERTIFICATES_NAMES; i++)
        buffer_add_format(&names, "DNS:n%d.example.org,", i);
    buffer_add_format(&names, "%s", w->names);
    buffer_add_byte(&names, '\0');
    struct certificate_wish own = *w;
    own.names = names.p;
    bool ok = !names.failed && certificate_make(all, out, &own);
    buffer_fini(&names);
    return ok;
}

// The name before the NUL is the right one. OpenSSL's configuration cannot write it.
static bool certificates_nul(struct certificates *all, struct certificate *out,
                             struct certificate_wish *w)
{
    char name[300];
    int n = snprintf(name, sizeof name, "tls-cert-nul.%s", all->suffix);
    if (n < 0 || (size_t)n > sizeof name - 20)
        return false;
    memcpy(name + n, "\0.example.org", 13);
    w->names = NULL;
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *one = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    bool ok = names && one && text && ASN1_STRING_set(text, name, n + 13);
    if (ok) {
        GENERAL_NAME_set0_value(one, GEN_DNS, text);
        text = NULL;
        ok = sk_GENERAL_NAME_push(names, one) && certificate_make(all, out, w) &&
             X509_add1_ext_i2d(out->x, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) &&
             X509_sign(out->x, w->by->key, EVP_sha256());
        one = sk_GENERAL_NAME_num(names) > 0 ? NULL : one;
    }
    ASN1_IA5STRING_free(text);
    GENERAL_NAME_free(one);
    GENERAL_NAMES_free(names);
    return ok;
}

static bool certificates_chain(struct certificates *all, struct certificate *out,
                               const struct certificate_wish *w)
{
    struct certificate other;
    struct certificate_wish empty = {
        .name = "Nobody", .from = -1, .to = CERTIFICATES_DAYS, .authority = true
    };
    empty.key = certificates_key();
    if (!certificate_make(all, out, w) || !certificate_make(all, &other, &empty))
        return false;
    bool ok = true;
    for (int i = 0; i < CERTIFICATES_CHAIN && ok; i++)
        ok = certificate_add(out, other.x);
    certificate_fini(&other);
    return ok;
}

// Issued by one of two authorities, whose certificates the other one has issued: neither ends
// anywhere.
static bool certificates_loop(struct certificates *all, struct certificate *out,
                              const struct certificate_wish *w)
{
    struct certificate one = { 0 }, two = { 0 }, back = { 0 };
    struct certificate_wish wish = {
        .name = "One", .from = -1, .to = CERTIFICATES_DAYS, .authority = true
    };
    wish.key = certificates_key();
    bool ok = certificate_make(all, &one, &wish);
    wish.by = &one, wish.name = "Two", wish.key = certificates_key();
    ok = ok && certificate_make(all, &two, &wish);
    wish.by = &two, wish.name = "One", wish.key = ok ? one.key : NULL;
    ok = ok && EVP_PKEY_up_ref(one.key) && certificate_make(all, &back, &wish);
    struct certificate_wish own = *w;
    own.by = &back;
    ok = ok && certificate_make(all, out, &own) && certificate_add(out, back.x) &&
         certificate_add(out, two.x);
    certificate_fini(&one);
    certificate_fini(&two);
    certificate_fini(&back);
    return ok;
}

// Issued by a good one that may issue none.
static bool certificates_of_leaf(struct certificates *all, struct certificate *out,
                                 const struct certificate_wish *w)
{
    struct certificate leaf;
    struct certificate_wish wish = *w;
    wish.key = certificates_key();
    wish.name = "A leaf";
    if (!certificate_make(all, &leaf, &wish))
        return false;
    struct certificate_wish own = *w;
    own.by = &leaf;
    bool ok = certificate_make(all, out, &own) && certificate_add(out, leaf.x);
    certificate_fini(&leaf);
    return ok;
}

static bool certificates_make(struct certificates *all, enum hostile_certificate kind)
{
    char names[300];
    struct certificate *out = &all->kind[kind];
    struct certificate_wish w = { .by = &all->authority,
                                  .name = "trawl serve",
                                  .from = -1,
                                  .to = CERTIFICATES_DAYS,
                                  .names = names };
    snprintf(names, sizeof names, "DNS:*.%s", all->suffix);
    w.key = kind == HOSTILE_CERT_WEAK ? EVP_RSA_gen(512) : certificates_key();
    switch (kind) {
    case HOSTILE_CERT_OTHER:
        w.names = "DNS:example.org";
        break;
    case HOSTILE_CERT_EXPIRED:
        w.from = -CERTIFICATES_DAYS, w.to = -1;
        break;
    case HOSTILE_CERT_FUTURE:
        w.from = 1;
        break;
    case HOSTILE_CERT_SELF:
        w.by = NULL;
        break;
    case HOSTILE_CERT_STRANGER:
        w.by = &all->stranger;
        break;
    case HOSTILE_CERT_CLIENT:
        w.purpose = "clientAuth";
        break;
    case HOSTILE_CERT_LEAF:
        return certificates_of_leaf(all, out, &w);
    case HOSTILE_CERT_NUL:
        return certificates_nul(all, out, &w);
    case HOSTILE_CERT_NAMES:
        return certificates_many_names(all, out, &w);
    case HOSTILE_CERT_CHAIN:
        return certificates_chain(all, out, &w);
    case HOSTILE_CERT_LOOP:
        return certificates_loop(all, out, &w);
    case HOSTILE_CERT_GOOD:
    case HOSTILE_CERT_WEAK:
    case HOSTILE_CERTS:
        break;
    }
    return certificate_make(all, out, &w);
}

int certificates_show(struct certificates *all, SSL *ssl, enum hostile_certificate kind)
{
    struct certificate *c = &all->kind[kind];
    if (!c->x && !certificates_make(all, kind)) {
        certificate_fini(c);
        return -EIO;
    }
    return SSL_use_cert_and_key(ssl, c->x, c->key, c->others, 1) ? 0 : -EIO;
}

// ---- the authority

static int certificates_publish(const struct certificate *c, const char *file)
{
    char *text = NULL;
    BIO *pem = BIO_new(BIO_s_mem());
    int r = pem && PEM_write_bio_X509(pem, c->x) ? 0 : -EIO, fd = -1;
    if (r == 0)
        r = fd = files_create(file);
    if (r >= 0) {
        long n = BIO_get_mem_data(pem, &text);
        r = files_write_all(fd, text, (size_t)n);
    }
    if (fd >= 0)
        close(fd);
    BIO_free(pem);
    if (r < 0)
        log_error("cannot write %s: %s", file, strerror(-r));
    return r;
}

int certificates_open(struct certificates **out, const char *suffix, const char *file)
{
    struct certificates *all = calloc(1, sizeof *all);
    if (!all)
        return -ENOMEM;
    struct certificate_wish w = { .name = "An authority of trawl serve",
                                  .from = -2,
                                  .to = CERTIFICATES_DAYS,
                                  .authority = true };
    all->suffix = suffix;
    w.key = certificates_key();
    int r = certificate_make(all, &all->authority, &w) ? 0 : -EIO;
    w.name = "Somebody else", w.key = r == 0 ? certificates_key() : NULL;
    if (r == 0 && !certificate_make(all, &all->stranger, &w))
        r = -EIO;
    if (r < 0)
        log_error("OpenSSL cannot make a certificate");
    if (r == 0)
        r = certificates_publish(&all->authority, file);
    if (r < 0) {
        certificates_close(all);
        return r;
    }
    *out = all;
    return 0;
}

void certificates_close(struct certificates *all)
{
    if (!all)
        return;
    for (int i = 0; i < HOSTILE_CERTS; i++)
        certificate_fini(&all->kind[i]);
    certificate_fini(&all->authority);
    certificate_fini(&all->stranger);
    free(all);
}

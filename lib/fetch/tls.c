// SPDX-License-Identifier: MIT
#include "fetch/tls.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "fetch/tls_flood.h"
#include "sys/clock.h"
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Stores live as long as the process. There is one, but for programs that mix several --cacert.
struct tls_store {
    struct tls_store *next;
    X509_STORE *store;
    char file[]; // "" is the system's bundle
};

static pthread_mutex_t tls_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tls_store *tls_stores;

static const char *tls_system_bundle(void)
{
    static const char *const known[] = {
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Gentoo
        "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
        "/etc/ssl/ca-bundle.pem",             // SUSE
        "/etc/ssl/cert.pem",                  // Alpine, the BSDs
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (access(known[i], R_OK) == 0)
            return known[i];
    }
    return NULL;
}

static X509_STORE *tls_load(const char *file)
{
    X509_STORE *store = X509_STORE_new();
    if (!store)
        return NULL;
    if (!*file && !getenv("SSL_CERT_FILE") && !getenv("SSL_CERT_DIR"))
        file = tls_system_bundle();
    int ok =
        file && *file ? X509_STORE_load_file(store, file) : X509_STORE_set_default_paths(store);
    if (!ok) {
        X509_STORE_free(store);
        return NULL;
    }
    // What libcurl sets on its own: a bundled intermediate is trusted as it stands, and is found
    // before what the server sent.
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    return store;
}

// Under the lock. NULL when the bundle cannot be read: the next connection will try again.
static X509_STORE *tls_find(const char *file)
{
    for (struct tls_store *s = tls_stores; s; s = s->next) {
        if (strcmp(s->file, file) == 0)
            return s->store;
    }
    size_t room = strlen(file) + 1;
    struct tls_store *s = malloc(sizeof *s + room);
    if (!s)
        return NULL;
    memcpy(s->file, file, room);
    s->store = tls_load(file);
    if (!s->store) {
        free(s);
        return NULL;
    }
    s->next = tls_stores;
    tls_stores = s;
    return s->store;
}

// ---- what a server may do to a connection

static int tls_notice; // where a connection keeps whom it tells of close_notify
static pthread_once_t tls_places_once = PTHREAD_ONCE_INIT;

static void tls_make_places(void)
{
    tls_flood_init();
    tls_notice = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void tls_listen(int is_sent, int version, int kind, const void *p, size_t n, SSL *tls,
                       void *arg)
{
    (void)version, (void)arg;
    const unsigned char *byte = p;
    tls_flood_count(tls, is_sent, kind, byte, n);
    if (is_sent)
        return;
    bool *notified = SSL_get_ex_data(tls, tls_notice);
    if (notified && kind == SSL3_RT_ALERT && n == 2 && byte[1] == SSL_AD_CLOSE_NOTIFY)
        *notified = true;
}

static void tls_set_bounds(SSL_CTX *ctx, const struct fetch_settings *settings)
{
    pthread_once(&tls_places_once, tls_make_places);
    SSL_CTX_set_msg_callback(ctx, tls_listen);
    // A new handshake costs us more than who asks for it. Servers that want a certificate after all
    // may need one.
    if (!settings->cert_file)
        SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
}

static CURLcode tls_share_store(CURL *easy, void *ctx, void *arg)
{
    (void)easy;
    const struct fetch_settings *settings = arg;
    tls_set_bounds(ctx, settings);
    if (settings->insecure)
        return CURLE_OK;
    pthread_mutex_lock(&tls_lock);
    X509_STORE *store = tls_find(settings->ca_file ? settings->ca_file : "");
    pthread_mutex_unlock(&tls_lock);
    if (!store)
        return CURLE_SSL_CACERT_BADFILE;
    X509_STORE_up_ref(store);
    SSL_CTX_set_cert_store(ctx, store);
    return CURLE_OK;
}

// What a proxy spoken to over TLS must show is the same.
static CURLcode tls_set_trust(CURL *easy, const struct fetch_settings *settings)
{
    static const CURLoption files[] = { CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO,
                                        CURLOPT_PROXY_CAPATH };
    static const CURLoption checks[] = { CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST,
                                         CURLOPT_PROXY_SSL_VERIFYPEER,
                                         CURLOPT_PROXY_SSL_VERIFYHOST };
    CURLcode r = CURLE_OK;
    for (unsigned i = 0; !r && i < 4; i++)
        r = curl_easy_setopt(easy, files[i], NULL);
    for (unsigned i = 0; !r && settings->insecure && i < 4; i++)
        r = curl_easy_setopt(easy, checks[i], 0L);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tls_share_store);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)settings);
    return r;
}

CURLcode tls_set(CURL *easy, const struct fetch_settings *settings)
{
    CURLcode r = tls_set_trust(easy, settings);
    if (r || !settings->cert_file)
        return r;
    r = curl_easy_setopt(easy, CURLOPT_SSLCERT, settings->cert_file);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_SSLKEY,
                             settings->key_file ? settings->key_file : settings->cert_file);
    if (!r && settings->key_password)
        r = curl_easy_setopt(easy, CURLOPT_KEYPASSWD, settings->key_password);
    return r;
}

// ---- what a connection turned out to be

static void tls_read_name(const X509_NAME *name, char *out, int room)
{
    BIO *text = BIO_new(BIO_s_mem());
    if (!text)
        return;
    X509_NAME_print_ex(text, name, 0, XN_FLAG_RFC2253);
    int n = BIO_read(text, out, room - 1);
    out[n > 0 ? n : 0] = '\0';
    BIO_free(text);
}

static void tls_read_certificate(X509 *certificate, struct tls_facts *out)
{
    tls_read_name(X509_get_issuer_name(certificate), out->issuer, sizeof out->issuer);
    tls_read_name(X509_get_subject_name(certificate), out->subject, sizeof out->subject);
    struct tm expires;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &expires))
        out->not_after = timegm(&expires) * CLOCK_S;
}

SSL *tls_of(CURL *easy)
{
    struct curl_tlssessioninfo *session;
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) ||
        session->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return session->internals;
}

bool tls_await_notice(CURL *easy, bool *notified)
{
    SSL *tls = tls_of(easy);
    return tls && SSL_set_ex_data(tls, tls_notice, notified);
}

void tls_read_facts(CURL *easy, bool certificate, struct tls_facts *out)
{
    const SSL *tls = tls_of(easy);
    if (!tls)
        return;
    *out = (struct tls_facts){ 0 };
    snprintf(out->version, sizeof out->version, "%s", SSL_get_version(tls));
    snprintf(out->cipher, sizeof out->cipher, "%s", SSL_get_cipher_name(tls));
    X509 *peer = certificate ? SSL_get0_peer_certificate(tls) : NULL;
    if (peer)
        tls_read_certificate(peer, out);
}

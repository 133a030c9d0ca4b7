// SPDX-License-Identifier: MIT
#include "fetch/tls.h"
#include "fetch/request.h"
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
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
    struct tls_store *s = malloc(sizeof *s + strlen(file) + 1);
    if (!s)
        return NULL;
    strcpy(s->file, file);
    s->store = tls_load(file);
    if (!s->store) {
        free(s);
        return NULL;
    }
    s->next = tls_stores;
    tls_stores = s;
    return s->store;
}

static CURLcode tls_share_store(CURL *easy, void *ctx, void *arg)
{
    (void)easy;
    const struct fetch_settings *settings = arg;
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

CURLcode tls_set(CURL *easy, const struct fetch_settings *settings)
{
    CURLcode r = curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tls_share_store);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, (void *)settings);
    if (!r && settings->insecure) {
        r = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        if (!r)
            r = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    return r;
}

// SPDX-License-Identifier: MIT
#ifndef FETCH_ERROR_H
#define FETCH_ERROR_H
#include "data/span.h"

// Why a URL got no complete exchange: the closed list of words of a record's `error`. Those that
// one exchange can give come first; the rest are given by whoever decides where and when.
#define FETCH_ERRORS(X)                         \
    X(CONNECT_REFUSED, "connect-refused")       \
    X(CONNECT_FAILED, "connect-failed")         \
    X(CONNECT_TIMEOUT, "connect-timeout")       \
    X(PROXY_FAILED, "proxy-failed")             \
    X(TLS_CERTIFICATE, "tls-certificate")       \
    X(TLS_FAILED, "tls-failed")                 \
    X(TIMEOUT, "timeout")                       \
    X(RESET, "reset")                           \
    X(EMPTY_REPLY, "empty-reply")               \
    X(PROTOCOL, "protocol")                     \
    X(TRUNCATED, "truncated")                   \
    X(DECODE, "decode")                         \
    X(TOO_LARGE, "too-large")                   \
    X(BLOCKED_ADDRESS, "blocked-address")       \
    X(NO_RESOURCES, "no-resources")             \
    X(CANCELLED, "cancelled")                   \
    X(INTERNAL, "internal")                     \
    X(BAD_URL, "bad-url")                       \
    X(DNS_NOTFOUND, "dns-notfound")             \
    X(DNS_FAILED, "dns-failed")                 \
    X(DNS_TIMEOUT, "dns-timeout")               \
    X(TOO_MANY_REDIRECTS, "too-many-redirects") \
    X(BAD_REDIRECT, "bad-redirect")             \
    X(ROBOTS, "robots")                         \
    X(ROBOTS_UNREACHABLE, "robots-unreachable") \
    X(HOST_GIVEN_UP, "host-given-up")           \
    X(BLOCKED_SCHEME, "blocked-scheme")         \
    X(OUT_OF_SCOPE, "out-of-scope")             \
    X(WORKER_DIED, "worker-died")

enum fetch_error {
    FETCH_OK,
#define X(name, word) FETCH_##name,
    FETCH_ERRORS(X)
#undef X
        FETCH_ERROR_COUNT
};

// The word a record uses; "" for FETCH_OK.
struct span fetch_error_word(enum fetch_error e);
#endif

// SPDX-License-Identifier: MIT
#include "fetch/tls_flood.h"
#include <openssl/err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    FLOOD_TURN = 512,     // records and messages in a turn
    FLOOD_IDLE = 8192,    // and since something came of the connection: either a point for each,
    FLOOD_POINT = 64,     // or one for so many bytes (512 KB in all)
    FLOOD_CREDIT = 4096,  // bytes sent that take a point away: a body's windows are opened for it
    FLOOD_REASON = 1,     // OpenSSL's number of the error
    FLOOD_RECORD_HEAD = 5 // bytes of a record's head: its kind, version, and length
};

// A turn of this thread.
static _Thread_local uint32_t flood_turn;
static int flood_had;  // where a connection keeps how much it had: the turn, and the number in it;
static int flood_idle; // how many points, and whether somebody tells of progress
static int flood_library;
static pthread_once_t flood_once = PTHREAD_ONCE_INIT;
#define FLOOD_TOLD (UINT64_C(1) << 63)

static void flood_make_places(void)
{
    static ERR_STRING_DATA words[] = { { 0, "a flood: " TLS_FLOOD_WORDS }, { 0, NULL } };
    flood_had = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    flood_idle = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    flood_library = ERR_get_next_error_library();
    words[0].error = ERR_PACK(flood_library, 0, FLOOD_REASON);
    ERR_load_strings(flood_library, words);
}

void tls_flood_init(void)
{
    pthread_once(&flood_once, flood_make_places);
}

static uint64_t flood_get(SSL *tls, int place)
{
    return (uintptr_t)SSL_get_ex_data(tls, place);
}

static void flood_set(SSL *tls, int place, uint64_t value)
{
    SSL_set_ex_data(tls, place, (void *)(uintptr_t)value);
}

void tls_flood_next_turn(void)
{
    flood_turn++;
}

// Has the call that is reading fail: OpenSSL takes the connection for one that the peer has ended,
// and finds an error, which is no end.
static void flood_stop(SSL *tls)
{
    if (SSL_get_shutdown(tls) & SSL_RECEIVED_SHUTDOWN)
        return;
    SSL_set_shutdown(tls, SSL_get_shutdown(tls) | SSL_RECEIVED_SHUTDOWN);
    ERR_raise(flood_library, FLOOD_REASON);
}

// Whether this is data, which without HTTP/2 is always something for us.
static bool flood_is_data(SSL *tls, int kind, const unsigned char *p, size_t n)
{
    if (kind == SSL3_RT_INNER_CONTENT_TYPE) // TLS 1.3 hides it
        return n == 1 && p[0] == SSL3_RT_APPLICATION_DATA;
    return kind == SSL3_RT_HEADER && p[0] == SSL3_RT_APPLICATION_DATA && p[3] + p[4] > 0 &&
           SSL_version(tls) < TLS1_3_VERSION;
}

static void flood_count_received(SSL *tls, uint64_t size)
{
    uint64_t had = flood_get(tls, flood_had), idle = flood_get(tls, flood_idle);
    had = had >> 32 == flood_turn ? had + 1 : (uint64_t)flood_turn << 32;
    idle += 1 + size / FLOOD_POINT;
    flood_set(tls, flood_had, had);
    flood_set(tls, flood_idle, idle);
    if ((uint32_t)had > FLOOD_TURN || (idle & ~FLOOD_TOLD) > FLOOD_IDLE)
        flood_stop(tls);
}

static void flood_count_sent(SSL *tls, uint64_t size)
{
    uint64_t idle = flood_get(tls, flood_idle), credit = size / FLOOD_CREDIT;
    if ((idle & ~FLOOD_TOLD) >= credit)
        flood_set(tls, flood_idle, idle - credit);
    else
        tls_flood_progress(tls);
}

void tls_flood_count(SSL *tls, int is_sent, int kind, const unsigned char *p, size_t n)
{
    uint64_t size =
        kind == SSL3_RT_HEADER && n == FLOOD_RECORD_HEAD ? (uint64_t)(p[3] << 8 | p[4]) : 0;
    if (is_sent)
        flood_count_sent(tls, size);
    else if (kind != SSL3_RT_INNER_CONTENT_TYPE)
        flood_count_received(tls, size);
    if (!is_sent && flood_is_data(tls, kind, p, n) && !(flood_get(tls, flood_idle) & FLOOD_TOLD))
        tls_flood_progress(tls);
}

void tls_flood_tell(SSL *tls)
{
    flood_set(tls, flood_idle, flood_get(tls, flood_idle) | FLOOD_TOLD);
}

void tls_flood_progress(SSL *tls)
{
    flood_set(tls, flood_idle, flood_get(tls, flood_idle) & FLOOD_TOLD);
}

// SPDX-License-Identifier: MIT
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H
#include "sched/nursery.h"
#include "secure/play.h"
#include "serve/endpoint.h"
#include "serve/flaky.h"
#include "serve/pool.h"
#include "serve/serve.h"
#include "serve/web.h"

// What the files of src/serve share: one server.

struct access_log;
struct dns;
struct listener;

struct server {
    struct serve_settings settings;
    size_t held; // bytes that requests have taken beyond the buffers every connection may have
    struct serve_counts counts;
    struct nursery fibers; // all of them
    struct list room;      // acceptors that wait for a descriptor to become free
    struct pool intakes, outlets;
    struct web web; // pages == 0: none
    struct flaky flaky;
    struct listener *listener;
    struct listener *tls; // NULL: none
    struct play play;     // what it does
    struct dns *dns;
    struct endpoint dns_at;
    struct access_log *log; // NULL: none
    char date[80];          // the lines "Server" and "Date" of a response, good until `date_until`
    size_t date_n;
    int64_t date_until; // monotonic
};

// What the bodies of requests, and coders at work, may take in all.
enum { SERVER_HELD_MAX = 256 << 20 };

// Counts `n` bytes about to be taken; false, then nothing was counted, when they would be too many.
static inline bool server_hold(struct server *s, size_t n)
{
    if (n > SERVER_HELD_MAX - s->held)
        return false;
    s->held += n;
    return true;
}

static inline void server_release(struct server *s, size_t n)
{
    s->held -= n;
}
#endif

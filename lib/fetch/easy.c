// SPDX-License-Identifier: MIT
#include "fetch/easy.h"
#include "data/list.h"
#include "fetch/deaf.h"
#include "fetch/hoard.h"
#include "fetch/pins.h"
#include "fetch/request.h"
#include "fetch/start.h"
#include "fetch/tls_flood.h"
#include "fetch/transfer.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/halt.h"
#include "sys/limits.h"
#include "sys/poller.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

// Kept open at most; of green ones there may be thousands. All of them together leave three
// quarters of the descriptors that the process may have for what is under way.
enum { EASY_CONNECTIONS = 64, EASY_GREEN_CONNECTIONS = 4, EASY_PART = 4 };

struct easy {
    struct io io;
    struct hoard hoard;      // the handle and its connections
    struct dial_owner owner; // asks for nothing
    struct pins pins;        // of the multi inside curl_easy_perform, which stays with the handle
    const struct fetch_settings *settings;
    bool green;        // on a fiber, which may be cancelled
    struct halt *halt; // NULL: nobody can end an exchange, unless it is green
    struct transfer transfer;
    bool slow, halted; // that is why the exchange was ended
};

static _Thread_local struct halt *easy_halt; // of the exchange that the thread is in

static bool easy_told(const struct easy *e)
{
    return e->green ? fiber_cancelled() : e->halt && halt_said(e->halt);
}

// libcurl calls this once a second at least, and whenever it was interrupted.
static int easy_on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                            curl_off_t up)
{
    (void)down_all, (void)down, (void)up_all, (void)up;
    struct easy *e = arg;
    tls_flood_next_turn();
    if (e->transfer.arrival.blocked)
        e->transfer.slowness = (struct slowness){ 0 };
    e->transfer.arrival.blocked = false;
    e->halted = easy_told(e);
    e->slow =
        e->slow || transfer_is_slow(&e->transfer, clock_mono()); // it asks once more at the end
    return e->slow || e->halted;
}

static long easy_connections(const struct easy *e)
{
    struct rlimit limit;
    unsigned count = hoard_count();
    long most = e->green ? EASY_GREEN_CONNECTIONS : EASY_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return most;
    rlim_t part = limit.rlim_cur / EASY_PART / (count ? count : 1);
    return part < 1 ? 1 : part < (rlim_t)most ? (long)part : most;
}

static CURLcode easy_prepare(struct dial_owner *o, struct transfer *t)
{
    struct easy *e = list_entry(o, struct easy, owner);
    CURL *curl = t->easy;
    CURLcode r = curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, easy_connections(e));
    if (!r)
        r = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, easy_on_progress);
    if (!r)
        r = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, e);
    if (!r)
        r = curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    return r;
}

// Runs the exchange once. Returns whether it is to be run again.
static bool easy_perform(struct easy *e)
{
    e->slow = e->halted = false;
    tls_flood_next_turn();
    CURLcode code = curl_easy_perform(e->transfer.easy);
    if (code != CURLE_ABORTED_BY_CALLBACK)
        e->slow = e->halted = false; // too late: it is over
    if (!e->slow && !e->halted)
        return transfer_finish(&e->transfer, code);
    if (e->halted)
        transfer_abort(&e->transfer, FETCH_CANCELLED, "cancelled");
    else
        transfer_abort_slow(&e->transfer);
    return false;
}

// Has libcurl make the multi that stays inside the handle: it does so before it notices that there
// is no URL.
static void easy_prime(struct easy *e)
{
    bool heard = deaf_be(true);
    (void)curl_easy_perform(e->transfer.easy);
    deaf_be(heard);
}

// Makes the handle, unless it is there.
static int easy_have(struct easy *e)
{
    if (e->transfer.easy)
        return 0;
    int r = transfer_init(&e->transfer, e->settings, &e->owner);
    if (r < 0)
        return r;
    e->pins = (struct pins){ 0 };
    e->transfer.pins = &e->pins;
    easy_prime(e);
    return 0;
}

// libcurl closes idle connections with their handle only.
static bool easy_drop(struct hoard *h)
{
    struct easy *e = list_entry(h, struct easy, hoard);
    bool had = e->transfer.easy;
    transfer_fini(&e->transfer);
    return had;
}

static int easy_exchange(struct easy *e, const struct request *request, struct sink *sink,
                         struct response *out)
{
    int r = easy_have(e);
    if (r == 0)
        r = transfer_start(&e->transfer, request, sink, out);
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    e->transfer.arrival.io = &e->io;
    easy_halt = e->halt;
    const sigset_t *mask = e->halt ? poller_under(halt_mask()) : NULL;
    while (easy_perform(e)) // other fibers may run meanwhile
        ;
    if (e->halt)
        poller_under(mask);
    return e->halted ? -ECANCELED : 0;
}

static bool easy_lacks_descriptor(const struct response *r)
{
    return r->error == FETCH_NO_RESOURCES && !r->sent && !limits_has_descriptor();
}

static int easy_fetch(struct io *io, const struct request *request, struct sink *sink,
                      struct response *out)
{
    struct easy *e = list_entry(io, struct easy, io);
    bool again = true;
    for (;;) {
        hoard_begin(&e->hoard);
        int r = easy_exchange(e, request, sink, out);
        hoard_end(&e->hoard);
        if (r < 0 || !again || !easy_lacks_descriptor(out) || !hoard_drop_idle())
            return r;
        again = false;
    }
}

// As errand_block, but what is only a time ends when it is told to.
static void easy_wait(struct errand *errand)
{
    if (errand->work || !easy_halt)
        errand_block(errand);
    else
        errand->result = halt_sleep(easy_halt, errand->until);
}

void easy_heed(struct easy *e, struct halt *halt)
{
    e->halt = halt;
}

static int easy_make(struct easy **out, const struct fetch_settings *settings, bool green)
{
    int r = start_libcurl();
    if (r < 0)
        return r;
    struct easy *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->io = (struct io){ .fetch = easy_fetch, .wait = green ? errand_park : easy_wait };
    e->green = green;
    e->owner.prepare = easy_prepare;
    e->settings = settings;
    r = easy_have(e);
    if (r < 0) {
        free(e);
        return r;
    }
    hoard_init(&e->hoard, easy_drop);
    *out = e;
    return 0;
}

int easy_new(struct easy **out, const struct fetch_settings *settings)
{
    return easy_make(out, settings, false);
}

int easy_new_green(struct easy **out, const struct fetch_settings *settings)
{
    return easy_make(out, settings, true);
}

void easy_free(struct easy *e)
{
    if (!e)
        return;
    hoard_fini(&e->hoard);
    transfer_fini(&e->transfer);
    free(e);
}

struct io *easy_io(struct easy *e)
{
    return &e->io;
}

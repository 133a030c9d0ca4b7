// SPDX-License-Identifier: MIT
#include "fetch/transfer.h"
#include "data/list.h"
#include "fetch/ask.h"
#include "fetch/failure.h"
#include "fetch/pins.h"
#include "fetch/request.h"
#include "fetch/tls.h"
#include "fetch/tls_flood.h"
#include "sys/clock.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// How often an exchange may bring its pins before their absence is held for a mistake of ours.
enum { TRANSFER_LOADS = 4 };

// ---- what never changes

static const struct {
    CURLoption option;
    long value;
} transfer_constants[] = {
    { CURLOPT_NOSIGNAL, 1 },           // two system calls a transfer
    { CURLOPT_DNS_CACHE_TIMEOUT, -1 }, // else the whole cache is gone over after each transfer
    { CURLOPT_PATH_AS_IS, 1 },         // the URL is serialised already
    { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 }, // credentials come separately
    { CURLOPT_HTTP_CONTENT_DECODING, 0 },    // sinks decode, within their own bounds
    { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 }, // of a proxy's tunnel
    { CURLOPT_MAXAGE_CONN, 8 },              // seconds idle; longer ones are mostly dead
};

// Names are resolved by the coordinator alone.
static int transfer_refuse_lookup(void *resolver, void *reserved, void *arg)
{
    (void)resolver, (void)reserved, (void)arg;
    return 1;
}

static CURLcode transfer_set_constants(struct transfer *t)
{
    const struct fetch_settings *s = t->settings;
    CURL *e = t->easy;
    CURLcode r = CURLE_OK;
    for (size_t i = 0; !r && i < sizeof transfer_constants / sizeof transfer_constants[0]; i++)
        r = curl_easy_setopt(e, transfer_constants[i].option, transfer_constants[i].value);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->text);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!r) // else the environment is asked each time: 3 us
        r = curl_easy_setopt(e, CURLOPT_PROXY, "");
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_NOPROXY, "");
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION, transfer_refuse_lookup);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
                             (long)(s->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (!r && s->http2)
        r = curl_easy_setopt(e, CURLOPT_PIPEWAIT, 1L); // rather share a connection than open one
    if (!r && s->buffer_size)
        r = curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)s->buffer_size);
    if (!r && s->user_agent)
        r = curl_easy_setopt(e, CURLOPT_USERAGENT, s->user_agent);
    if (!r && s->compressed)
        r = curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br, zstd");
    return r;
}

static CURLcode transfer_prepare(struct transfer *t)
{
    t->told = (struct transfer_told){ .auth = CURLAUTH_BASIC };
    CURLcode r = transfer_set_constants(t);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    if (!r)
        r = arrival_set(&t->arrival, t->easy);
    if (!r)
        r = tls_set(t->easy, t->settings);
    if (!r)
        r = dial_set(t);
    return r;
}

int transfer_init(struct transfer *t, const struct fetch_settings *settings,
                  struct dial_owner *owner)
{
    *t = (struct transfer){ .settings = settings, .owner = owner, .easy = curl_easy_init() };
    if (!t->easy)
        return -ENOMEM;
    if (!transfer_prepare(t))
        return 0;
    transfer_fini(t);
    return -ENOMEM;
}

void transfer_fini(struct transfer *t)
{
    if (t->easy)
        curl_easy_cleanup(t->easy);
    free(t->lines);
    *t = (struct transfer){ 0 };
}

// Connections stay as they are.
static CURLcode transfer_clean(struct transfer *t)
{
    if (!t->soiled)
        return CURLE_OK;
    t->soiled = false;
    curl_easy_reset(t->easy);
    return transfer_prepare(t);
}

// ---- patience

static void transfer_on_block(struct arrival *a, bool begins)
{
    struct transfer *t = list_entry(a, struct transfer, arrival);
    if (begins)
        transfer_hold(t);
    else
        transfer_release(t);
}

static void transfer_be_patient(struct transfer *t)
{
    t->began = clock_mono();
    t->held = t->holding = 0;
    t->arrival.blocks = transfer_on_block;
}

void transfer_hold(struct transfer *t)
{
    if (!t->request->patient || t->holding)
        return;
    t->holding = clock_mono();
    ask_set_time(t, 0); // setting a number cannot fail
}

void transfer_release(struct transfer *t)
{
    const struct request *q = t->request;
    if (!q || !q->patient || !t->holding)
        return;
    t->held += clock_mono() - t->holding;
    t->holding = 0;
    ask_set_time(t, q->max_time ? clock_after(q->max_time, t->held) : 0);
}

bool transfer_is_late(const struct transfer *t, int64_t now)
{
    const struct request *q = t->request;
    return q->patient && q->max_time && !t->holding && now - t->began - t->held > q->max_time;
}

void transfer_abort_late(struct transfer *t)
{
    char text[64];
    snprintf(text, sizeof text, "not done after %.3g s", (double)t->request->max_time / CLOCK_S);
    transfer_abort(t, FETCH_TIMEOUT, text);
}

static void transfer_await_end(struct arrival *a)
{
    struct transfer *t = list_entry(a, struct transfer, arrival);
    t->awaits = tls_await_notice(t->easy, &t->notified);
}

int transfer_start(struct transfer *t, const struct request *request, struct sink *sink,
                   struct response *out)
{
    arrival_begin(&t->arrival, request, sink, out);
    t->request = request;
    t->dial = (struct dial){ 0 };
    t->stream = (struct transfer_stream){ 0 };
    t->slowness = (struct slowness){ 0 };
    t->loads = 0;
    t->awaits = t->notified = false;
    t->arrival.unbounded = transfer_await_end;
    if (request->patient)
        transfer_be_patient(t);
    CURLcode r = transfer_clean(t);
    if (!r)
        r = ask_set(t, request);
    if (!r)
        return 0;
    t->request = NULL;
    if (r == CURLE_OUT_OF_MEMORY)
        return -ENOMEM;
    arrival_fail(&t->arrival, FETCH_BAD_URL, "%s", curl_easy_strerror(r));
    return -EINVAL;
}

// ---- how it ended

static int64_t transfer_time(const struct transfer *t, CURLINFO which)
{
    curl_off_t us = 0;
    curl_easy_getinfo(t->easy, which, &us);
    return us * CLOCK_US;
}

static void transfer_fill(struct transfer *t)
{
    struct response *r = t->arrival.out;
    const struct dial *d = &t->dial;
    enum transfer_stream_end stream = transfer_stream_end(&t->stream);
    r->reused = d->asked && d->opened == 0;
    r->given_up = stream == STREAM_RESET;
    r->sent = d->asked && stream != STREAM_REFUSED;
    r->remote = d->remote;
    r->remote_port = d->remote_port;
    r->time_total = transfer_time(t, CURLINFO_TOTAL_TIME_T);
    r->time_connect = transfer_time(t, CURLINFO_CONNECT_TIME_T);
    r->time_appconnect = transfer_time(t, CURLINFO_APPCONNECT_TIME_T);
    r->time_starttransfer = transfer_time(t, CURLINFO_STARTTRANSFER_TIME_T);
}

// Of a stream of HTTP/2 libcurl's code says little here, and its sentence may be of another
// exchange.
static bool transfer_is_untold(const struct failure *f)
{
    return f->code == CURLE_OK || f->code == CURLE_GOT_NOTHING || f->code == CURLE_HTTP2 ||
           (f->stream == STREAM_REFUSED && f->code != CURLE_OPERATION_TIMEDOUT);
}

// Says what libcurl's sentences leave out: who, and the system's reason.
static void transfer_explain(struct transfer *t, const struct failure *f, enum fetch_error why)
{
    const struct dial *d = &t->dial;
    char peer[ADDRESS_TEXT_ROOM];
    bool connecting = f->code == CURLE_COULDNT_CONNECT && f->os_error;
    if (d->unbound)
        arrival_fail(&t->arrival, FETCH_CONNECT_FAILED, "from %s: %s", t->settings->interface,
                     strerror(d->error));
    else if (d->error)
        arrival_fail(&t->arrival, why, "socket: %s", strerror(f->os_error));
    else if (connecting && address_text(&d->remote, peer))
        arrival_fail(&t->arrival, why, "connect to %s port %u: %s", peer, d->remote_port,
                     strerror(f->os_error));
    else if (strstr(f->text, TLS_FLOOD_WORDS))
        arrival_fail(&t->arrival, why, "a flood: " TLS_FLOOD_WORDS);
    else if (transfer_is_untold(f) && transfer_stream_why(f->stream))
        arrival_fail(&t->arrival, why, "%s", transfer_stream_why(f->stream));
    else if (f->code == CURLE_SSL_CACERT_BADFILE)
        arrival_fail(&t->arrival, why, "cannot read certificates from %s",
                     t->settings->ca_file ? t->settings->ca_file : "the system's bundle");
    else
        arrival_fail(&t->arrival, why, "%s", *t->text ? t->text : curl_easy_strerror(f->code));
}

// libcurl keeps an errno until the next one, through later exchanges. It is of this one when
// connecting failed, and when the message tells of a failed send or recv.
static int transfer_errno(const struct transfer *t, CURLcode code)
{
    long e = 0;
    if (t->dial.error)
        return t->dial.error;
    if (code == CURLE_COULDNT_CONNECT || strncmp(t->text, "Send failure", 12) == 0 ||
        strncmp(t->text, "Recv failure", 12) == 0)
        curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &e);
    return (int)e;
}

// libcurl says that it ran out of memory also when a bound of its own was reached.
static bool transfer_has_no_memory(CURLcode code)
{
    enum { SOME = 1 << 20 };
    void *p = code == CURLE_OUT_OF_MEMORY ? malloc(SOME) : NULL;
    bool none = code == CURLE_OUT_OF_MEMORY && !p;
    free(p);
    return none;
}

static void transfer_judge(struct transfer *t, CURLcode code)
{
    const struct dial *d = &t->dial;
    const struct request *q = t->request;
    if (d->blocked && d->opened == 0) {
        char peer[ADDRESS_TEXT_ROOM] = "";
        address_text(&d->remote, peer);
        arrival_fail(&t->arrival, FETCH_BLOCKED_ADDRESS, "%s is %s", peer,
                     address_kind_name(address_classify(d->remote.family, d->remote.bytes)));
        return;
    }
    enum transfer_stream_end stream = transfer_stream_end(&t->stream);
    if (d->refused && stream != STREAM_REFUSED) {
        t->arrival.out->reused = true; // the one that died
        arrival_fail(&t->arrival, FETCH_EMPTY_REPLY,
                     "the connection was closed without an answer%s",
                     q->once ? "" : ", and what may have been done is not asked for twice");
        return;
    }
    if (d->refused)
        code = CURLE_RECV_ERROR; // libcurl went by that dial would not have it again
    if (d->error && d->opened == 0)
        code = CURLE_COULDNT_CONNECT; // libcurl goes by an old errno: see below
    struct failure f = {
        .code = code,
        .stream = stream,
        .os_error = transfer_errno(t, code),
        .family = d->remote.family,
        .asked = d->asked,
        .over_proxy = q->proxy != NULL,
        .no_memory = transfer_has_no_memory(code),
        .head_begun = t->arrival.bytes > 0,
        .head_done = arrival_has_head(&t->arrival),
        .max_time_out = q->max_time && t->arrival.out->time_total >= q->max_time,
        .text = t->text,
    };
    t->arrival.out->lacking = failure_is_shortage(&f);
    transfer_explain(t, &f, failure_word(&f));
}

static bool transfer_goes_on(struct transfer *t, CURLcode code)
{
    if (code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_RESOLVE_PROXY)
        return false;
    return t->loads < TRANSFER_LOADS && ask_set_pins(t, t->request, true) == CURLE_OK;
}

// Over HTTP/2 libcurl before 8.1 takes the end of a session for that of the body; and the end of a
// connection for an error, though the answer was there before all of the request was taken (RFC
// 9113 §8.1).
static bool transfer_is_whole(const struct transfer *t, CURLcode code)
{
    enum transfer_stream_end end = transfer_stream_end(&t->stream);
    if (end == STREAM_UNKNOWN)
        return code == CURLE_OK;
    return end == STREAM_WHOLE && failure_is_of_stream(code) && arrival_has_head(&t->arrival) &&
           t->stream.size == t->arrival.out->size && !t->arrival.out->error;
}

bool transfer_finish(struct transfer *t, CURLcode code)
{
    struct response *r = t->arrival.out;
    if (transfer_goes_on(t, code))
        return true;
    transfer_fill(t);
    if (transfer_is_whole(t, code)) {
        arrival_end(&t->arrival);
        r->unclosed = t->awaits && !t->notified;
    } else if (!r->error && !r->stopped) {
        transfer_judge(t, code);
    }
    t->request = NULL;
    return false;
}

void transfer_abort(struct transfer *t, enum fetch_error why, const char *message)
{
    transfer_fill(t);
    t->request = NULL;
    t->arrival.out->lacking = why == FETCH_NO_RESOURCES;
    arrival_fail(&t->arrival, why, "%s", message);
}

// ---- slowness

bool transfer_is_slow(struct transfer *t, int64_t now)
{
    const struct fetch_settings *s = t->settings;
    if (!t->dial.asked || !s->min_speed || !s->min_speed_time)
        return false;
    curl_off_t sent = 0;
    if (t->request->body.p)
        curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return slowness_check(&t->slowness, now, t->arrival.bytes + (uint64_t)sent, s->min_speed,
                          s->min_speed_time);
}

void transfer_abort_slow(struct transfer *t)
{
    char text[96];
    snprintf(text, sizeof text, "slower than %" PRIu64 " bytes/s for %.3g s",
             t->settings->min_speed, (double)t->settings->min_speed_time / CLOCK_S);
    transfer_abort(t, FETCH_TIMEOUT, text);
}

// SPDX-License-Identifier: MIT
#include "fetch/arrive.h"
#include "fetch/io.h"
#include "fetch/quick.h"
#include "fetch/request.h"
#include "fetch/tls_flood.h"
#include "fetch/wire.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void arrival_begin(struct arrival *a, const struct request *request, struct sink *sink,
                   struct response *out)
{
    struct head head = out->head;
    *out = (struct response){ .head = head };
    head_reset(&out->head, request_is_head(request));
    *a = (struct arrival){ .out = out,
                           .sink = sink,
                           .most = request->max_filesize,
                           .wire = request->wire,
                           .challenged = request->credentials && request->auth == REQUEST_DIGEST };
}

void arrival_fail(struct arrival *a, enum fetch_error why, const char *format, ...)
{
    struct response *r = a->out;
    if (r->error)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->message, sizeof r->message, format, args);
    va_end(args);
    r->error = why;
}

bool arrival_has_head(const struct arrival *a)
{
    return a->out->head.complete && a->out->head.status >= 200;
}

// Whether the response has a body by its status (RFC 9110 §6.4.1).
static bool arrival_has_body(const struct head *h)
{
    return !h->to_head && h->status != 204 && h->status != 304;
}

// Whether nothing but the end of the connection can tell where the body ends (RFC 9112 §6.3), and
// libcurl will not use that one again.
static bool arrival_is_unbounded(const struct head *h)
{
    bool closes = h->version == 11 || (h->version == 10 && !head_find(h, "connection").p);
    return closes && !h->has_length && !h->chunked && arrival_has_body(h);
}

static enum sink_answer arrival_on_head(struct arrival *a)
{
    struct response *r = a->out;
    struct head *h = &r->head;
    a->headed = true;
    r->status = h->status;
    r->http_version = h->version;
    if (a->most && h->has_length && h->length > a->most && arrival_has_body(h)) {
        arrival_fail(a, FETCH_TOO_LARGE, "a body of %" PRIu64 " bytes: more than %" PRIu64,
                     h->length, a->most);
        return SINK_STOP;
    }
    if (a->unbounded && arrival_is_unbounded(h))
        a->unbounded(a);
    if (a->sink->head && a->sink->head(a->sink, h) == SINK_STOP) {
        r->stopped = true;
        return SINK_STOP;
    }
    return SINK_GO;
}

static size_t arrival_take_trailer(struct arrival *a, size_t n)
{
    a->trailers += n;
    if (a->trailers <= HEAD_BYTES_MOST)
        return n;
    arrival_fail(a, FETCH_TOO_LARGE, "the response has too many trailers");
    return CURL_WRITEFUNC_ERROR;
}

static size_t arrival_take_line(char *p, size_t size, size_t n, void *arg)
{
    struct arrival *a = arg;
    struct head *h = &a->out->head;
    n *= size;
    tls_flood_next_turn();
    a->bytes += n;
    if (a->headed)
        return arrival_take_trailer(a, n);
    bool more = !h->complete, status_line = n > 5 && memcmp(p, "HTTP/", 5) == 0;
    if (status_line)
        quick_expect_field();
    int r = head_take(h, (struct span){ p, n });
    if (a->wire && (more || status_line))
        wire_take_line(a->wire, (struct span){ p, n }, status_line);
    if (r < 0) {
        enum fetch_error why = r == -E2BIG    ? FETCH_TOO_LARGE
                               : r == -ENOMEM ? FETCH_NO_RESOURCES
                                              : FETCH_PROTOCOL;
        a->out->lacking = why == FETCH_NO_RESOURCES;
        arrival_fail(a, why, "%s", h->why ? h->why : "out of memory");
        return CURL_WRITEFUNC_ERROR;
    }
    if (h->complete && h->status == 101) {
        arrival_fail(a, FETCH_PROTOCOL, "the server switched protocols without being asked to");
        return CURL_WRITEFUNC_ERROR;
    }
    a->provisional = arrival_has_head(a) && a->challenged && h->status == 401;
    if (a->provisional)
        a->challenged = false;
    else if (arrival_has_head(a) && arrival_on_head(a) == SINK_STOP)
        return CURL_WRITEFUNC_ERROR;
    return n;
}

// Waits here for the sink to have room.
static enum sink_answer arrival_drain(struct arrival *a)
{
    struct errand e = { 0 };
    enum sink_answer answer;
    a->blocked = true;
    if (a->blocks)
        a->blocks(a, true);
    while ((answer = a->sink->drain(a->sink, &e)) == SINK_PAUSE)
        io_wait(a->io, &e);
    if (a->blocks)
        a->blocks(a, false);
    return answer;
}

static enum sink_answer arrival_pass(struct arrival *a, const char *p, size_t n)
{
    enum sink_answer answer = a->sink->write(a->sink, p, n);
    if (answer != SINK_PAUSE)
        return answer;
    if (!a->pause)
        return arrival_drain(a);
    a->pause(a);
    return SINK_GO;
}

static size_t arrival_take_body(char *p, size_t size, size_t n, void *arg)
{
    struct arrival *a = arg;
    struct response *r = a->out;
    n *= size;
    tls_flood_next_turn();
    a->bytes += n;
    if (a->provisional && !a->headed && arrival_on_head(a) == SINK_STOP) // libcurl has no answer
        return CURL_WRITEFUNC_ERROR;
    size_t fits = a->most && n > a->most - r->size ? (size_t)(a->most - r->size) : n;
    r->size += fits;
    if (fits && arrival_pass(a, p, fits) == SINK_STOP) {
        r->stopped = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (fits < n) {
        arrival_fail(a, FETCH_TOO_LARGE, "the body is longer than %" PRIu64 " bytes", a->most);
        return CURL_WRITEFUNC_ERROR;
    }
    return n;
}

CURLcode arrival_set(struct arrival *a, CURL *easy)
{
    CURLcode r = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, arrival_take_line);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, arrival_take_body);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
    return r;
}

void arrival_end(struct arrival *a)
{
    struct response *r = a->out;
    const struct head *h = &r->head;
    if (a->provisional && !a->headed)
        arrival_on_head(a);
    if (!arrival_has_head(a))
        arrival_fail(a, FETCH_TRUNCATED, "the connection ended within the response's head");
    else if (h->has_length && arrival_has_body(h) && r->size != h->length)
        arrival_fail(a, FETCH_TRUNCATED, "%" PRIu64 " bytes of body came, not %" PRIu64, r->size,
                     h->length);
}

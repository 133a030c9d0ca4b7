// SPDX-License-Identifier: MIT
#include "fetch/ask.h"
#include "fetch/pins.h"
#include "fetch/request.h"
#include "fetch/transfer.h"
#include "fetch/wire.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

static CURLcode ask_set_method(struct transfer *t, const struct request *q)
{
    CURL *e = t->easy;
    bool head = request_is_head(q), special = head || q->method || q->body.p;
    if (!special && !t->told.special)
        return CURLE_OK;
    t->told.special = special;
    // Each of these sets the method, too: the last one counts. But that a response has no body
    // stays so, after a HEAD, until it is taken back.
    CURLcode r = curl_easy_setopt(e, CURLOPT_NOBODY, 0L);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
                             q->body.p ? (curl_off_t)q->body.n : (curl_off_t)-1);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_POSTFIELDS, q->body.p);
    if (!r && !q->body.p)
        r = curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    if (!r && head)
        r = curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    if (!r)
        r = curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, head ? NULL : q->method);
    return r;
}

// libcurl would ask for 100-continue before a longer body, and wait a second for servers that do
// not know it.
static bool ask_must_not_expect(const struct request *q)
{
    if (q->body.n <= 1024 * 1024)
        return false;
    for (const char *const *h = q->headers; h && *h; h++) {
        if (strncasecmp(*h, "Expect:", 7) == 0)
            return false;
    }
    return true;
}

static int ask_reserve_lines(struct transfer *t, unsigned n)
{
    if (n <= t->line_room)
        return 0;
    struct curl_slist *more = reallocarray(t->lines, n, sizeof *more);
    if (!more)
        return -ENOMEM;
    t->lines = more;
    t->line_room = n;
    return 0;
}

static CURLcode ask_set_lines(struct transfer *t, const struct request *q)
{
    static char no_expect[] = "Expect:";
    unsigned n = 0;
    bool quiet = ask_must_not_expect(q);
    while (q->headers && q->headers[n])
        n++;
    if (n + quiet == 0 && !t->told.lines)
        return CURLE_OK;
    if (ask_reserve_lines(t, n + quiet) < 0)
        return CURLE_OUT_OF_MEMORY;
    for (unsigned i = 0; i < n; i++)
        t->lines[i] = (struct curl_slist){ (char *)q->headers[i], &t->lines[i + 1] };
    if (quiet)
        t->lines[n++] = (struct curl_slist){ no_expect, NULL };
    if (n)
        t->lines[n - 1].next = NULL;
    t->told.lines = n > 0;
    return curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, n ? t->lines : NULL);
}

static CURLcode ask_set_wire(struct transfer *t, const struct request *q)
{
    if (!q->wire && !t->told.wire)
        return CURLE_OK;
    if (q->wire)
        wire_begin(q->wire);
    t->told.wire = q->wire != NULL;
    return wire_set(q->wire, t->easy);
}

static CURLcode ask_tell(struct transfer *t, CURLoption option, long *told, long value)
{
    if (*told == value)
        return CURLE_OK;
    *told = value;
    return curl_easy_setopt(t->easy, option, value);
}

static CURLcode ask_set_credentials(struct transfer *t, const struct request *q)
{
    if (!q->credentials && !t->told.credentials)
        return CURLE_OK;
    t->told.credentials = q->credentials != NULL;
    // libcurl keeps a digest's challenge with the handle, for whichever host comes next.
    t->soiled = q->credentials && q->auth == REQUEST_DIGEST;
    CURLcode r = curl_easy_setopt(t->easy, CURLOPT_USERPWD, q->credentials);
    if (!r)
        r = ask_tell(t, CURLOPT_HTTPAUTH, &t->told.auth,
                     (long)(t->soiled ? CURLAUTH_DIGEST : CURLAUTH_BASIC));
    return r;
}

static CURLcode ask_set_proxy(struct transfer *t, const struct request *q)
{
    if (!q->proxy && !t->told.proxy)
        return CURLE_OK;
    t->told.proxy = q->proxy != NULL;
    CURLcode r = curl_easy_setopt(t->easy, CURLOPT_PROXY, q->proxy ? q->proxy->url : "");
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_PROXYUSERPWD,
                             q->proxy ? q->proxy->credentials : NULL);
    return r;
}

static long ask_ms(int64_t ns)
{
    int64_t ms = ns / CLOCK_MS + (ns % CLOCK_MS > 0);
    return ms > INT32_MAX ? INT32_MAX : (long)ms;
}

CURLcode ask_set_time(struct transfer *t, int64_t max_time)
{
    return ask_tell(t, CURLOPT_TIMEOUT_MS, &t->told.max_time, ask_ms(max_time));
}

static CURLcode ask_set_limits(struct transfer *t, const struct request *q)
{
    CURLcode r = ask_tell(t, CURLOPT_CONNECTTIMEOUT_MS, &t->told.connect_timeout,
                          ask_ms(q->connect_timeout));
    if (!r)
        r = ask_set_time(t, q->max_time);
    if (!r)
        r = ask_tell(t, CURLOPT_FRESH_CONNECT, &t->told.fresh, q->fresh);
    if (!r)
        // A digest's second message goes over the connection of the first.
        r = ask_tell(t, CURLOPT_FORBID_REUSE, &t->told.forbid_reuse, !q->keep && !t->soiled);
    return r;
}

CURLcode ask_set_pins(struct transfer *t, const struct request *q, bool load)
{
    uint16_t port = q->proxy ? q->proxy->port : q->port;
    struct curl_slist *list =
        pins_list(t->pins, port, q->address, q->addresses, load || !t->told.pinned);
    if (!list)
        return CURLE_OK;
    t->loads++;
    t->told.pinned = true;
    return curl_easy_setopt(t->easy, CURLOPT_RESOLVE, list);
}

CURLcode ask_set(struct transfer *t, const struct request *q)
{
    CURLcode r = curl_easy_setopt(t->easy, CURLOPT_URL, q->url);
    if (!r)
        r = ask_set_method(t, q);
    if (!r)
        r = ask_set_lines(t, q);
    if (!r)
        r = ask_set_credentials(t, q);
    if (!r)
        r = ask_set_proxy(t, q);
    if (!r)
        r = ask_set_limits(t, q);
    if (!r)
        r = ask_set_wire(t, q);
    if (!r)
        r = ask_set_pins(t, q, false);
    return r;
}

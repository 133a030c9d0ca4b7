// SPDX-License-Identifier: MIT
#include "visit/visit.h"
#include "fetch/io.h"
#include "sys/clock.h"
#include "visit/flow.h"
#include "visit/gear.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "visit/settings.h"
#include "visit/sink_archive.h"
#include "visit/visit_archive.h"
#include "visit/work.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void visit_fini(struct visit *v)
{
    response_fini(&v->response);
    sinks_fini(&v->sinks);
    visit_archive_fini(v);
    buffer_fini(&v->cookies);
    buffer_fini(&v->challenge);
    free(v->headers);
    v->headers = NULL;
    v->header_room = 0;
}

static unsigned visit_count_headers(struct span lines)
{
    unsigned n = 0;
    for (size_t at = 0; at < lines.n; at += strlen(lines.p + at) + 1)
        n++;
    return n;
}

// Points at each of the job's header lines. Errors: -ENOMEM.
static int visit_point_headers(struct visit *v, struct span lines)
{
    unsigned n = visit_count_headers(lines) + 1;
    if (n > v->header_room) {
        const char **p = reallocarray(v->headers, n, sizeof *p);
        if (!p)
            return -ENOMEM;
        v->headers = p;
        v->header_room = n;
    }
    n = 0;
    for (size_t at = 0; at < lines.n; at += strlen(lines.p + at) + 1)
        v->headers[n++] = lines.p + at;
    v->headers[n] = NULL;
    return 0;
}

// The job's proxy; NULL when it has none.
static const struct proxy *visit_proxy(struct visit *v, const struct job *j)
{
    v->proxy = (struct proxy){
        .url = message_span(j, j->proxy).p,
        .port = (uint16_t)j->proxy_port,
        .credentials = message_span(j, j->proxy_credentials).p,
    };
    return v->proxy.url ? &v->proxy : NULL;
}

// Views into the job; nothing is copied.
static int visit_request(struct visit *v, const struct job *j)
{
    struct span headers = message_span(j, j->headers);
    if (headers.n) {
        int e = visit_point_headers(v, headers);
        if (e < 0)
            return e;
    }
    v->request = (struct request){
        .url = message_span(j, j->url).p,
        .method = message_span(j, j->method).p,
        .head = j->flags & JOB_HEAD,
        .body = message_span(j, j->body),
        .headers = headers.n ? v->headers : NULL,
        .credentials = message_span(j, j->credentials).p,
        .auth = j->flags & JOB_ASK_CHALLENGE ? REQUEST_DIGEST : REQUEST_BASIC,
        .proxy = visit_proxy(v, j),
        .host = message_span(j, j->host).p,
        .port = j->port,
        .address = job_addresses(j),
        .addresses = j->addresses,
        .special_ok = j->flags & JOB_SPECIAL_OK,
        .keep = j->flags & JOB_KEEP,
        .once = j->flags & JOB_ONCE,
        .connect_timeout = j->connect_timeout,
        .max_time = j->max_time,
        .max_filesize = j->max_filesize,
    };
    return 0;
}

// Whether the exchange came to nothing because the server had given up the idle connection that it
// was sent on: it was closed, or a 408 stood in it before anything was asked (RFC 9110 §15.5.9).
static bool visit_stale(const struct response *r, const struct request *q)
{
    bool closed = r->status == 0 && r->size == 0 &&
                  (r->error == FETCH_RESET || r->error == FETCH_EMPTY_REPLY);
    bool told = r->status == 408 && r->error == FETCH_OK;
    return r->reused && !r->given_up && (closed || told) && request_is_idempotent(q);
}

// Links the sinks that the job asks for.
static int visit_open_sinks(struct visit *v)
{
    const struct job *job = v->job;
    uint32_t flags = job->flags | (request_is_head(&v->request) ? JOB_HEAD : 0U);
    struct sink_save_setup saving = { .save = v->gear ? v->gear->save : NULL,
                                      .budget = v->gear ? &v->gear->budget : NULL,
                                      .path = message_span(job, job->path),
                                      .by_url = v->settings->save_by_url };
    struct sink_links_setup finding = { .url = message_span(job, job->url),
                                        .agent = message_span(job, job->agent),
                                        .tags = v->settings->follow_tags,
                                        .follow = job->flags & JOB_FOLLOW,
                                        .deepest = job->flags & JOB_DEEPEST,
                                        .recent = v->gear ? &v->gear->recent : NULL };
    int e = sinks_begin(&v->sinks, flags, job->max_filesize, &saving, &finding);
    if (e == 0)
        e = visit_archive_begin(v);
    if (e == 0 && v->settings->flow)
        sinks_count(&v->sinks, v->settings->flow);
    v->type.unwanted = false;
    if (e == 0 && job->flags & JOB_LINKS && v->settings->accept_types) {
        sink_type_begin(&v->type, v->settings->accept_types, v->sinks.first);
        v->sinks.first = &v->type.sink;
    }
    return e;
}

// An HTTP proxy that is asked for an http URL says by a status of its own that it lets nobody
// through; a tunnel has failed by then.
static void visit_look_at_proxy(struct response *r, const struct request *q)
{
    if (!q->proxy || r->error != FETCH_OK || r->status != 407)
        return;
    r->error = FETCH_PROXY_FAILED;
    snprintf(r->message, sizeof r->message, "the proxy %s (407)",
             q->proxy->credentials ? "does not take this user name and password"
                                   : "wants a user name and a password");
}

// Our own machinery failed: what the response holds, if anything, means nothing.
static void visit_excuse(struct response *r, int code)
{
    if (code == -ECANCELED && r->error == FETCH_CANCELLED)
        return;
    response_fini(r);
    *r = (struct response){ .error = code == -ECANCELED ? FETCH_CANCELLED
                                     : code == -ENOMEM  ? FETCH_NO_RESOURCES
                                                        : FETCH_INTERNAL,
                            .lacking = code == -ENOMEM };
    if (code != -ECANCELED)
        snprintf(r->message, sizeof r->message, "%s",
                 code == -ENOMEM ? "out of memory" : "the job asks for what no worker can do");
}

static void visit_fill_head(struct outcome *o, const struct response *r, const struct job *job)
{
    o->id = job->id;
    o->status = (uint16_t)r->status;
    o->error = (uint16_t)r->error;
    o->flags |= (r->sent ? OUTCOME_SENT : 0U) | (r->reused && !r->given_up ? OUTCOME_REUSED : 0U);
    o->flags |= r->error == FETCH_NO_RESOURCES && r->lacking ? OUTCOME_LACK : 0U;
    if (r->error == FETCH_TOO_LARGE || (r->unclosed && r->error == FETCH_OK))
        o->flags |= OUTCOME_TRUNCATED;
    o->http_version = (uint16_t)r->http_version;
    o->remote_port = r->remote_port;
    o->remote = r->remote;
    o->time_connect = r->time_connect;
    o->time_appconnect = r->time_appconnect;
    o->time_starttransfer = r->time_starttransfer;
    o->time_total = r->time_total;
    o->size_download = r->size;
}

// ---- the steps

bool visit_begin(struct visit *v, const struct job *job, const struct visit_settings *settings)
{
    v->job = job;
    v->settings = settings;
    v->started = clock_wall();
    v->turn.number = 0;
    v->archives = v->closed = false;
    v->code = visit_request(v, job);
    if (v->code == 0)
        v->code = visit_open_sinks(v);
    v->request.patient = settings->flow && flow_limits(settings->flow);
    return v->code == 0;
}

// Whether it is worth another try; what is left of the time is the next one's.
static bool visit_retries(struct visit *v)
{
    struct request *q = &v->request;
    if (q->fresh || q->once || !visit_stale(&v->response, q))
        return false;
    q->fresh = true;
    if (!q->max_time)
        return true;
    q->max_time -= v->response.time_total;
    return q->max_time > 0;
}

bool visit_again(struct visit *v, int code)
{
    v->code = code;
    if (code < 0)
        return false;
    if (!visit_retries(v)) {
        visit_look_at_proxy(&v->response, &v->request);
        return false;
    }
    v->code = visit_open_sinks(v);
    return v->code == 0;
}

bool visit_finish(struct visit *v, struct errand *e)
{
    v->sinks.sated = v->archives && v->archive->sated;
    if (!v->closed && v->sinks.saves && sinks_finish(&v->sinks, &v->response, v->code, e))
        return true;
    if (!v->closed)
        *e = (struct errand){ 0 };
    v->closed = true;
    return visit_archive_finish(v, e);
}

// The cookies of the head, as an outcome has them. Without memory there are none.
// What a 401 wants to be shown; without memory the 401 is all there is.
static struct span visit_challenge(struct visit *v)
{
    const struct response *r = &v->response;
    if (!(v->job->flags & JOB_CHALLENGE) || r->status != 401)
        return (struct span){ NULL, 0 };
    buffer_clear(&v->challenge);
    bool any = head_join(&r->head, "www-authenticate", &v->challenge);
    return any && !v->challenge.failed ? buffer_span(&v->challenge) : (struct span){ NULL, 0 };
}

static struct span visit_cookies(struct visit *v)
{
    const struct head *head = &v->response.head;
    buffer_clear(&v->cookies);
    for (size_t k = 0; v->job->flags & JOB_COOKIES && k < head_count(head); k++) {
        struct span name = head_name(head, k), value = head_text(head, k);
        if (name.n != 10 || strncasecmp(name.p, "set-cookie", 10) != 0 ||
            value.n + 1 > OUTCOME_COOKIES_MOST - v->cookies.n)
            continue;
        buffer_add(&v->cookies, value.p, value.n);
        buffer_add_byte(&v->cookies, '\n');
    }
    return v->cookies.n ? buffer_span(&v->cookies) : (struct span){ NULL, 0 };
}

// Puts what the body held behind the outcome. What cannot be told must not count as told.
static int visit_add_findings(struct visit *v, struct buffer *out)
{
    struct outcome *o = (struct outcome *)(void *)out->p;
    if (v->sinks.findings.n == 0)
        return 0;
    if (o->error == FETCH_OK && outcome_add_findings(out, buffer_span(&v->sinks.findings)) == 0)
        return 0;
    if (v->gear)
        recent_fini(&v->gear->recent);
    if (o->error == FETCH_OK)
        o->error = FETCH_NO_RESOURCES;
    return 0;
}

// Not inlined: its locals must not be on the stack of a visit that waits.
__attribute__((noinline)) int visit_report(struct visit *v, struct buffer *out)
{
    struct response *r = &v->response;
    struct outcome_parts parts = { .head.started = v->started };
    if (v->code < 0)
        visit_excuse(r, v->code);
    else if (v->settings->work && r->error == FETCH_OK)
        work_do(v->settings->work);
    sinks_end(&v->sinks, r, &parts.head, &parts.message);
    visit_archive_report(v, &parts);
    if (v->type.unwanted && r->error == FETCH_OK)
        parts.head.flags |= OUTCOME_UNWANTED | OUTCOME_TRUNCATED;
    visit_fill_head(&parts.head, r, v->job);
    if (!parts.message.p && r->message[0])
        parts.message = span_of(r->message);
    if (r->error == FETCH_OK && v->sinks.saves && v->sinks.save->saved.n)
        parts.saved = buffer_span(&v->sinks.save->saved);
    if (r->tls.version[0] && v->settings->fetch.tls_facts)
        parts.tls = &r->tls;
    parts.content_type = head_find(&r->head, "content-type");
    parts.location = head_find(&r->head, "location");
    parts.retry_after = head_find(&r->head, "retry-after");
    parts.etag = head_find(&r->head, "etag");
    parts.last_modified = head_find(&r->head, "last-modified");
    parts.cookies = visit_cookies(v);
    parts.challenge = visit_challenge(v);
    int e = outcome_build_somehow(out, &parts);
    return e < 0 ? e : visit_add_findings(v, out);
}

int visit(struct visit *v, struct io *io, const struct job *job,
          const struct visit_settings *settings, struct buffer *out)
{
    struct errand errand = { 0 };
    bool go = visit_begin(v, job, settings);
    while (go)
        go = visit_again(v, io->fetch(io, &v->request, v->sinks.first, &v->response));
    while (visit_finish(v, &errand))
        io_wait(io, &errand);
    return visit_report(v, out);
}

void visit_trim(struct visit *v, size_t most)
{
    const struct head *h = &v->response.head;
    sinks_trim(&v->sinks, most);
    visit_archive_trim(v, most);
    if (h->text.room + h->fields.room > most)
        head_fini(&v->response.head);
    if (v->header_room * sizeof *v->headers > most) {
        free(v->headers);
        v->headers = NULL;
        v->header_room = 0;
    }
}

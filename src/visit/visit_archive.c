// SPDX-License-Identifier: MIT
#include "visit/visit_archive.h"
#include "sched/errand.h"
#include "visit/gear.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "visit/sink_archive.h"
#include "visit/visit.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int visit_archive_begin(struct visit *v)
{
    v->archives = false;
    v->request.wire = NULL;
    if (!(v->job->flags & JOB_WARC))
        return 0;
    if (!v->gear || !v->gear->archive)
        return -EOPNOTSUPP;
    if (!v->archive && !(v->archive = calloc(1, sizeof *v->archive)))
        return -ENOMEM;
    sink_archive_begin(v->archive, v->gear->archive, v->sinks.first);
    v->sinks.first = &v->archive->sink;
    v->request.wire = &v->archive->capture.wire;
    v->archives = true;
    v->appends = true;
    return 0;
}

// How the body ended, as an archive says it.
static enum warc_cut visit_archive_cut(const struct response *r)
{
    switch (r->error) {
    case FETCH_OK:
        return r->stopped ? WARC_UNSPECIFIED : r->unclosed ? WARC_DISCONNECT : WARC_WHOLE;
    case FETCH_TOO_LARGE:
        return WARC_LENGTH;
    case FETCH_TIMEOUT:
        return WARC_TIME;
    case FETCH_TRUNCATED:
    case FETCH_RESET:
        return WARC_DISCONNECT;
    default:
        return WARC_UNSPECIFIED;
    }
}

// What got no response leaves nothing; nor does what was given up, for it is asked for again; nor
// what a proxy answered in the server's stead.
static bool visit_archive_wants(const struct visit *v)
{
    const struct response *r = &v->response;
    return v->code == 0 && !v->archive->error && r->status >= 200 && r->head.complete &&
           r->error != FETCH_CANCELLED && r->error != FETCH_PROXY_FAILED;
}

static void visit_archive_fill(struct visit *v)
{
    const struct response *r = &v->response;
    const struct job *j = v->job;
    struct archive_capture *c = &v->archive->capture;
    c->url = message_span(j, j->url);
    c->sent = message_span(j, j->body);
    c->via = message_span(j, j->via);
    c->date = v->started;
    c->took = r->time_total;
    c->address = (struct span){ NULL, 0 };
    size_t n = v->request.proxy ? 0 : address_text(&r->remote, v->archive->address);
    if (n)
        c->address = (struct span){ v->archive->address, n };
    c->tls = r->tls.version;
    c->cipher = r->tls.cipher;
    c->http_version = r->http_version;
    c->status = r->status;
    c->cut = visit_archive_cut(r);
    c->error = r->error ? fetch_error_word(r->error) : (struct span){ NULL, 0 };
    c->why = r->error ? span_of(r->message) : (struct span){ NULL, 0 };
    c->known = message_span(j, j->known_digest);
    c->known_date = j->known_date;
    c->asked = j->flags & JOB_CONDITIONAL;
}

static int visit_archive_put(void *arg)
{
    struct sink_archive *s = arg;
    archive_put(s->archive, &s->capture);
    return 0;
}

bool visit_archive_finish(struct visit *v, struct errand *e)
{
    if (!v->archives)
        return false;
    if (v->appends && visit_archive_wants(v)) {
        v->appends = false;
        visit_archive_fill(v);
        errand_work(e, visit_archive_put, v->archive);
        return true;
    }
    if (!v->appends && e->result < 0) // it was not begun
        v->archive->capture.result = e->result;
    if (v->archive->error)
        v->archive->capture.result = v->archive->error;
    v->turn.number = v->archive->capture.turn;
    return false;
}

// Doing less at once does not make room on a disk; a lack of memory or descriptors is another
// matter.
static void visit_archive_fail(struct visit *v, struct outcome_parts *parts)
{
    struct response *r = &v->response;
    int e = -v->archive->capture.result;
    bool lack = e == ENOMEM || e == EMFILE || e == ENFILE || e == EAGAIN;
    if (r->error == FETCH_CANCELLED)
        return;
    r->error = e == ECANCELED ? FETCH_CANCELLED : FETCH_NO_RESOURCES;
    if (e == ECANCELED)
        return;
    parts->head.flags |= (uint32_t)(lack ? OUTCOME_LACK : OUTCOME_DISK);
    snprintf(r->message, sizeof r->message, "the exchange cannot be archived: %s", strerror(e));
    parts->message = span_of(r->message);
}

void visit_archive_report(struct visit *v, struct outcome_parts *parts)
{
    if (!v->archives)
        return;
    struct archive_capture *c = &v->archive->capture;
    if (c->result < 0) {
        visit_archive_fail(v, parts);
        return;
    }
    if (!c->turn)
        return;
    parts->warc = span_of(c->place.file);
    parts->head.warc_offset = c->place.offset;
    parts->head.warc_end = c->place.end;
    parts->head.warc_length = c->length;
    if (c->revisit)
        parts->head.flags |= OUTCOME_REVISIT;
    if (c->has_payload) {
        size_t n = digest_text(&c->payload, v->archive->digest);
        parts->warc_digest = (struct span){ v->archive->digest, n };
    }
}

void visit_archive_trim(struct visit *v, unsigned long most)
{
    if (v->archive)
        sink_archive_trim(v->archive, most);
}

void visit_archive_fini(struct visit *v)
{
    if (v->archive)
        sink_archive_fini(v->archive);
    free(v->archive);
    v->archive = NULL;
}

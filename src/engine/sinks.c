// SPDX-License-Identifier: MIT
#include "engine/sinks.h"
#include <errno.h>
#include <stdio.h>

static enum sink_answer sinks_pass_by(struct sink *s, const char *p, size_t n)
{
    (void)s;
    (void)p;
    (void)n;
    return SINK_GO;
}

static struct sink sinks_none = { NULL, sinks_pass_by };

int sinks_begin(struct sinks *s, uint32_t flags, uint64_t most)
{
    s->first = &sinks_none;
    if (flags & JOB_SAVE)
        return -EOPNOTSUPP;
    if (!(flags & JOB_DIGEST) || flags & JOB_HEAD)
        return 0;
    int e = sink_digest_begin(&s->digest);
    if (e < 0)
        return e;
    sink_decode_begin(&s->decode, &s->digest.sink, most);
    s->first = &s->decode.sink;
    return 0;
}

static void sinks_fail(struct response *r, enum fetch_error error, const char *why)
{
    if (r->error != FETCH_OK)
        return;
    r->error = error;
    struct span encoding = head_find(&r->head, "content-encoding");
    int n = encoding.n > 40 ? 40 : (int)encoding.n;
    if (n)
        snprintf(r->message, sizeof r->message, "%s (%.*s)", why, n, encoding.p);
    else
        snprintf(r->message, sizeof r->message, "%s", why);
}

void sinks_end(struct sinks *s, struct response *r, struct outcome *o)
{
    if (s->first != &s->decode.sink)
        return;
    sink_decode_end(&s->decode, r->error == FETCH_OK && !r->stopped);
    if (s->decode.error != FETCH_OK)
        sinks_fail(r, s->decode.error, s->decode.why);
    else if (s->digest.failed)
        sinks_fail(r, FETCH_INTERNAL, "OpenSSL would not take the digest");
    else if (r->error == FETCH_OK && sink_digest_end(&s->digest, o->digest))
        o->flags |= OUTCOME_DIGEST;
}

void sinks_fini(struct sinks *s)
{
    sink_decode_end(&s->decode, false);
    sink_digest_fini(&s->digest);
}

// SPDX-License-Identifier: MIT
#include "visit/sinks.h"
#include "sched/errand.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static enum sink_answer sinks_pass_by(struct sink *s, const char *p, size_t n)
{
    (void)s;
    (void)p;
    (void)n;
    return SINK_GO;
}

static struct sink sinks_none = { NULL, sinks_pass_by, NULL };

// The sink that finds something in the body, in front of `*last`. Errors: -ENOMEM.
static int sinks_link_finder(struct sinks *s, const struct sink_links_setup *finding,
                             struct sink **last)
{
    if (s->finds) {
        if (!s->links && !(s->links = calloc(1, sizeof *s->links)))
            return -ENOMEM;
        sink_links_begin(s->links, finding, *last);
        *last = &s->links->sink;
    } else if (s->rules) {
        if (!s->robots && !(s->robots = calloc(1, sizeof *s->robots)))
            return -ENOMEM;
        sink_robots_begin(s->robots, finding->agent, *last);
        *last = &s->robots->sink;
    } else if (s->lists) {
        if (!s->sitemap && !(s->sitemap = calloc(1, sizeof *s->sitemap)))
            return -ENOMEM;
        sink_sitemap_begin(s->sitemap, finding->url, *last);
        *last = &s->sitemap->sink;
    }
    return 0;
}

// What a body that is decoded goes to, from the last sink to the first.
static int sinks_link(struct sinks *s, uint64_t most, const struct sink_save_setup *saving,
                      const struct sink_links_setup *finding)
{
    if (s->saves && !saving->save)
        return -EOPNOTSUPP;
    if (s->saves && !s->save && !(s->save = calloc(1, sizeof *s->save)))
        return -ENOMEM;
    struct sink *last = s->saves ? &s->save->tail : NULL;
    int e = s->digests ? sink_digest_begin(&s->digest, last) : 0;
    if (e < 0)
        return e;
    last = s->digests ? &s->digest.sink : last;
    e = sinks_link_finder(s, finding, &last);
    if (e < 0)
        return e;
    sink_decode_begin(&s->decode, last, most);
    if (s->saves)
        sink_save_begin(s->save, saving, &s->decode.sink, last != &s->save->tail);
    s->first = s->saves ? &s->save->sink : &s->decode.sink;
    return 0;
}

int sinks_begin(struct sinks *s, uint32_t flags, uint64_t most,
                const struct sink_save_setup *saving, const struct sink_links_setup *finding)
{
    s->first = &sinks_none;
    s->step = SINKS_KEEP;
    s->sated = false;
    s->saves = flags & JOB_SAVE && !(flags & JOB_HEAD);
    s->digests = flags & JOB_DIGEST && !(flags & JOB_HEAD);
    s->finds = flags & JOB_LINKS && !(flags & JOB_HEAD);
    s->rules = flags & JOB_ROBOTS && !s->finds;
    s->lists = flags & JOB_SITEMAP && !s->finds && !s->rules;
    s->decodes = s->saves || s->digests || s->finds || s->rules || s->lists;
    buffer_clear(&s->findings);
    int e = s->decodes ? sinks_link(s, most, saving, finding) : 0;
    if (e < 0)
        s->saves = s->digests = s->decodes = s->finds = s->rules = s->lists = false;
    return e;
}

void sinks_count(struct sinks *s, struct flow *flow)
{
    sink_flow_begin(&s->flow, flow, s->first);
    s->first = &s->flow.sink;
}

static int sinks_keep(void *arg)
{
    struct sinks *s = arg;
    sink_save_flush(s->save);
    sink_decode_end(&s->decode, true);
    if (s->decode.error == FETCH_OK && !s->save->stopped && !s->save->error)
        sink_save_keep(s->save);
    sink_save_drop(s->save);
    return 0;
}

static int sinks_drop(void *arg)
{
    sink_save_drop(arg);
    return 0;
}

// What is wanted next, one step after the other; a step that does not apply is passed over.
bool sinks_finish(struct sinks *s, const struct response *r, int code, struct errand *e)
{
    struct sink_save *save = s->save;
    if (!s->saves || !save->wanted)
        return false;
    switch (s->step) {
    case SINKS_KEEP:
        s->step = SINKS_DROP;
        if (code == 0 && r->error == FETCH_OK && !r->stopped && !s->sated && !save->error) {
            errand_work(e, sinks_keep, s);
            return true;
        }
        break;
    case SINKS_DROP:
        if (e->result < 0)
            save->error = e->result;
        break;
    case SINKS_DROPPED:
        if (e->result < 0) // a cancelled fiber gets no thread
            sink_save_drop(save);
        return false;
    }
    s->step = SINKS_DROPPED;
    if (save->file.fd < 0)
        return false;
    errand_work(e, sinks_drop, save);
    return true;
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

// What could not be saved, and why. Out of descriptors or memory is a lack of the whole run; a disk
// that is full is not cured by doing less at once.
static void sinks_fail_save(struct sinks *s, struct response *r, struct outcome *o,
                            struct span *message)
{
    int e = -s->save->error;
    bool lack = e == ENOMEM || e == EMFILE || e == ENFILE || e == EAGAIN;
    if (r->error != FETCH_OK)
        return;
    r->error = e == ECANCELED ? FETCH_CANCELLED : FETCH_NO_RESOURCES;
    if (e == ECANCELED)
        return;
    o->flags |= (uint32_t)(lack ? OUTCOME_LACK : OUTCOME_DISK);
    snprintf(r->message, sizeof r->message, "the body cannot be saved: %s", strerror(e));
    *message = sink_save_complaint(s->save);
}

static int sinks_end_finder(struct sinks *s, const struct response *r)
{
    bool fine = r->error == FETCH_OK, whole = fine && !r->stopped && !s->sated;
    if (s->finds)
        return sink_links_end(s->links, whole, &s->findings);
    if (s->rules)
        return sink_robots_end(s->robots, fine, &s->findings);
    return s->lists ? sink_sitemap_end(s->sitemap, fine, &s->findings) : 0;
}

void sinks_end(struct sinks *s, struct response *r, struct outcome *o, struct span *message)
{
    if (!s->decodes)
        return;
    if (s->saves)
        sink_save_release(s->save);
    sink_decode_end(&s->decode, r->error == FETCH_OK && !r->stopped && !s->sated);
    if (s->decode.error != FETCH_OK)
        sinks_fail(r, s->decode.error, s->decode.why);
    else if (s->digest.failed && s->digests)
        sinks_fail(r, FETCH_INTERNAL, "OpenSSL would not take the digest");
    else if (s->saves && s->save->error)
        sinks_fail_save(s, r, o, message);
    else if (s->digests && r->error == FETCH_OK && sink_digest_end(&s->digest, o->digest))
        o->flags |= OUTCOME_DIGEST;
    if (sinks_end_finder(s, r) < 0) {
        r->lacking = r->error == FETCH_OK && s->rules; // which are bounded
        sinks_fail(r, FETCH_NO_RESOURCES, "no memory for what the body holds");
    }
}

void sinks_trim(struct sinks *s, size_t most)
{
    if (s->save)
        sink_save_trim(s->save, most);
    if (s->links)
        sink_links_trim(s->links, most);
    if (s->sitemap)
        sink_sitemap_trim(s->sitemap, most);
    if (s->findings.room > most)
        buffer_fini(&s->findings);
}

void sinks_fini(struct sinks *s)
{
    sink_decode_end(&s->decode, false);
    sink_digest_fini(&s->digest);
    if (s->save)
        sink_save_fini(s->save);
    free(s->save);
    s->save = NULL;
    if (s->links)
        sink_links_fini(s->links);
    free(s->links);
    s->links = NULL;
    if (s->robots)
        sink_robots_fini(s->robots);
    free(s->robots);
    s->robots = NULL;
    if (s->sitemap)
        sink_sitemap_fini(s->sitemap);
    free(s->sitemap);
    s->sitemap = NULL;
    buffer_fini(&s->findings);
}

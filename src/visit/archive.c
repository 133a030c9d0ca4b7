// SPDX-License-Identifier: MIT
#include "visit/archive.h"
#include "sys/clock.h"
#include "visit/archive_http.h"
#include "visit/archive_press.h"
#include "visit/archive_seen.h"
#include "visit/budget.h"
#include "visit/settings.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct archive {
    const struct visit_settings *settings;
    struct budget *budget;
    pthread_mutex_t idle_lock, file_lock;
    struct archive_press *idle; // under idle_lock, as are:
    struct warc_ids ids;
    struct warc_file *file; // under file_lock, as are:
    struct archive_seen seen;
    uint64_t turns;
};

int archive_open(struct archive **out, const struct visit_settings *settings, unsigned worker,
                 struct budget *budget)
{
    struct warc_file_setup setup = { .prefix = settings->warc_prefix,
                                     .since = settings->warc_since,
                                     .worker = worker,
                                     .max_size = settings->warc_max_size,
                                     .level = settings->warc_level,
                                     .digest = settings->warc_digest,
                                     .info = settings->warc_info };
    struct archive *a = calloc(1, sizeof *a);
    if (!a)
        return -ENOMEM;
    int e = warc_file_new(&a->file, &setup);
    if (e < 0) {
        free(a);
        return e;
    }
    a->settings = settings;
    a->budget = budget;
    pthread_mutex_init(&a->idle_lock, NULL);
    pthread_mutex_init(&a->file_lock, NULL);
    warc_ids_seed(&a->ids, 0);
    *out = a;
    return 0;
}

int archive_close(struct archive *a)
{
    if (!a)
        return 0;
    int e = warc_file_close(a->file);
    warc_file_free(a->file);
    archive_seen_fini(&a->seen);
    while (a->idle) {
        struct archive_press *p = a->idle;
        a->idle = p->next;
        archive_press_free(p);
    }
    pthread_mutex_destroy(&a->idle_lock);
    pthread_mutex_destroy(&a->file_lock);
    free(a);
    return e;
}

// ---- presses

static struct archive_press *archive_take_press(struct archive *a, struct archive_ids *ids)
{
    pthread_mutex_lock(&a->idle_lock);
    struct archive_press *p = a->idle;
    if (p)
        a->idle = p->next;
    if (ids)
        *ids = (struct archive_ids){ warc_id_new(&a->ids), warc_id_new(&a->ids),
                                     warc_id_new(&a->ids) };
    pthread_mutex_unlock(&a->idle_lock);
    return p ? p : archive_press_new(a->settings->warc_digest, a->settings->warc_level);
}

static void archive_give_press(struct archive *a, struct archive_press *p)
{
    archive_press_clear(p);
    pthread_mutex_lock(&a->idle_lock);
    p->next = a->idle;
    a->idle = p;
    pthread_mutex_unlock(&a->idle_lock);
}

// ---- the response

// Makes a revisit of it: the block is its head.
static int archive_make_revisit(struct archive_press *p, struct warc_record *r,
                                struct digest *block)
{
    r->type = WARC_REVISIT;
    r->length = p->head.n;
    return archive_press_digest(p, buffer_span(&p->head), (struct span){ 0 }, block);
}

// The server says that what was captured at `known_date` is still so.
static int archive_unchanged(struct archive_press *p, struct archive_capture *c,
                             struct warc_record *r, struct digest *block)
{
    r->profile = WARC_NOT_MODIFIED;
    r->refers_to_uri = c->url;
    r->refers_to_date = c->known_date;
    c->revisit = true;
    c->has_payload = digest_parse(&c->payload, c->known) == 0;
    r->payload = c->has_payload ? &c->payload : NULL;
    return archive_make_revisit(p, r, block);
}

// Whether the capture that is known has this payload. Its record's name is not known.
static bool archive_is_known(const struct archive_capture *c, struct archive_sight *sight)
{
    struct digest known;
    *sight = (struct archive_sight){ .date = c->known_date };
    return c->known_date && digest_parse(&known, c->known) == 0 &&
           digest_equal(&known, &c->payload);
}

static bool archive_is_seen(struct archive *a, struct archive_capture *c, struct warc_record *r)
{
    struct archive_sight sight;
    if (c->cut || c->body.length < ARCHIVE_SEEN_LEAST)
        return false;
    pthread_mutex_lock(&a->file_lock);
    bool seen = archive_seen_find(&a->seen, c->url, &c->payload, &sight);
    pthread_mutex_unlock(&a->file_lock);
    if (!seen && !archive_is_known(c, &sight))
        return false;
    r->profile = WARC_SAME_DIGEST;
    r->refers_to = sight.id;
    r->refers_to_uri = c->url;
    r->refers_to_date = sight.date;
    r->cut = WARC_LENGTH;
    c->revisit = true;
    return true;
}

// Sets `c->payload` and `block`.
static int archive_take_digests(struct archive_press *p, struct archive_capture *c,
                                struct digest *block)
{
    struct span held = archive_body_held(&c->body);
    int e;
    if (c->body.spilled) {
        e = digest_end(&c->body.block, block);
        return e < 0 ? e : digest_end(&c->body.payload, &c->payload);
    }
    e = archive_press_digest(p, held, (struct span){ 0 }, &c->payload);
    return e < 0 ? e : archive_press_digest(p, buffer_span(&p->head), held, block);
}

// The member's beginning into `out`, its end into `after`; between them goes the file.
static int archive_frame(struct archive_press *p, const struct archive_capture *c,
                         const struct warc_record *r)
{
    struct gzip_sum sum = { 0 };
    buffer_clear(&p->text);
    warc_record_write(&p->text, r);
    buffer_add(&p->text, p->head.p, p->head.n);
    if (p->text.failed)
        return -ENOMEM;
    gzip_head(&p->out);
    int e = gzip_part(p->gzip, buffer_span(&p->text), &sum, &p->out);
    gzip_sum_join(&sum, &c->body.sum);
    if (e == 0)
        e = gzip_part(p->gzip, span_of(WARC_RECORD_END), &sum, &p->after);
    gzip_tail(&sum, &p->after);
    return e;
}

// A response whose body is in memory: its heads are put before it where it is, if they fit.
static int archive_framed(struct archive_press *p, struct archive_capture *c,
                          const struct warc_record *r, struct span body)
{
    buffer_clear(&p->text);
    warc_record_write(&p->text, r);
    if (p->text.failed)
        return -ENOMEM;
    struct span whole = archive_body_frame(&c->body, buffer_span(&p->text), buffer_span(&p->head),
                                           span_of(WARC_RECORD_END));
    return whole.p ? gzip_member(p->gzip, whole, &p->out)
                   : archive_press_member(p, r, buffer_span(&p->head), body, &p->out);
}

static int archive_response(struct archive *a, struct archive_press *p, struct archive_capture *c,
                            const struct archive_ids *ids)
{
    struct digest block;
    struct warc_record r = archive_press_record(c, WARC_RESPONSE, &ids->response);
    struct span body = { 0 };
    archive_http_response(&p->head, buffer_span(&c->wire.received));
    r.cut = c->cut;
    r.payload = &c->payload;
    r.block = &block;
    r.content_type = "application/http;msgtype=response";
    int e = 0;
    if (c->status == 304 && c->asked && c->known_date) {
        e = archive_unchanged(p, c, &r, &block);
    } else {
        if (c->body.spilled)
            e = archive_body_spill(&c->body, p->gzip, a->settings->warc_digest,
                                   a->settings->warc_prefix, (struct span){ 0 });
        if (e == 0)
            e = archive_take_digests(p, c, &block);
        c->has_payload = e == 0;
        if (e == 0 && archive_is_seen(a, c, &r)) {
            e = archive_make_revisit(p, &r, &block);
        } else {
            body = archive_body_held(&c->body);
            r.length = p->head.n + c->body.length;
        }
    }
    if (e < 0 || p->head.failed)
        return e < 0 ? e : -ENOMEM;
    if (c->body.spilled && !c->revisit)
        return archive_frame(p, c, &r);
    return c->revisit ? archive_press_member(p, &r, buffer_span(&p->head), body, &p->out)
                      : archive_framed(p, c, &r, body);
}

// ---- all of it

static int archive_append(struct archive *a, struct archive_press *p, struct archive_capture *c,
                          const struct warc_id *id)
{
    bool frame = c->body.spilled && !c->revisit;
    struct warc_append what = { .head = buffer_span(&p->out),
                                .tail = buffer_span(&p->after),
                                .fd = frame ? c->body.fd : -1,
                                .bytes = c->body.packed };
    pthread_mutex_lock(&a->file_lock);
    int e = warc_file_append(a->file, &what, clock_wall(), &c->place);
    if (e == 0) {
        c->turn = ++a->turns;
        struct archive_sight sight = { c->date, *id };
        if (!c->revisit && !c->cut && c->body.length >= ARCHIVE_SEEN_LEAST)
            archive_seen_add(&a->seen, c->url, &c->payload, &sight);
    }
    pthread_mutex_unlock(&a->file_lock);
    return e;
}

static int archive_pack(struct archive *a, struct archive_press *p, struct archive_capture *c,
                        const struct archive_ids *ids)
{
    int e = archive_response(a, p, c, ids);
    c->length = p->out.n + (p->after.n ? c->body.packed + p->after.n : 0);
    struct buffer *rest = p->after.n ? &p->after : &p->out;
    if (e == 0)
        e = archive_press_request(p, c, ids, rest);
    if (e == 0)
        e = archive_press_metadata(p, c, ids, rest);
    return e < 0 ? e : p->out.failed || p->after.failed ? -ENOMEM : 0;
}

void archive_put(struct archive *a, struct archive_capture *c)
{
    struct archive_ids ids;
    struct archive_press *p = archive_take_press(a, &ids);
    c->result = -ENOMEM;
    if (!p)
        return;
    size_t extra = 2 * archive_body_held(&c->body).n; // the record and its member
    budget_force(a->budget, extra);
    c->result = archive_pack(a, p, c, &ids);
    if (c->result == 0)
        c->result = archive_append(a, p, c, &ids.response);
    archive_give_press(a, p);
    budget_give(a->budget, extra);
}

int archive_spill(struct archive *a, struct archive_capture *c)
{
    struct archive_press *p = archive_take_press(a, NULL);
    if (!p)
        return -ENOMEM;
    archive_http_response(&p->head, buffer_span(&c->wire.received));
    int e = p->head.failed ? -ENOMEM
                           : archive_body_spill(&c->body, p->gzip, a->settings->warc_digest,
                                                a->settings->warc_prefix, buffer_span(&p->head));
    archive_give_press(a, p);
    return e;
}

void archive_begin(struct archive *a, struct archive_capture *c)
{
    archive_body_begin(&c->body, a->budget);
    wire_begin(&c->wire);
    c->revisit = c->has_payload = false;
    c->turn = 0;
    c->result = 0;
    c->place.file[0] = '\0';
}

void archive_capture_fini(struct archive_capture *c)
{
    archive_body_fini(&c->body);
    wire_fini(&c->wire);
}

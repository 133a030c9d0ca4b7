// SPDX-License-Identifier: MIT
#include "report/kinds.h"
#include "status/show.h"
#include "store/json.h"
#include "sys/clock.h"

static void show_kind_counts(struct buffer *out, const char *key, const struct kind *kind,
                             unsigned n)
{
    json_key(out, key);
    json_object_open(out);
    for (unsigned i = 0; i < n; i++) {
        json_key(out, kind[i].name);
        json_uint(out, kind[i].count);
    }
    json_object_close(out);
}

static void show_counts(struct buffer *out, const struct crawl_stats *c)
{
    static struct kind kind[KINDS_MOST]; // too many for a stack
    json_key(out, "records");
    json_uint(out, c->records);
    json_key(out, "failed");
    json_uint(out, c->failed);
    json_key(out, "not_modified");
    json_uint(out, c->not_modified);
    json_key(out, "exchanges");
    json_uint(out, c->exchanges);
    json_key(out, "retries");
    json_uint(out, c->retries);
    json_key(out, "redirects");
    json_uint(out, c->redirects);
    json_key(out, "robots");
    json_uint(out, c->robots);
    json_key(out, "denied");
    json_uint(out, c->denied);
    json_key(out, "given_up");
    json_uint(out, c->given_up);
    json_key(out, "links");
    json_uint(out, c->links);
    json_key(out, "size_download");
    json_uint(out, c->bytes);
    show_kind_counts(out, "status", kind, kinds_statuses(c, kind, KINDS_MOST));
    show_kind_counts(out, "error", kind, kinds_errors(c, kind, KINDS_MOST));
    show_kind_counts(out, "left_out", kind, kinds_left_out(c, kind, KINDS_MOST));
}

static void show_list_position(struct buffer *out, const struct ledger *l)
{
    json_key(out, "list");
    json_object_open(out);
    json_key(out, "line");
    json_uint(out, l->source.line);
    json_key(out, "offset");
    json_uint(out, l->source.offset);
    json_key(out, "size");
    json_uint(out, l->source.size);
    json_key(out, "ended");
    json_bool(out, l->fed || l->source.ended);
    json_object_close(out);
}

static void show_outputs(struct buffer *out, const struct ledger *l)
{
    struct span rest = buffer_span(&l->archives);
    struct ledger_archive a;
    json_key(out, "outputs");
    json_object_open(out);
    json_key(out, "records");
    json_uint(out, l->records);
    json_key(out, "failed");
    json_uint(out, l->failed);
    json_key(out, "rejected");
    json_uint(out, l->rejected);
    json_key(out, "warc");
    json_array_open(out);
    while (rest.n > 0 && ledger_next_archive(&rest, &a)) {
        json_object_open(out);
        json_key(out, "file");
        json_text(out, a.name);
        json_key(out, "length");
        json_uint(out, a.length);
        json_object_close(out);
    }
    json_array_close(out);
    json_object_close(out);
}

static void show_time(struct buffer *out, const char *key, int64_t wall, struct json_time *cache)
{
    if (wall <= 0)
        return;
    json_key(out, key);
    json_time(out, cache, wall, 3);
}

static void show_host(struct buffer *out, const struct survey_host *h, int64_t now,
                      struct json_time *cache)
{
    json_object_open(out);
    if (h->origin) {
        json_key(out, "host");
        json_text(out, span_of(h->origin));
    }
    json_key(out, "left");
    json_uint(out, h->left);
    if (h->until > now) {
        show_time(out, "until", h->until, cache);
        json_key(out, "asked");
        json_bool(out, h->asked);
    }
    if (h->retries) {
        json_key(out, "retries");
        json_uint(out, h->retries);
        show_time(out, "retry", h->retry, cache);
    }
    json_key(out, "delay");
    json_seconds_us(out, h->delay);
    json_key(out, "interval");
    json_seconds_us(out, h->interval);
    json_key(out, "exchanges");
    json_uint(out, h->exchanges);
    json_key(out, "mean");
    json_seconds_us(out, h->mean);
    json_key(out, "failures");
    json_uint(out, h->failures);
    json_key(out, "eta");
    json_seconds_us(out, survey_pace(h, now));
    json_object_close(out);
}

void show_json(struct buffer *out, const struct show *s)
{
    const struct survey *v = s->survey;
    const struct ledger *l = &v->ledger;
    struct json_time cache = { 0 };
    json_object_open(out);
    json_key(out, "directory");
    json_text(out, span_of(s->dir));
    if (s->command) {
        json_key(out, "command");
        json_text(out, span_of(s->command));
    }
    json_key(out, "state");
    json_text(out, span_of(s->owner ? "running" : l->finished ? "finished" : "stopped"));
    if (s->owner) {
        json_key(out, "pid");
        json_int(out, s->owner);
        show_time(out, "since", s->owner_since, &cache);
    }
    show_time(out, "committed", l->when, &cache);
    json_key(out, "refresh");
    json_uint(out, l->refresh);
    json_key(out, "elapsed");
    json_seconds_us(out, l->spent);
    if (s->stats)
        show_counts(out, s->stats);
    json_key(out, "left");
    json_uint(out, v->left);
    json_key(out, "waiting");
    json_uint(out, v->waiting);
    if (show_eta(s) >= 0) {
        json_key(out, "eta");
        json_seconds_us(out, show_eta(s));
    }
    show_list_position(out, l);
    show_outputs(out, l);
    json_key(out, "seen");
    json_uint(out, v->seen);
    json_key(out, "size");
    json_uint(out, v->size);
    json_key(out, "hosts_left");
    json_uint(out, v->hosts);
    json_key(out, "hosts");
    json_array_open(out);
    for (unsigned i = 0; i < v->shown; i++)
        show_host(out, v->most[i], v->now, &cache);
    json_array_close(out);
    json_object_close(out);
    buffer_add_byte(out, '\n');
}

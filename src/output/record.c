// SPDX-License-Identifier: MIT
#include "output/record.h"
#include "input/lines_json.h"
#include "visit/finding_links.h"
#include "visit/outcome.h"

static void text(struct buffer *out, const char *key, struct span value)
{
    if (!value.p)
        return;
    json_key(out, key);
    json_text(out, value);
}

static void seconds(struct buffer *out, const char *key, int64_t ns)
{
    json_key(out, key);
    json_seconds_us(out, ns);
}

static void number(struct buffer *out, const char *key, uint64_t value)
{
    json_key(out, key);
    json_uint(out, value);
}

static void error(struct buffer *out, enum fetch_error e, struct span message)
{
    if (e == FETCH_OK)
        return;
    text(out, "error", fetch_error_word(e));
    text(out, "errormsg", message);
}

static void remote(struct buffer *out, const struct outcome *o)
{
    char address[ADDRESS_TEXT_ROOM];
    size_t n = address_text(&o->remote, address);
    if (n > 0)
        text(out, "remote_ip", (struct span){ address, n });
    if (o->http_version)
        text(out, "http_version",
             span_of(o->http_version == 10   ? "1.0"
                     : o->http_version == 11 ? "1.1"
                                             : "2"));
}

static void digest(struct buffer *out, const uint8_t *of)
{
    static const char hex[] = "0123456789abcdef";
    char word[7 + 64] = "sha256:";
    if (!of)
        return;
    for (unsigned k = 0; k < 32; k++) {
        word[7 + 2 * k] = hex[of[k] >> 4];
        word[8 + 2 * k] = hex[of[k] & 15];
    }
    text(out, "digest", (struct span){ word, sizeof word });
}

// The last exchange: what was received, and how long each part of it took.
static void exchange(struct buffer *out, const struct item *i, const struct outcome *o)
{
    remote(out, o);
    text(out, "content_type", message_span(o, o->content_type));
    number(out, "size_download", o->size_download);
    seconds(out, "time_namelookup", i->lookup);
    seconds(out, "time_connect", o->time_connect);
    seconds(out, "time_appconnect", o->time_appconnect);
    seconds(out, "time_starttransfer", o->time_starttransfer);
    seconds(out, "time_total", o->time_total);
}

static void tls(struct buffer *out, const struct outcome *o)
{
    struct tls_facts facts;
    struct json_time expires = { 0 };
    if (!outcome_tls(o, &facts))
        return;
    json_key(out, "tls");
    json_object_open(out);
    text(out, "version", span_of(facts.version));
    text(out, "cipher", span_of(facts.cipher));
    text(out, "issuer", span_of(facts.issuer));
    text(out, "subject", span_of(facts.subject));
    if (facts.not_after) {
        json_key(out, "expires");
        json_time(out, &expires, facts.not_after, 0);
    }
    json_object_close(out);
}

static void extras(struct buffer *out, const struct ending *e)
{
    const struct outcome *o = e->last;
    const uint8_t *own = o->flags & OUTCOME_DIGEST ? o->digest : NULL;
    digest(out, e->digest ? e->digest : own);
    if (e->not_modified) {
        json_key(out, "not_modified");
        json_bool(out, true);
    }
    if (o->flags & OUTCOME_TRUNCATED) {
        json_key(out, "truncated");
        json_bool(out, true);
    }
    if (!e->unsaved)
        text(out, "saved", e->saved.p ? e->saved : message_span(o, o->saved));
    tls(out, o);
}

// Where a crawl has found it, and what the page says of itself.
static void page(struct buffer *out, const struct item *i, const struct ending *e)
{
    struct finding_links head;
    struct span canonical, rest;
    number(out, "depth", i->depth);
    text(out, "via", span_of(i->via));
    text(out, "redirect_url", e->redirect_url);
    if (e->last && finding_links_read(outcome_findings(e->last), &head, &canonical, &rest)) {
        if (head.flags & FINDING_LINKS_NOINDEX) {
            json_key(out, "noindex");
            json_bool(out, true);
        }
        text(out, "canonical", canonical);
    }
    text(out, "same_as", e->same_as);
}

// What the list wants to find again, just as it stood there.
static void meta(struct buffer *out, struct span members)
{
    struct span value = lines_json_meta(members);
    if (!value.p)
        return;
    json_key(out, "meta");
    buffer_add(out, value.p, value.n);
}

void record_write(struct buffer *out, const struct item *i, const struct ending *e,
                  struct json_time *time)
{
    json_object_open(out);
    text(out, "url", item_given(i));
    if (!e->crawl) // of a crawl an item has a number instead
        number(out, "line", i->line);
    text(out, "url_effective", url_href(&i->url));
    number(out, "status", e->last ? e->last->status : 0);
    error(out, e->error, e->message);
    if (e->last)
        exchange(out, i, e->last);
    seconds(out, "time_queue", i->queued);
    seconds(out, "elapsed", i->first ? e->now - i->first : 0);
    number(out, "attempts", i->attempts);
    if (i->trail.n > 0) {
        json_key(out, "redirects");
        json_array_open(out);
        buffer_add(out, i->trail.p, i->trail.n);
        json_array_close(out);
    }
    if (i->archived.n > 0) {
        json_key(out, "warc");
        json_array_open(out);
        buffer_add(out, i->archived.p, i->archived.n);
        json_array_close(out);
    }
    if (e->engine)
        text(out, "engine", span_of(e->engine));
    json_key(out, "started");
    json_time(out, time, i->started, 6);
    if (e->last)
        extras(out, e);
    if (e->crawl)
        page(out, i, e);
    if (e->skipped.p) {
        text(out, "saved", e->skipped);
        json_key(out, "skipped");
        json_bool(out, true);
    }
    if (i->more)
        meta(out, item_members(i));
    json_object_close(out);
    json_newline(out);
}

void record_write_bad(struct buffer *out, const struct refusal *r, int64_t wall,
                      struct json_time *time)
{
    struct buffer safe = { 0 };
    struct span shown = { "", 0 };
    if (r->text.n && !memchr(r->text.p, '@', r->text.n)) {
        shown = r->text; // also when there is no memory for a copy
    } else {
        item_redact(r->text, &safe);
        if (!safe.failed && safe.p)
            shown = buffer_span(&safe);
    }
    json_object_open(out);
    text(out, "url", shown);
    number(out, "line", r->line);
    number(out, "status", 0);
    error(out, r->error, r->message);
    seconds(out, "time_queue", 0);
    seconds(out, "elapsed", 0);
    number(out, "attempts", 0);
    json_key(out, "started");
    json_time(out, time, wall, 6);
    meta(out, r->members);
    json_object_close(out);
    json_newline(out);
    buffer_fini(&safe);
}

// SPDX-License-Identifier: MIT
#include "inspect/sitemap.h"
#include "store/json.h"
#include "sys/log.h"
#include "web/sitemap.h"
#include "web/url.h"
#include <errno.h>

// The entries of one document, as they are found.
struct listing {
    struct buffer *out;
    const struct url *base; // NULL: none
    bool json;
    unsigned entries;
};

static void add_json(struct buffer *out, struct span href, struct span modified)
{
    json_object_open(out);
    json_key(out, "loc");
    json_text(out, href);
    if (modified.p) {
        json_key(out, "lastmod");
        json_text(out, modified);
    }
    json_object_close(out);
}

static void add_line(struct buffer *out, struct span href, struct span modified)
{
    buffer_add(out, href.p, href.n);
    if (modified.p) {
        buffer_add_byte(out, ' ');
        inspect_answer_shown(out, modified);
    }
    buffer_add_byte(out, '\n');
}

// What is no URL that could be fetched is passed over, as a run does.
static int take(void *arg, const struct sitemap_entry *entry)
{
    struct listing *l = arg;
    struct url u;
    int r = url_parse(&u, entry->url, l->base, NULL);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return 0;
    (l->json ? add_json : add_line)(l->out, url_href(&u), entry->modified);
    l->entries++;
    url_fini(&u);
    return 0;
}

// Reads `body`. Returns its kind, SITEMAP_NONE when it is no sitemap; -ENOMEM.
static int read_all(struct span body, struct span type, struct listing *l, bool *broken)
{
    struct sitemap *s;
    int e = sitemap_new(&s, type, take, l);
    if (e < 0)
        return e;
    e = sitemap_feed(s, body);
    if (e == 0)
        e = sitemap_end(s);
    *broken = sitemap_broken(s);
    enum sitemap_kind kind = sitemap_kind(s);
    sitemap_free(s);
    return e < 0 ? e : sitemap_word(kind)[0] ? (int)kind : SITEMAP_NONE;
}

static void answer_entries(struct buffer *out, struct span body, struct span type,
                           const struct url *base)
{
    struct buffer entries = { 0 };
    struct listing l = { &entries, base, true, 0 };
    bool broken;
    json_array_open(&entries);
    int kind = read_all(body, type, &l, &broken);
    json_array_close(&entries);
    if (kind < 0 || entries.failed) {
        out->failed = true;
    } else if (kind == SITEMAP_NONE) {
        inspect_answer_error(out, "no-sitemap", "neither XML of a sitemap, nor a list of URLs");
    } else {
        json_object_open(out);
        json_key(out, "kind");
        json_text(out, span_of(sitemap_word((enum sitemap_kind)kind)));
        json_key(out, "entries");
        buffer_add(out, entries.p, entries.n);
        json_object_close(out);
    }
    buffer_fini(&entries);
}

static void answer(struct buffer *out, const json_t *object)
{
    struct buffer room = { 0 };
    struct span body, url = inspect_answer_member(object, "url");
    struct span type = inspect_answer_member(object, "content_type");
    struct url base = { 0 };
    enum url_error why;
    int e = inspect_answer_bytes(object, "body", &room, &body);
    int r = url.p ? url_parse(&base, url, NULL, &why) : 0;
    if (e == -EINVAL)
        inspect_answer_error(out, "bad-input", "\"body_b64\" is no base64");
    else if (e == -ENOENT)
        inspect_answer_error(out, "bad-input", "write {\"body_b64\": BASE64, \"url\": URL}");
    else if (e < 0 || r == -ENOMEM)
        out->failed = true;
    else if (r < 0)
        inspect_answer_error(out, "bad-url", url_error_text(why));
    else
        answer_entries(out, body, type, base.href ? &base : NULL);
    url_fini(&base);
    buffer_fini(&room);
}

static int show_file(struct buffer *out, const char *path)
{
    struct buffer body = { 0 }, entries = { 0 };
    struct listing l = { &entries, NULL, false, 0 };
    bool broken = false;
    int e = inspect_answer_file(path, SITEMAP_MOST, &body);
    int kind = e < 0 ? e : read_all(buffer_span(&body), (struct span){ 0 }, &l, &broken);
    buffer_fini(&body);
    if (kind == SITEMAP_NONE) {
        buffer_add_string(out, "no sitemap: ");
        inspect_answer_shown(out, span_of(path));
        buffer_add_byte(out, '\n');
    } else if (kind >= 0) {
        buffer_add_format(out, "%s, %u entr%s%s\n", sitemap_word((enum sitemap_kind)kind),
                          l.entries, l.entries == 1 ? "y" : "ies", broken ? ", damaged" : "");
        buffer_add(out, entries.p, entries.n);
        out->failed = out->failed || entries.failed;
    }
    buffer_fini(&entries);
    return e == -ENOMEM || kind == -ENOMEM ? -ENOMEM : e < 0 ? -EINVAL : kind == SITEMAP_NONE;
}

static int show(struct buffer *out, const struct inspect_question *q)
{
    int wrong = 0;
    if (!q->operands[0]) {
        log_error("inspect sitemap: give files (- is standard input)");
        return -EINVAL;
    }
    for (const char *const *path = q->operands; *path; path++) {
        int e = show_file(out, *path);
        if (e < 0)
            return e;
        wrong |= e;
    }
    return wrong;
}

const struct inspect_kind inspect_sitemap = { "sitemap", answer, show };

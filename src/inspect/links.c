// SPDX-License-Identifier: MIT
#include "inspect/links.h"
#include "html/links.h"
#include "store/json.h"
#include "sys/log.h"
#include <errno.h>

enum { LINKS_FILE_MOST = 64 << 20 };

static void add_json(void *arg, const struct links_found *link)
{
    json_text(arg, link->href);
}

static void add_line(void *arg, const struct links_found *link)
{
    struct buffer *out = arg;
    buffer_add_format(out, "%-9s ", links_tag_name(link->tag));
    buffer_add(out, link->href.p,
               link->href.n); // an href has nothing that a terminal would act upon
    buffer_add_string(out, link->nofollow ? "  (nofollow)\n" : "\n");
}

static void add_meta(void *arg, struct span name, struct span content)
{
    (void)name;
    buffer_add_string(arg, "robots    ");
    inspect_answer_shown(arg, content);
    buffer_add_byte(arg, '\n');
}

// A page, and what is asked about it.
struct page {
    struct span html, content_type;
    struct url url;
    struct links_options options;
    struct links_listener listener;
};

static int find(const struct page *p, struct buffer *canonical)
{
    struct links *l;
    int e = links_new(&l, &p->options, &p->listener);
    if (e < 0)
        return e;
    e = links_begin(l, &p->url, p->content_type);
    if (e == 0)
        e = links_push(l, p->html);
    if (e == 0)
        e = links_end(l);
    struct span to = links_canonical(l);
    if (e == 0 && canonical)
        buffer_add(canonical, to.p, to.n);
    links_free(l);
    return e;
}

static void answer_page(struct buffer *out, struct page *p)
{
    p->options = (struct links_options){ .tags = LINKS_ALL };
    p->listener = (struct links_listener){ .found = add_json, .arg = out };
    json_object_open(out);
    json_key(out, "links");
    json_array_open(out);
    int e = find(p, NULL);
    json_array_close(out);
    json_object_close(out);
    out->failed |= e < 0;
}

static void answer(struct buffer *out, const json_t *object)
{
    struct page p = { .content_type = inspect_answer_member(object, "content_type") };
    struct span base = inspect_answer_member(object, "base");
    struct buffer room = { 0 };
    enum url_error why = URL_FINE;
    int e = inspect_answer_bytes(object, "html", &room, &p.html);
    if (e == -EINVAL) {
        inspect_answer_error(out, "bad-input", "\"html_b64\" is no base64");
    } else if (e == -ENOMEM) {
        out->failed = true;
    } else if (e < 0 || !base.p) {
        inspect_answer_error(out, "bad-input",
                             "write {\"html\": TEXT, \"base\": URL}, or \"html_b64\" for \"html\"; "
                             "\"content_type\" may be there, too");
    } else if (url_parse(&p.url, base, NULL, &why) < 0) {
        inspect_answer_error(out, "bad-input", url_error_text(why));
    } else {
        answer_page(out, &p);
    }
    url_fini(&p.url);
    buffer_fini(&room);
}

static int show(struct buffer *out, const struct inspect_question *q)
{
    struct page p = { .options = { .tags = LINKS_ALL | 1U << LINKS_FORM, .agent = q->agent } };
    struct buffer text = { 0 }, canonical = { 0 };
    enum url_error why = URL_FINE;
    p.listener = (struct links_listener){ .found = add_line, .meta = add_meta, .arg = out };
    if (!q->operands[0] || !q->operands[1] || q->operands[2]) {
        log_error("inspect links: give a file of HTML (- is standard input) and the URL that it "
                  "has");
        return -EINVAL;
    }
    if (url_parse(&p.url, span_of(q->operands[1]), NULL, &why) < 0) {
        log_error("'%s': %s", q->operands[1], url_error_text(why));
        return -EINVAL;
    }
    int e = inspect_answer_file(q->operands[0], LINKS_FILE_MOST, &text);
    p.html = buffer_span(&text);
    if (e == 0)
        e = find(&p, &canonical);
    else
        e = e == -ENOMEM ? e : -EINVAL;
    if (e == 0 && canonical.n > 0) {
        buffer_add_string(out, "canonical ");
        buffer_add(out, canonical.p, canonical.n);
        buffer_add_byte(out, '\n');
    }
    buffer_fini(&canonical);
    buffer_fini(&text);
    url_fini(&p.url);
    return e;
}

const struct inspect_kind inspect_links = { "links", answer, show };

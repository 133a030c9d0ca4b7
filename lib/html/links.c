// SPDX-License-Identifier: MIT
#include "html/links.h"
#include "html/link_header.h"
#include "html/links_page.h"
#include "html/refresh.h"
#include "html/rel.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

const char *links_tag_name(enum links_tag tag)
{
    static const char *const names[LINKS_TAGS] = {
        [LINKS_A] = "a",           [LINKS_AREA] = "area",     [LINKS_IFRAME] = "iframe",
        [LINKS_FRAME] = "frame",   [LINKS_LINK] = "link",     [LINKS_META] = "meta",
        [LINKS_HEADER] = "header", [LINKS_FORM] = "form",     [LINKS_RESOURCE] = "resource",
        [LINKS_SCRIPT] = "script", [LINKS_IMG] = "img",       [LINKS_SOURCE] = "source",
        [LINKS_MEDIA] = "media",   [LINKS_OBJECT] = "object",
    };
    return names[tag];
}

int links_new(struct links **out, const struct links_options *options,
              const struct links_listener *listener)
{
    struct links *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    l->options = *options;
    l->listener = *listener;
    *out = l;
    return 0;
}

void links_free(struct links *l)
{
    if (!l)
        return;
    struct buffer *const buffers[] = { &l->head,    &l->converted, &l->pending,  &l->value,
                                       &l->decoded, &l->query,     &l->canonical };
    for (size_t k = 0; k < sizeof buffers / sizeof *buffers; k++)
        buffer_fini(buffers[k]);
    scan_fini(&l->scan);
    url_fini(&l->url);
    url_fini(&l->base);
    charset_fini(&l->stream);
    charset_fini(&l->coder);
    marks_fini(&l->raw);
    marks_fini(&l->seen);
    free(l);
}

static void links_reset(struct buffer *b)
{
    if (b->room > 16 * LINKS_KEEP)
        buffer_fini(b);
    buffer_clear(b);
}

// "TYPE/SUBTYPE" of a Content-Type.
static struct span links_essence(struct span type)
{
    size_t n = 0;
    while (type.n > 0 && (*type.p == ' ' || *type.p == '\t')) {
        type.p++;
        type.n--;
    }
    while (n < type.n && type.p[n] != ';' && type.p[n] != ' ' && type.p[n] != '\t')
        n++;
    return (struct span){ type.p, n };
}

static bool links_is_xml(struct span type)
{
    struct span essence = links_essence(type);
    return span_is_any_case(essence, "application/xhtml+xml") ||
           span_is_any_case(essence, "application/vnd.wap.xhtml+xml");
}

// Whether `head` begins like HTML (MIME Sniffing standard §7.1).
static bool links_looks_like_html(struct span head)
{
    static const char *const begins[] = {
        "<!doctype html", "<html", "<head",  "<script", "<iframe", "<h1",   "<div", "<font",
        "<table",         "<a",    "<style", "<title",  "<b",      "<body", "<br",  "<p",
        "<!--",
    };
    while (head.n > 0 && (*head.p == ' ' || (*head.p >= '\t' && *head.p <= '\r'))) {
        head.p++;
        head.n--;
    }
    for (size_t k = 0; k < sizeof begins / sizeof *begins; k++) {
        size_t n = strlen(begins[k]);
        if (head.n <= n || strncasecmp(head.p, begins[k], n) != 0)
            continue;
        if (head.p[n] == ' ' || head.p[n] == '>' || begins[k][1] == '!')
            return true;
    }
    return false;
}

bool links_has_type(struct span content_type, struct span head)
{
    struct span essence = links_essence(content_type);
    if (essence.n > 0)
        return span_is_any_case(essence, "text/html") || links_is_xml(content_type);
    size_t mark;
    charset_of_mark(head, &mark);
    return links_looks_like_html((struct span){ head.p + mark, head.n - mark });
}

int links_begin(struct links *l, const struct url *url, struct span content_type)
{
    struct url copy;
    if (url_copy(&copy, url) < 0)
        return -ENOMEM;
    url_fini(&l->url);
    url_fini(&l->base);
    l->url = copy;
    l->has_base = l->begun = l->failed = l->cut = false;
    l->waits = true;
    l->given = 0;
    l->charset = charset_of_type(content_type);
    links_reset(&l->head);
    links_reset(&l->converted);
    links_reset(&l->pending);
    links_reset(&l->canonical);
    marks_clear(&l->raw, LINKS_KEEP);
    marks_clear(&l->seen, LINKS_KEEP);
    scan_begin(&l->scan, links_is_xml(content_type), links_take_tag, l);
    return 0;
}

static bool links_buffers_failed(const struct links *l)
{
    return l->failed || l->head.failed || l->converted.failed || l->pending.failed ||
           l->canonical.failed;
}

static enum links_tag links_header_tag(uint32_t rel)
{
    return rel & REL_PAGE || !(rel & REL_RESOURCE) ? LINKS_HEADER : LINKS_RESOURCE;
}

// Takes one link of a header, whose base is the URL of the page.
static void links_add_of_header(struct links *l, struct span target, unsigned tag, bool nofollow)
{
    bool waits = l->waits;
    l->waits = false;
    l->query_charset = CHARSET_UTF_8;
    links_add(l, target, tag, nofollow);
    l->waits = waits;
    marks_clear(&l->raw, LINKS_KEEP); // what it says may lead elsewhere from the base element
}

int links_refresh(struct links *l, struct span value)
{
    struct span target;
    if (refresh_parse(value, &target))
        links_add_of_header(l, target, LINKS_META, false);
    return links_buffers_failed(l) ? -ENOMEM : 0;
}

int links_header(struct links *l, struct span value)
{
    struct link_header link;
    while (link_header_next(&value, &link)) {
        uint32_t rel = link.rel.p ? rel_parse(link.rel) : 0;
        if (rel & REL_CANONICAL)
            links_add_of_header(l, link.target, LINKS_CANONICAL, false);
        if (!(rel & REL_HINT))
            links_add_of_header(l, link.target, links_header_tag(rel), rel & REL_NOFOLLOW);
    }
    return links_buffers_failed(l) ? -ENOMEM : 0;
}

static int links_scan(struct links *l, struct span bytes)
{
    if (l->charset == CHARSET_REPLACEMENT)
        return 0;
    if (charset_is_opaque(l->charset)) {
        buffer_clear(&l->converted);
        charset_stream(&l->stream, bytes, &l->converted);
        bytes = buffer_span(&l->converted);
    }
    if (bytes.n > 0 && scan_push(&l->scan, bytes) < 0)
        l->failed = true;
    return links_buffers_failed(l) ? -ENOMEM : 0;
}

// Settles the encoding by the first bytes of the page: a byte order mark goes before the header,
// the header before a meta element (HTML standard §13.2.3.2).
static struct span links_settle(struct links *l, struct span head)
{
    size_t mark;
    enum charset marked = charset_of_mark(head, &mark);
    if (mark > 0)
        l->charset = marked;
    else if (l->charset == CHARSET_UNKNOWN)
        l->charset = prescan(head);
    charset_use(&l->stream, l->charset);
    l->begun = true;
    return (struct span){ head.p + mark, head.n - mark };
}

int links_push(struct links *l, struct span bytes)
{
    if (l->begun)
        return links_scan(l, bytes);
    if (l->head.n == 0 && bytes.n >= PRESCAN_MOST)
        return links_scan(l, links_settle(l, bytes));
    buffer_add(&l->head, bytes.p, bytes.n);
    if (l->head.failed)
        return -ENOMEM;
    if (l->head.n < PRESCAN_MOST)
        return 0;
    return links_scan(l, links_settle(l, buffer_span(&l->head)));
}

int links_end(struct links *l)
{
    if (!l->begun && l->head.n > 0)
        links_scan(l, links_settle(l, buffer_span(&l->head)));
    if (scan_end(&l->scan) < 0)
        l->failed = true;
    links_stop_waiting(l);
    return links_buffers_failed(l) ? -ENOMEM : 0;
}

struct span links_canonical(const struct links *l)
{
    return l->canonical.n ? buffer_span(&l->canonical) : (struct span){ NULL, 0 };
}

bool links_were_cut(const struct links *l)
{
    return l->cut;
}

// SPDX-License-Identifier: MIT
#include "serve/site.h"
#include "serve/answer_fault.h"
#include "serve/reply.h"
#include "serve/web_text.h"
#include "sys/clock.h"
#include "web/http_date.h"
#include <errno.h>

enum { SITE_PIECE = 8192 };

bool site_has(const struct server *s, struct span name, uint32_t *host)
{
    struct span label;
    return s->web.pages > 0 && web_under_suffix(s->web.suffix, name, &label) &&
           web_host_number(label, host) && *host < s->web.hosts;
}

static int site_robots(struct exchange *x, uint32_t host)
{
    struct buffer b = { 0 };
    if (web_robots(&x->server->web, host).missing)
        return reply_status(x, 404, NULL);
    web_text_robots(&x->server->web, host, &b);
    int r = b.failed ? -ENOMEM : reply_body(x, 200, NULL, buffer_span(&b));
    buffer_fini(&b);
    return r;
}

static int site_sitemap(struct exchange *x, uint32_t host, bool index, uint32_t first, uint32_t end)
{
    struct buffer b = { 0 };
    int r = 0;
    reply_start(x, 200);
    reply_streamed(x, "application/xml");
    web_text_sitemap_start(index, &b);
    for (uint32_t i = first; i < end && r == 0 && !x->bodiless; i++) {
        web_text_sitemap_entry(&x->server->web, host, index, i, &b);
        if (b.n < SITE_PIECE)
            continue;
        reply_write(x, b.p, b.n);
        buffer_clear(&b);
        r = x->connection->error;
    }
    web_text_sitemap_end(index, &b);
    if (b.failed)
        r = -ENOMEM;
    if (r == 0)
        reply_write(x, b.p, b.n);
    buffer_fini(&b);
    return r < 0 ? r : reply_end(x);
}

static int site_redirect(struct exchange *x, uint32_t host, const struct web_page *p)
{
    char path[WEB_PATH_ROOM];
    web_path(&x->server->web, host, p->target, path);
    reply_start(x, 301);
    reply_field_text(x, "Location", path);
    reply_sized(x, "text/html", 0);
    return reply_end(x);
}

// What a page and a copy of it that somebody kept are compared by.
struct site_validators {
    char etag[24], modified[HTTP_DATE_ROOM];
};

static void site_validate(const struct web *w, uint32_t host, uint32_t page,
                          const struct web_page *p, struct site_validators *v)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t mark = web_mix(w->seed, host, page, (uint64_t)p->modified);
    v->etag[0] = v->etag[17] = '"';
    v->etag[18] = '\0';
    for (int i = 1; i <= 16; i++, mark >>= 4)
        v->etag[i] = digits[mark & 15];
    http_date_text(p->modified, v->modified);
}

// Whether the asker has this very page (RFC 9110 §13.2.2).
static bool site_is_known(struct exchange *x, const struct web_page *p,
                          const struct site_validators *v)
{
    int64_t since;
    struct span tags = request_head_value(x->head, "If-None-Match");
    if (tags.p)
        return span_is(tags, "*") || memmem(tags.p, tags.n, v->etag, strlen(v->etag));
    struct span date = request_head_value(x->head, "If-Modified-Since");
    return date.p && http_date_parse(date, clock_wall() / CLOCK_S, &since) == 0 &&
           p->modified <= since;
}

static int site_html(struct exchange *x, uint32_t host, uint32_t page, const struct web_page *p)
{
    const struct web *w = &x->server->web;
    struct site_validators v;
    struct buffer b = { 0 };
    site_validate(w, host, page, p, &v);
    bool known = site_is_known(x, p, &v);
    reply_start(x, known ? 304 : 200);
    reply_field_text(x, "ETag", v.etag);
    reply_field_text(x, "Last-Modified", v.modified);
    if (known) {
        reply_empty(x);
        return reply_end(x);
    }
    web_text_page(w, host, page, p, &b);
    if (b.failed) {
        buffer_fini(&b);
        return -ENOMEM;
    }
    bool cut = p->fault == WEB_TRUNCATED && !x->bodiless;
    reply_sized(x, "text/html; charset=utf-8", b.n);
    reply_write(x, b.p, cut ? b.n / 2 : b.n);
    if (cut)
        x->keep_alive = false;
    buffer_fini(&b);
    return reply_end(x);
}

static int site_page(struct exchange *x, uint32_t host, uint32_t page)
{
    struct web_page p;
    web_page(&x->server->web, host, page, &p);
    int r = p.delay_ms ? exchange_pause(x, p.delay_ms) : 0;
    if (r < 0)
        return r;
    switch (p.fault) {
    case WEB_NOT_FOUND:
        return reply_status(x, 404, NULL);
    case WEB_SERVER_ERROR:
        return reply_status(x, 500, NULL);
    case WEB_UNAVAILABLE:
        return reply_status(x, 503, NULL);
    case WEB_RESET:
        return answer_fault_reset_now(x);
    default:
        return p.redirect ? site_redirect(x, host, &p) : site_html(x, host, page, &p);
    }
}

int site_answer(struct exchange *x, uint32_t host)
{
    const struct web *w = &x->server->web;
    struct span path = x->path.n ? x->path : span_of("/");
    enum web_fault fault = web_host_fault(w, host);
    uint32_t page, first, end;
    bool index;
    if (fault == WEB_RESET)
        return answer_fault_reset_now(x);
    if (fault == WEB_SERVER_ERROR)
        return reply_status(x, 500, NULL);
    int r = fault == WEB_SLOW ? exchange_pause(x, web_slow_ms(w)) : 0;
    if (r < 0)
        return r;
    if (span_is(path, "/robots.txt"))
        return site_robots(x, host);
    if (web_text_sitemap(w, path, &index, &first, &end))
        return site_sitemap(x, host, index, first, end);
    if (web_find_page(w, host, path, &page) && x->query.n == 0)
        return site_page(x, host, page);
    return reply_status(x, 404, NULL);
}

// SPDX-License-Identifier: MIT
#include "serve/answer_page.h"
#include "serve/answer_hostile.h"
#include "serve/reply.h"
#include "serve/routes.h"
#include "serve/target.h"
#include "serve/web_text.h"
#include <errno.h>

enum { PAGE_PIECE = 8192 };

static void page_add_escaped(struct buffer *b, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            buffer_add_string(b, "&amp;");
            break;
        case '<':
            buffer_add_string(b, "&lt;");
            break;
        default:
            buffer_add_byte(b, *text);
        }
}

int answer_page_index(struct exchange *x)
{
    struct buffer b = { 0 };
    buffer_add_string(
        &b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<title>trawl serve</title>\n</head>\n<body>\n<h1>trawl serve</h1>\n<table>\n");
    for (unsigned i = 0; i < routes_count; i++) {
        buffer_add_string(&b, "<tr><td><code>/");
        page_add_escaped(&b, routes_table[i].name);
        page_add_escaped(&b, routes_table[i].rest);
        buffer_add_string(&b, "</code></td><td>");
        page_add_escaped(&b, routes_table[i].help);
        buffer_add_string(&b, "</td></tr>\n");
    }
    buffer_add_string(&b, "</table>\n</body>\n</html>\n");
    int r = b.failed ? -ENOMEM : reply_body(x, 200, "text/html; charset=utf-8", buffer_span(&b));
    buffer_fini(&b);
    return r;
}

int answer_page_robots(struct exchange *x)
{
    int r;
    if (answer_hostile_robots(x, &r))
        return r;
    return reply_body(x, 200, NULL, span_of("User-agent: *\nDisallow: /private/\n"));
}

// Sends what `b` holds once it is worth it. Returns 0 or what went wrong.
static int page_pass(struct exchange *x, struct buffer *b, size_t enough)
{
    if (b->n >= enough) {
        reply_write(x, b->p, b->n);
        buffer_clear(b);
    }
    return b->failed ? -ENOMEM : x->connection->error;
}

int answer_page_urls(struct exchange *x)
{
    const struct web *w = &x->server->web;
    struct span segment = { "", 0 };
    struct buffer b = { 0 };
    uint64_t hosts, pages;
    int r = 0;
    target_segment(&x->path, &segment);
    if (w->pages == 0 || !span_is(segment, "urls"))
        return reply_status(x, 404, NULL);
    if (target_size_value(x->query, "hosts", w->hosts, w->hosts, &hosts) < 0 ||
        target_size_value(x->query, "pages", w->pages, w->pages, &pages) < 0)
        return reply_status(x, 400, "There are not so many.\n");
    reply_start(x, 200);
    reply_streamed(x, "text/plain");
    for (uint32_t page = 0; page < pages && r == 0 && !x->bodiless; page++)
        for (uint32_t host = 0; host < hosts && r == 0; host++) {
            web_text_url(w, host, page, &b);
            buffer_add_byte(&b, '\n');
            r = page_pass(x, &b, PAGE_PIECE);
        }
    if (r == 0 && b.n > 0)
        r = page_pass(x, &b, 1);
    buffer_fini(&b);
    return r < 0 ? r : reply_end(x);
}

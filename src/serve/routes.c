// SPDX-License-Identifier: MIT
#include "serve/routes.h"
#include "serve/answer_body.h"
#include "serve/answer_coded.h"
#include "serve/answer_fault.h"
#include "serve/answer_hostile.h"
#include "serve/answer_mirror.h"
#include "serve/answer_page.h"
#include "serve/answer_status.h"
#include "serve/reply.h"
#include "serve/target.h"

// clang-format off
const struct route routes_table[] = {
    { "bytes", "/N", "N bytes (10K, 5M, 1G too): lines that say their own offset; ?type= sets the media type", answer_body_bytes, false },
    { "chunked", "/N", "N bytes, chunked; ?chunk= bytes each", answer_body_chunked, false },
    { "delay", "/MS[/PATH]", "waits MS milliseconds, then answers as PATH would", answer_body_delay, false },
    { "drip", "?bytes=&ms=&piece=&chunked", "bytes in all, piece of them every ms milliseconds", answer_body_drip, false },
    { "gzip", "[/N]", "N bytes in gzip; ?zeros, ?members=, ?cut", answer_coded_gzip, false },
    { "deflate", "[/N]", "N bytes in deflate (zlib); ?raw, ?zeros, ?cut", answer_coded_deflate, false },
    { "zstd", "[/N]", "N bytes in zstd; ?zeros, ?cut", answer_coded_zstd, false },
    { "status", "/N", "status N, 100 to 599, with the fields that belong to it; ?retry-after=", answer_status_status, false },
    { "redirect", "/N", "N redirects to /bytes/100; ?absolute, ?status=, ?to=URL", answer_status_redirect, false },
    { "flaky", "/K/KEY", "503 for the first K-1 requests with KEY, then 200", answer_status_flaky, false },
    { "etag", "/X", "ETag \"X\"; 304 to If-None-Match", answer_status_etag, false },
    { "modified", "/SECONDS", "Last-Modified, seconds since 1970; 304 to If-Modified-Since", answer_status_modified, false },
    { "auth", "/basic/USER/PASSWORD", "401 without these credentials; /auth/bearer/TOKEN", answer_status_auth, false },
    { "cookie", "/set?NAME=VALUE", "sets cookies; /cookie shows those that came", answer_mirror_cookie, false },
    { "headers", "", "the request's fields as JSON", answer_mirror_headers, false },
    { "echo", "", "the request, with its body, as JSON", answer_mirror_echo, true },
    { "reset", "[/head|/body]", "resets the connection: at once, in the head, in the body", answer_fault_reset, false },
    { "truncate", "[/head]", "ends before all promised bytes, or the head, are sent; ?chunked", answer_fault_truncate, false },
    { "malformed", "/KIND", "no HTTP: status, length, lengths, field, chunk, smuggled, nul, none", answer_fault_malformed, false },
    { "hostile", "/NAME", "misbehaves as NAME says; trawl serve --list tells the names", answer_hostile, false },
    { "robots.txt", "", "allows everything but /private/", answer_page_robots, false },
    { "web", "/urls", "every URL of the synthetic web, one a line; ?hosts=, ?pages=", answer_page_urls, false },
    { "", "", "this list", answer_page_index, false },
};
// clang-format on

const unsigned routes_count = sizeof routes_table / sizeof *routes_table;

const struct route *routes_find(struct exchange *x)
{
    struct span segment = { "", 0 };
    target_segment(&x->path, &segment);
    for (unsigned i = 0; i < routes_count; i++)
        if (span_is(segment, routes_table[i].name))
            return &routes_table[i];
    return NULL;
}

int routes_answer(struct exchange *x, const struct route *route)
{
    if (x->head->method == METHOD_OPTIONS) {
        reply_start(x, 204);
        reply_field_text(x, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        reply_empty(x);
        return reply_end(x);
    }
    for (; route; route = routes_find(x)) {
        int r = route->answer(x);
        if (r != ROUTES_AGAIN)
            return r;
    }
    return reply_status(x, 404, NULL);
}

// SPDX-License-Identifier: MIT
#include "serve/reply.h"
#include "sched/loop.h"
#include "serve/pattern.h"
#include "serve/status_words.h"
#include "sys/clock.h"
#include "web/http_date.h"
#include <stdio.h>

// Puts the text literal `text` into the answer.
#define REPLY_LITERAL(x, text) connection_write((x)->connection, text, sizeof(text) - 1)

static void reply_put(struct exchange *x, const char *text)
{
    connection_write(x->connection, text, strlen(text));
}

static void reply_put_uint(struct exchange *x, uint64_t v)
{
    char digits[20];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    connection_write(x->connection, digits + i, sizeof digits - i);
}

// The fields that stay the same for a second.
static void reply_put_date(struct exchange *x)
{
    struct server *s = x->server;
    int64_t now = loop_now(x->connection->watch.loop);
    if (now >= s->date_until) {
        char date[HTTP_DATE_ROOM];
        int64_t wall = clock_wall();
        http_date_text(wall / CLOCK_S, date);
        s->date_n =
            (size_t)snprintf(s->date, sizeof s->date, "Server: trawl\r\nDate: %s\r\n", date);
        s->date_until = now + CLOCK_S - wall % CLOCK_S;
    }
    connection_write(x->connection, s->date, s->date_n);
}

void reply_start(struct exchange *x, int status)
{
    x->status = status;
    if (status == 204 || status == 304)
        x->bodiless = true;
    if (status == 200) {
        REPLY_LITERAL(x, "HTTP/1.1 200 OK\r\n");
    } else {
        REPLY_LITERAL(x, "HTTP/1.1 ");
        reply_put_uint(x, (uint64_t)status);
        REPLY_LITERAL(x, " ");
        reply_put(x, status_words(status));
        REPLY_LITERAL(x, "\r\n");
    }
    reply_put_date(x);
}

void reply_field(struct exchange *x, const char *name, struct span value)
{
    reply_put(x, name);
    REPLY_LITERAL(x, ": ");
    while (value.n > 0) {
        size_t n = 0;
        while (n < value.n && ((unsigned char)value.p[n] >= ' ' && value.p[n] != 0x7f))
            n++;
        connection_write(x->connection, value.p, n);
        if (n < value.n) {
            REPLY_LITERAL(x, " ");
            n++;
        }
        value.p += n;
        value.n -= n;
    }
    REPLY_LITERAL(x, "\r\n");
}

void reply_field_text(struct exchange *x, const char *name, const char *value)
{
    reply_field(x, name, span_of(value));
}

void reply_field_uint(struct exchange *x, const char *name, uint64_t value)
{
    reply_put(x, name);
    REPLY_LITERAL(x, ": ");
    reply_put_uint(x, value);
    REPLY_LITERAL(x, "\r\n");
}

// What every head ends with.
static void reply_head_end(struct exchange *x, const char *type)
{
    if (type)
        reply_field_text(x, "Content-Type", type);
    if (!x->keep_alive)
        REPLY_LITERAL(x, "Connection: close\r\n\r\n");
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without one it is not kept
    else if (x->head->minor == 0)
        REPLY_LITERAL(x, "Connection: keep-alive\r\n\r\n");
    else
        REPLY_LITERAL(x, "\r\n");
}

void reply_sized(struct exchange *x, const char *type, uint64_t length)
{
    x->sized = true;
    REPLY_LITERAL(x, "Content-Length: ");
    reply_put_uint(x, length);
    REPLY_LITERAL(x, "\r\n");
    reply_head_end(x, type);
}

void reply_streamed(struct exchange *x, const char *type)
{
    x->chunked = x->head && x->head->minor >= 1;
    if (x->chunked)
        REPLY_LITERAL(x, "Transfer-Encoding: chunked\r\n");
    else if (!x->bodiless)
        x->keep_alive = false;
    reply_head_end(x, type);
}

void reply_empty(struct exchange *x)
{
    if (x->status != 204 && x->status != 304)
        REPLY_LITERAL(x, "Content-Length: 0\r\n");
    x->bodiless = true;
    reply_head_end(x, NULL);
}

// The size line of a chunk.
static void reply_chunk(struct exchange *x, size_t n)
{
    char line[20];
    connection_write(x->connection, line, (size_t)snprintf(line, sizeof line, "%zx\r\n", n));
}

void reply_write(struct exchange *x, const void *p, size_t n)
{
    if (n == 0)
        return;
    x->sent += n;
    if (x->bodiless)
        return;
    if (x->chunked)
        reply_chunk(x, n);
    connection_write(x->connection, p, n);
    if (x->chunked)
        REPLY_LITERAL(x, "\r\n");
}

void reply_pattern(struct exchange *x, uint64_t from, uint64_t n)
{
    enum { FRAME = 16 }; // of a chunk: its size line and its end
    struct connection *c = x->connection;
    if (x->bodiless) {
        x->sent += n;
        return;
    }
    while (n > 0) {
        uint64_t least = n < CONNECTION_OUT / 2 ? n : CONNECTION_OUT / 2;
        if (!connection_room(c, (size_t)least + FRAME))
            return;
        size_t room = CONNECTION_OUT - c->out->n - FRAME, take = n < room ? (size_t)n : room;
        if (x->chunked)
            reply_chunk(x, take);
        pattern_fill(c->out->bytes + c->out->n, from, take);
        c->out->n += take;
        if (x->chunked)
            REPLY_LITERAL(x, "\r\n");
        x->sent += take;
        from += take;
        n -= take;
    }
}

int reply_end(struct exchange *x)
{
    if (x->chunked && !x->bodiless)
        REPLY_LITERAL(x, "0\r\n\r\n");
    return x->connection->error;
}

int reply_body(struct exchange *x, int status, const char *type, struct span body)
{
    reply_start(x, status);
    reply_sized(x, type ? type : "text/plain", body.n);
    reply_write(x, body.p, body.n);
    return reply_end(x);
}

int reply_status(struct exchange *x, int status, const char *text)
{
    char line[64];
    if (!text) {
        snprintf(line, sizeof line, "%d %s\n", status, status_words(status));
        text = line;
    }
    reply_start(x, status);
    if (status == 401)
        reply_field_text(x, "WWW-Authenticate", "Basic realm=\"trawl\"");
    if (status == 405)
        reply_field_text(x, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    if (status == 407)
        reply_field_text(x, "Proxy-Authenticate", "Basic realm=\"trawl\"");
    if (status == 503)
        reply_field_uint(x, "Retry-After", 1);
    if (status == 204 || status == 304) {
        reply_empty(x);
        return reply_end(x);
    }
    reply_sized(x, "text/plain", strlen(text));
    reply_write(x, text, strlen(text));
    return reply_end(x);
}

// SPDX-License-Identifier: MIT
#include "visit/archive_http.h"
#include <strings.h>

// Takes a line, its end included, off the front.
static struct span archive_http_line(struct span *rest)
{
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) + 1 : rest->n;
    struct span line = { rest->p, n };
    *rest = (struct span){ rest->p + n, rest->n - n };
    return line;
}

static bool archive_http_is(struct span line, const char *name)
{
    size_t n = strlen(name);
    if (line.n <= n || strncasecmp(line.p, name, n) != 0)
        return false;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return n < line.n && line.p[n] == ':';
}

static bool archive_http_has(struct span head, const char *name)
{
    while (head.n)
        if (archive_http_is(archive_http_line(&head), name))
            return true;
    return false;
}

static void archive_http_add(struct buffer *out, struct span s)
{
    buffer_add(out, s.p, s.n);
}

// The version of a status line; HTTP/2 has no reason, the space before it there is.
static void archive_http_status(struct buffer *out, struct span line)
{
    const char *space = memchr(line.p, ' ', line.n);
    if (line.n < 7 || (line.p[5] != '2' && line.p[5] != '3') || !space ||
        line.p + line.n - space < 4) {
        archive_http_add(out, line);
        return;
    }
    buffer_add_string(out, "HTTP/1.1 ");
    buffer_add(out, space + 1, 3);
    buffer_add_string(out, " \r\n");
}

void archive_http_response(struct buffer *out, struct span head)
{
    if (!head.n)
        return;
    archive_http_status(out, archive_http_line(&head));
    bool coded = archive_http_has(head, "Transfer-Encoding");
    while (head.n) {
        struct span line = archive_http_line(&head);
        if (coded &&
            (archive_http_is(line, "Transfer-Encoding") || archive_http_is(line, "Content-Length")))
            buffer_add_string(out, "X-Crawler-");
        archive_http_add(out, line);
    }
}

// "GET / HTTP/2" becomes "GET / HTTP/1.1".
static void archive_http_asked(struct buffer *out, struct span line)
{
    static const char two[] = " HTTP/2\r\n";
    size_t n = sizeof two - 1;
    bool translated = line.n > n && memcmp(line.p + line.n - n, two, n) == 0;
    buffer_add(out, line.p, translated ? line.n - n : line.n);
    if (translated)
        buffer_add_string(out, " HTTP/1.1\r\n");
}

// Name and scheme of a field with credentials.
static void archive_http_withhold(struct buffer *out, struct span line)
{
    const char *colon = memchr(line.p, ':', line.n), *end = line.p + line.n;
    const char *at = colon + 1;
    while (at < end && *at == ' ')
        at++;
    const char *space = memchr(at, ' ', (size_t)(end - at));
    buffer_add(out, line.p, (size_t)((space ? space : colon + 1) - line.p));
    buffer_add_string(out, " (withheld)\r\n");
}

void archive_http_request(struct buffer *out, struct span head)
{
    if (!head.n)
        return;
    archive_http_asked(out, archive_http_line(&head));
    while (head.n) {
        struct span line = archive_http_line(&head);
        if (archive_http_is(line, "Authorization") || archive_http_is(line, "Proxy-Authorization"))
            archive_http_withhold(out, line);
        else
            archive_http_add(out, line);
    }
}

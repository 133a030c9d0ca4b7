// SPDX-License-Identifier: MIT
#include "web/filename.h"
#include "data/utf8.h"
#include "web/percent.h"
#include <stdio.h>

enum { EXTENSION_MOST = 16, HASH = 10 };

// Controls, what changes the direction or the layout of the text around it, and what cannot be
// seen.
static bool filename_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF9 && c <= 0xFFFB) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE007F);
}

// Appends one character as it may stand in a name: '_' for what may not.
static void filename_put(struct buffer *out, uint32_t c, bool valid)
{
    char utf8[4];
    bool forbidden = c < 0x80 && c && strchr("/\\<>:\"|?*", (int)c);
    if (!valid || forbidden || filename_hidden(c))
        buffer_add_byte(out, '_');
    else
        buffer_add(out, utf8, utf8_put(utf8, c));
}

static void filename_put_text(struct buffer *out, struct span text)
{
    const char *p = text.p, *end = text.n ? text.p + text.n : p;
    while (p < end) {
        bool valid;
        uint32_t c = utf8_next(&p, end, &valid);
        filename_put(out, c, valid);
    }
}

static struct span filename_last(struct span path)
{
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\')
        from--;
    return (struct span){ path.p + from, path.n - from };
}

// Where the extension of `name` starts, with its dot; name.n when it has none worth keeping.
static size_t filename_extension(struct span name)
{
    const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
    size_t at = dot ? (size_t)(dot - name.p) : name.n;
    return at == 0 || name.n - at > EXTENSION_MOST || name.n - at < 2 ? name.n : at;
}

// The stem, '@' and the query, the extension: from the last segment of a URL's path.
static void filename_from_url(struct buffer *out, struct span path_query)
{
    const char *mark = path_query.n ? memchr(path_query.p, '?', path_query.n) : NULL;
    size_t n = mark ? (size_t)(mark - path_query.p) : path_query.n;
    struct span query = { NULL, 0 };
    if (mark)
        query = (struct span){ mark + 1, path_query.n - n - 1 };
    struct span segment = span_of("index.html");
    if (n && path_query.p[n - 1] != '/')
        segment = filename_last((struct span){ path_query.p, n });
    struct buffer plain = { 0 }, plain_query = { 0 };
    percent_decode(&plain, segment);
    percent_decode(&plain_query, query);
    struct span name = buffer_span(&plain);
    size_t extension = filename_extension(name);
    filename_put_text(out, (struct span){ name.p, extension });
    if (query.n) {
        buffer_add_byte(out, '@');
        filename_put_text(out, buffer_span(&plain_query));
    }
    if (extension < name.n)
        filename_put_text(out, (struct span){ name.p + extension, name.n - extension });
    out->failed |= plain.failed || plain_query.failed;
    buffer_fini(&plain);
    buffer_fini(&plain_query);
}

// FNV-1a: the same on every machine and in every run, unlike the hashes of maps.
static uint64_t filename_hash(struct span s)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001B3);
    return h;
}

// The most bytes of `s`, at most `n`, that do not cut a character.
static size_t filename_cut(struct span s, size_t n)
{
    if (n >= s.n)
        return s.n;
    while (n > 0 && (s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

// Appends `name` with `mark` before its extension, cutting the stem so that it all fits.
static void filename_marked(struct buffer *out, struct span name, const char *mark)
{
    size_t extension = filename_extension(name), tail = name.n - extension, length = strlen(mark);
    size_t stem = filename_cut((struct span){ name.p, extension }, FILENAME_MOST - tail - length);
    buffer_add(out, name.p, stem);
    buffer_add(out, mark, length);
    buffer_add(out, name.p + extension, tail);
}

// A name that hides, passes for an option or for a home, or that other systems trim.
static void filename_ends(struct buffer *b)
{
    while (b->n && (b->p[b->n - 1] == '.' || b->p[b->n - 1] == ' '))
        b->n--;
    for (size_t i = 0; i < b->n && strchr(".- ~", b->p[i]); i++)
        b->p[i] = '_';
}

static void filename_finish(struct buffer *out, struct buffer *name, struct span origin)
{
    char mark[HASH + 2];
    filename_ends(name);
    if (name->n == 0)
        buffer_add_string(name, "index.html");
    if (name->n <= FILENAME_MOST) {
        buffer_add(out, name->p, name->n);
        return;
    }
    snprintf(mark, sizeof mark, "-%0*llx", HASH,
             (unsigned long long)(filename_hash(origin) >> (64 - 4 * HASH)));
    filename_marked(out, buffer_span(name), mark);
}

void filename_make(struct buffer *out, struct span suggested, struct span path_query)
{
    struct buffer name = { 0 };
    struct span origin = suggested;
    if (suggested.n)
        filename_put_text(&name, filename_last(suggested));
    filename_ends(&name);
    if (name.n == 0) {
        origin = path_query;
        filename_from_url(&name, path_query);
    }
    filename_finish(out, &name, origin);
    out->failed |= name.failed;
    buffer_fini(&name);
}

void filename_numbered(struct buffer *out, struct span name, unsigned long number)
{
    char mark[24];
    snprintf(mark, sizeof mark, "-%lu", number);
    filename_marked(out, name, mark);
}

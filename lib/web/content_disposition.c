// SPDX-License-Identifier: MIT
#include "web/content_disposition.h"
#include "data/utf8.h"
#include "web/percent.h"
#include <strings.h>

static bool disposition_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span disposition_trim(struct span s)
{
    while (s.n && disposition_blank(*s.p)) {
        s.p++;
        s.n--;
    }
    while (s.n && disposition_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

// Takes what stands before the first ';' off the front of `s`, and the ';'.
static struct span disposition_section(struct span *s)
{
    if (s->n == 0)
        return *s;
    const char *end = memchr(s->p, ';', s->n);
    size_t n = end ? (size_t)(end - s->p) : s->n;
    struct span section = { s->p, n };
    *s = (struct span){ s->p + n + (end != NULL), s->n - n - (end != NULL) };
    return section;
}

struct span content_disposition_type(struct span header)
{
    return disposition_trim(disposition_section(&header));
}

// Where the quoted string that starts at `s` ends: the length with both quotes; 0 when it never
// does.
static size_t disposition_quoted(struct span s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '"')
            return i + 1;
        i += s.p[i] == '\\';
    }
    return 0;
}

struct disposition_parameter {
    struct span name, value; // a quoted value without its quotes, escapes and all
    bool quoted;
};

// Takes one parameter off the front of `s`. Returns false for what is none: a bare word, or a
// quoted value without an end.
static bool disposition_parameter(struct span *s, struct disposition_parameter *out)
{
    struct span whole = *s, section = disposition_section(s);
    const char *equals = section.n ? memchr(section.p, '=', section.n) : NULL;
    if (!equals)
        return false;
    out->name = disposition_trim((struct span){ section.p, (size_t)(equals - section.p) });
    struct span value = { equals + 1, (size_t)(section.p + section.n - equals - 1) };
    out->value = disposition_trim(value);
    out->quoted = out->value.n && *out->value.p == '"';
    if (!out->quoted)
        return true;
    // A quoted value may have semicolons in it: the section ends behind it.
    const char *quote = out->value.p, *end = whole.p + whole.n;
    size_t n = disposition_quoted((struct span){ quote, (size_t)(end - quote) });
    if (n == 0) {
        *s = (struct span){ end, 0 };
        return false;
    }
    out->value = (struct span){ quote + 1, n - 2 };
    *s = (struct span){ quote + n, (size_t)(end - quote) - n };
    disposition_section(s);
    return true;
}

static bool disposition_find(struct span header, const char *name,
                             struct disposition_parameter *out)
{
    disposition_section(&header);
    while (header.n)
        if (disposition_parameter(&header, out) && span_is_any_case(out->name, name))
            return true;
    return false;
}

static void disposition_put_latin1(struct buffer *out, struct span bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        char utf8[4];
        buffer_add(out, utf8, utf8_put(utf8, (unsigned char)bytes.p[i]));
    }
}

// Appends text whose character set nobody says.
static void disposition_put(struct buffer *out, struct span bytes)
{
    if (utf8_valid(bytes))
        buffer_add(out, bytes.p, bytes.n);
    else
        disposition_put_latin1(out, bytes);
}

static void disposition_unescape(struct buffer *out, struct span quoted)
{
    for (size_t i = 0; i < quoted.n; i++) {
        i += quoted.p[i] == '\\' && i + 1 < quoted.n;
        buffer_add_byte(out, quoted.p[i]);
    }
}

// What HTML forms escape in the file names of form-data, and nothing else.
static void disposition_form(struct buffer *b)
{
    static const char *const escapes[] = { "%22", "%0A", "%0D" };
    size_t to = 0;
    for (size_t from = 0; from < b->n; from++, to++) {
        b->p[to] = b->p[from];
        for (int i = 0; i < 3; i++) {
            if (b->n - from < 3 || strncasecmp(b->p + from, escapes[i], 3) != 0)
                continue;
            b->p[to] = "\"\n\r"[i];
            from += 2;
            break;
        }
    }
    b->n = to;
}

bool content_disposition_plain_name(struct span header, struct buffer *out)
{
    struct disposition_parameter p;
    struct buffer plain = { 0 };
    if (!disposition_find(header, "filename", &p))
        return false;
    if (p.quoted)
        disposition_unescape(&plain, p.value);
    else
        buffer_add(&plain, p.value.p, p.value.n);
    if (span_is_any_case(content_disposition_type(header), "form-data"))
        disposition_form(&plain);
    disposition_put(out, buffer_span(&plain));
    out->failed |= plain.failed;
    buffer_fini(&plain);
    return true;
}

// Whether every '%' is followed by two hexadecimal digits.
static bool disposition_escapes_right(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '%' &&
            (s.n - i < 3 || percent_hex(s.p[i + 1]) < 0 || percent_hex(s.p[i + 2]) < 0))
            return false;
    return true;
}

// RFC 8187 §3.2: charset'language'value.
static bool disposition_extended(struct span value, struct buffer *out)
{
    const char *end = value.p + value.n;
    const char *first = value.n ? memchr(value.p, '\'', value.n) : NULL;
    const char *second = first ? memchr(first + 1, '\'', (size_t)(end - first - 1)) : NULL;
    if (!second)
        return false;
    struct span rest = { second + 1, (size_t)(end - second - 1) };
    struct span name = { value.p, (size_t)(first - value.p) };
    bool utf8 = span_is_any_case(name, "utf-8") || span_is_any_case(name, "utf8");
    if ((!utf8 && !span_is_any_case(name, "iso-8859-1")) || !disposition_escapes_right(rest))
        return false;
    struct buffer plain = { 0 };
    percent_decode(&plain, rest);
    bool good = !utf8 || utf8_valid(buffer_span(&plain));
    if (good && utf8)
        buffer_add(out, plain.p, plain.n);
    else if (good)
        disposition_put_latin1(out, buffer_span(&plain));
    out->failed |= plain.failed;
    buffer_fini(&plain);
    return good;
}

bool content_disposition_name(struct span header, struct buffer *out)
{
    struct disposition_parameter p;
    if (disposition_find(header, "filename*", &p) && !p.quoted &&
        disposition_extended(p.value, out))
        return true;
    return content_disposition_plain_name(header, out);
}

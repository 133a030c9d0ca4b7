// SPDX-License-Identifier: MIT
#include "html/prescan.h"
#include <strings.h>

// Where the search has come to. Nothing is read at or behind `end`.
struct prescan {
    const char *p, *end;
};

// An attribute; a name or value longer than these is none that matters.
struct prescan_attribute {
    char name[16], value[256];
    uint16_t names, values;
};

static bool prescan_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool prescan_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool prescan_at(const struct prescan *s, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(s->end - s->p) >= n && strncasecmp(s->p, word, n) == 0;
}

static void prescan_skip_space(struct prescan *s)
{
    while (s->p < s->end && prescan_space(*s->p))
        s->p++;
}

// Moves behind the next `c`, or to the end.
static void prescan_skip_to(struct prescan *s, char c)
{
    const char *p = memchr(s->p, c, (size_t)(s->end - s->p));
    s->p = p ? p + 1 : s->end;
}

static void prescan_put(char *to, size_t room, uint16_t *n, char c)
{
    if (*n < room)
        to[*n] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
    *n = (uint16_t)(*n + (*n < UINT16_MAX));
}

static void prescan_value(struct prescan *s, struct prescan_attribute *a)
{
    prescan_skip_space(s);
    if (s->p == s->end)
        return;
    char quote = *s->p == '"' || *s->p == '\'' ? *s->p++ : '\0';
    for (; s->p < s->end; s->p++) {
        if (quote ? *s->p == quote : prescan_space(*s->p) || *s->p == '>')
            break;
        prescan_put(a->value, sizeof a->value, &a->values, *s->p);
    }
    if (quote && s->p < s->end)
        s->p++;
}

// The next attribute of the tag; false at its end.
static bool prescan_next(struct prescan *s, struct prescan_attribute *a)
{
    a->names = a->values = 0;
    while (s->p < s->end && (prescan_space(*s->p) || *s->p == '/'))
        s->p++;
    if (s->p == s->end || *s->p == '>')
        return false;
    for (; s->p < s->end; s->p++) {
        char c = *s->p;
        if ((c == '=' && a->names > 0) || prescan_space(c) || c == '/' || c == '>')
            break;
        prescan_put(a->name, sizeof a->name, &a->names, c);
    }
    prescan_skip_space(s);
    if (s->p < s->end && *s->p == '=') {
        s->p++;
        prescan_value(s, a);
    }
    return true;
}

static struct span prescan_span(const char *p, uint16_t n, size_t room)
{
    return (struct span){ p, n <= room ? n : 0 };
}

enum charset prescan_content(struct span content)
{
    struct prescan s = { content.p, content.p + content.n };
    while (s.p < s.end) {
        if (!prescan_at(&s, "charset")) {
            s.p++;
            continue;
        }
        s.p += 7;
        prescan_skip_space(&s);
        if (s.p == s.end || *s.p != '=')
            continue;
        s.p++;
        prescan_skip_space(&s);
        if (s.p == s.end)
            return CHARSET_UNKNOWN;
        if (*s.p == '"' || *s.p == '\'') {
            const char *close = memchr(s.p + 1, *s.p, (size_t)(s.end - s.p - 1));
            struct span label = { s.p + 1, close ? (size_t)(close - s.p - 1) : 0 };
            return charset_find(label);
        }
        const char *from = s.p;
        while (s.p < s.end && !prescan_space(*s.p) && *s.p != ';')
            s.p++;
        return charset_find((struct span){ from, (size_t)(s.p - from) });
    }
    return CHARSET_UNKNOWN;
}

enum charset prescan_believed(enum charset c)
{
    if (c == CHARSET_UTF_16BE || c == CHARSET_UTF_16LE)
        return CHARSET_UTF_8;
    return c == CHARSET_X_USER_DEFINED ? CHARSET_WINDOWS_1252 : c;
}

// A meta element, from behind its name.
static enum charset prescan_meta(struct prescan *s)
{
    struct prescan_attribute a;
    bool pragma = false, needs_pragma = false, has_charset = false, has_content = false;
    enum charset c = CHARSET_UNKNOWN;
    while (prescan_next(s, &a)) {
        struct span name = prescan_span(a.name, a.names, sizeof a.name);
        struct span value = prescan_span(a.value, a.values, sizeof a.value);
        if (span_is(name, "http-equiv")) {
            pragma |= span_is(value, "content-type");
        } else if (span_is(name, "content") && !has_content) {
            has_content = true;
            enum charset said = prescan_content(value);
            if (said != CHARSET_UNKNOWN && !has_charset) {
                c = said;
                needs_pragma = true;
            }
        } else if (span_is(name, "charset") && !has_charset) {
            has_charset = true;
            c = charset_find(value);
            needs_pragma = false;
        }
    }
    return needs_pragma && !pragma ? CHARSET_UNKNOWN : prescan_believed(c);
}

// A comment, from its "<!--"; its dashes may be those of its end.
static void prescan_comment(struct prescan *s)
{
    s->p += 2;
    while (s->p < s->end && !prescan_at(s, "-->"))
        s->p++;
    s->p = s->p < s->end ? s->p + 3 : s->end;
}

static void prescan_tag(struct prescan *s)
{
    struct prescan_attribute a;
    while (s->p < s->end && !prescan_space(*s->p) && *s->p != '>')
        s->p++;
    while (prescan_next(s, &a))
        ;
}

enum charset prescan(struct span head)
{
    size_t n = head.n < PRESCAN_MOST ? head.n : PRESCAN_MOST;
    struct prescan s = { head.p, head.p + n };
    while (s.p < s.end) {
        size_t left = (size_t)(s.end - s.p);
        if (prescan_at(&s, "<!--")) {
            prescan_comment(&s);
        } else if (prescan_at(&s, "<meta") && left > 5 &&
                   (prescan_space(s.p[5]) || s.p[5] == '/')) {
            s.p += 5;
            enum charset c = prescan_meta(&s);
            if (c != CHARSET_UNKNOWN)
                return c;
        } else if (*s.p == '<' && left > 1 &&
                   (prescan_letter(s.p[1]) ||
                    (s.p[1] == '/' && left > 2 && prescan_letter(s.p[2])))) {
            prescan_tag(&s);
        } else if (*s.p == '<' && left > 1 && memchr("!/?", s.p[1], 3)) {
            prescan_skip_to(&s, '>');
        } else {
            const char *next = memchr(s.p + 1, '<', left - 1);
            s.p = next ? next : s.end;
        }
    }
    return CHARSET_UNKNOWN;
}

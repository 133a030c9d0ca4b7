// SPDX-License-Identifier: MIT
// Raw text: what stands in title, style, script and the like, which only their own end tag ends
// (HTML standard §13.2.5.9 to 31).
#include "html/scan_states.h"

enum { META_MOST = 1024 }; // bytes of a meta element in a script

static bool scan_in_script(const struct scan *s)
{
    return s->raw == ELEMENT_SCRIPT;
}

// In a script's comment: "-->" ends it.
static const char *scan_escaped(struct scan *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == '<')
            return scan_go(s, SCAN_RAW_OPEN, p + 1);
        if (*p == '-') {
            s->count = s->count < 2 ? (uint8_t)(s->count + 1) : 2;
        } else {
            if (*p == '>' && s->count == 2) {
                s->escaped = s->count = 0;
                return p + 1;
            }
            s->count = 0;
        }
    }
    return p;
}

const char *scan_raw(struct scan *s, const char *p, const char *end)
{
    if (s->escaped)
        return scan_escaped(s, p, end);
    p = memchr(p, '<', (size_t)(end - p));
    return p ? scan_go(s, SCAN_RAW_OPEN, p + 1) : end;
}

const char *scan_raw_open(struct scan *s, const char *p, const char *end)
{
    (void)end;
    s->length = s->count = 0;
    if (*p == '/')
        return scan_go(s, SCAN_RAW_END, p + 1);
    if (scan_in_script(s) && *p == '!' && !s->escaped)
        return scan_go(s, SCAN_RAW_BANG, p + 1);
    if (scan_in_script(s) && scan_class(*p) == SCAN_LETTER)
        return scan_go(s, SCAN_RAW_NAME, p);
    return scan_go(s, SCAN_RAW, p);
}

const char *scan_raw_bang(struct scan *s, const char *p, const char *end)
{
    while (p < end && *p == '-' && s->count < 2) {
        p++;
        s->count++;
    }
    if (p == end && s->count < 2)
        return p;
    if (s->count == 2)
        s->escaped = 1;
    return scan_go(s, SCAN_RAW, p);
}

// Letters of a name, up to anything else.
static const char *scan_raw_letters(struct scan *s, const char *p, const char *end)
{
    const char *from = p;
    while (p < end && scan_class(*p) == SCAN_LETTER)
        p++;
    scan_take_name(s, from, p, 0);
    return p;
}

const char *scan_raw_end(struct scan *s, const char *p, const char *end)
{
    p = scan_raw_letters(s, p, end);
    if (p == end)
        return p;
    bool stops = scan_class(*p) & (SCAN_SPACE | SCAN_SLASH | SCAN_GREATER);
    if (!stops || !scan_name_is(s, element_name((enum element)s->raw)))
        return scan_go(s, SCAN_RAW, p);
    if (s->escaped == 2) { // of the script inside
        s->escaped = 1;
        return scan_go(s, SCAN_RAW, p);
    }
    scan_begin_tag(s, ELEMENT_NONE, true);
    return scan_go(s, SCAN_BEFORE, p);
}

const char *scan_raw_name(struct scan *s, const char *p, const char *end)
{
    p = scan_raw_letters(s, p, end);
    if (p == end)
        return p;
    bool stops = scan_class(*p) & (SCAN_SPACE | SCAN_SLASH | SCAN_GREATER);
    if (stops && s->escaped == 1 && scan_name_is(s, "script"))
        s->escaped = 2;
    if (!(scan_class(*p) & SCAN_SPACE) || !scan_name_is(s, "meta"))
        return scan_go(s, SCAN_RAW, p);
    buffer_clear(&s->text);
    buffer_add_string(&s->text, "<meta");
    return scan_go(s, SCAN_RAW_META, p);
}

struct scan_written {
    struct scan *outer;
};

static void scan_pass_written(void *arg, const struct scan_tag *tag)
{
    struct scan *outer = ((struct scan_written *)arg)->outer;
    struct scan_tag written = *tag;
    written.written = true;
    outer->take(outer->arg, &written);
}

// Reads the element by itself: whatever quotes stand there, the script around it goes on behind it.
static void scan_read_written(struct scan *s)
{
    struct scan_written written = { s };
    struct scan inner = { 0 };
    scan_begin(&inner, false, scan_pass_written, &written);
    scan_push(&inner, buffer_span(&s->text));
    s->failed |= inner.failed || s->text.failed;
    scan_fini(&inner);
}

const char *scan_raw_meta(struct scan *s, const char *p, const char *end)
{
    const char *from = p;
    while (p < end && *p != '>' && *p != '<')
        p++;
    buffer_add(&s->text, from, (size_t)(p - from));
    if (s->text.n > META_MOST)
        return scan_go(s, SCAN_RAW, p);
    if (p == end)
        return p;
    if (*p == '>') {
        buffer_add_byte(&s->text, '>');
        scan_read_written(s);
    }
    return scan_go(s, SCAN_RAW, p);
}

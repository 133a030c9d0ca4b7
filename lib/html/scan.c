// SPDX-License-Identifier: MIT
#include "html/scan.h"
#include "html/scan_states.h"
#include <errno.h>

const uint8_t scan_classes[256] = {
    ['\t'] = SCAN_SPACE,         ['\n'] = SCAN_SPACE, ['\f'] = SCAN_SPACE,
    ['\r'] = SCAN_SPACE,         [' '] = SCAN_SPACE,  ['/'] = SCAN_SLASH,
    ['>'] = SCAN_GREATER,        ['='] = SCAN_EQUALS, ['A' ... 'Z'] = SCAN_LETTER,
    ['a' ... 'z'] = SCAN_LETTER,
};

static const char *scan_skip_space(const char *p, const char *end)
{
    while (p < end && scan_class(*p) == SCAN_SPACE)
        p++;
    return p;
}

static const char *scan_text(struct scan *s, const char *p, const char *end)
{
    p = memchr(p, '<', (size_t)(end - p));
    return p ? scan_go(s, SCAN_OPEN, p + 1) : end;
}

static const char *scan_open(struct scan *s, const char *p, const char *end)
{
    (void)end;
    s->length = 0;
    if (scan_class(*p) == SCAN_LETTER) {
        s->tag.end = false;
        return scan_go(s, SCAN_NAME, p);
    }
    switch (*p) {
    case '/':
        return scan_go(s, SCAN_END_OPEN, p + 1);
    case '!':
        return scan_go(s, SCAN_BANG, p + 1);
    case '?':
        return scan_go(s, SCAN_BOGUS, p + 1);
    default:
        return scan_go(s, SCAN_TEXT, p);
    }
}

static const char *scan_end_open(struct scan *s, const char *p, const char *end)
{
    (void)end;
    if (scan_class(*p) == SCAN_LETTER) {
        s->tag.end = true;
        return scan_go(s, SCAN_NAME, p);
    }
    return scan_go(s, SCAN_BOGUS, p);
}

void scan_begin_tag(struct scan *s, enum element e, bool end)
{
    s->tag.element = e;
    s->tag.end = end;
    s->tag.has = 0;
    s->attribute = ATTRIBUTES;
    s->slash = false;
    s->failed |= s->text.failed;
    buffer_clear(&s->text);
}

void scan_give_tag(struct scan *s)
{
    s->tag.text = s->text.p ? s->text.p : ""; // nothing but empty attributes
    s->take(s->arg, &s->tag);
}

static const char *scan_element(struct scan *s, const char *p, const char *end)
{
    p = scan_take_name(s, p, end, SCAN_SPACE | SCAN_SLASH | SCAN_GREATER);
    if (p == end)
        return p;
    scan_begin_tag(s, element_find(scan_name(s)), s->tag.end);
    return scan_go(s, SCAN_BEFORE, p);
}

// What comes behind a tag that is complete.
static enum scan_state scan_behind(struct scan *s)
{
    enum element e = s->tag.element;
    bool empty = s->slash && (s->xml || s->foreign > 0);
    if (e == ELEMENT_SVG || e == ELEMENT_MATH) {
        if (s->tag.end)
            s->foreign -= s->foreign > 0;
        else
            s->foreign += !s->slash;
        return SCAN_TEXT;
    }
    enum element_text text = element_text(e);
    if (s->tag.end || empty || text == ELEMENT_MARKUP)
        return SCAN_TEXT;
    s->raw = (uint8_t)e;
    s->escaped = s->count = 0;
    return text == ELEMENT_REST ? SCAN_REST : SCAN_RAW;
}

static const char *scan_finish(struct scan *s, const char *p)
{
    if (s->tag.element == ELEMENT_NONE)
        return scan_go(s, SCAN_TEXT, p);
    scan_give_tag(s);
    return scan_go(s, scan_behind(s), p);
}

static const char *scan_before(struct scan *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        uint8_t class = scan_class(*p);
        if (class == SCAN_GREATER)
            return scan_finish(s, p + 1);
        s->slash = class == SCAN_SLASH;
        if (class != SCAN_SLASH && class != SCAN_SPACE) {
            s->length = 0;
            if (class == SCAN_EQUALS) // is the first character of a name here
                s->name[s->length++] = *p++;
            return scan_go(s, SCAN_ATTRIBUTE, p);
        }
    }
    return p;
}

static const char *scan_attribute(struct scan *s, const char *p, const char *end)
{
    p = scan_take_name(s, p, end, SCAN_SPACE | SCAN_SLASH | SCAN_GREATER | SCAN_EQUALS);
    if (p == end)
        return p;
    s->attribute = ATTRIBUTES;
    uint32_t wanted = s->tag.end ? 0 : element_wants(s->tag.element) & ~s->tag.has;
    enum attribute a = wanted ? element_find_attribute(scan_name(s)) : ATTRIBUTES;
    if (a != ATTRIBUTES && wanted & 1U << a) {
        s->attribute = (uint8_t)a;
        s->tag.has |= 1U << a;
        s->tag.value[a] = (struct scan_value){ (uint32_t)s->text.n, 0 };
    }
    return scan_go(s, SCAN_AFTER, p);
}

static const char *scan_after(struct scan *s, const char *p, const char *end)
{
    p = scan_skip_space(p, end);
    if (p == end)
        return p;
    if (*p == '=')
        return scan_go(s, SCAN_BEFORE_VALUE, p + 1);
    return scan_go(s, SCAN_BEFORE, p);
}

static const char *scan_before_value(struct scan *s, const char *p, const char *end)
{
    p = scan_skip_space(p, end);
    if (p == end)
        return p;
    switch (*p) {
    case '"':
        return scan_go(s, SCAN_DOUBLE, p + 1);
    case '\'':
        return scan_go(s, SCAN_SINGLE, p + 1);
    case '>':
        return scan_go(s, SCAN_BEFORE, p);
    default:
        return scan_go(s, SCAN_UNQUOTED, p);
    }
}

// More of a value. One that grows too long is taken away again.
static void scan_keep(struct scan *s, const char *p, size_t n)
{
    if (s->attribute == ATTRIBUTES || n == 0)
        return;
    struct scan_value *v = &s->tag.value[s->attribute];
    if (s->text.n + n <= SCAN_TAG_MOST) {
        buffer_add(&s->text, p, n);
        if (!s->text.failed) {
            v->n += (uint32_t)n;
            return;
        }
        s->failed = true;
    }
    s->text.n = v->at;
    s->tag.has &= ~(1U << s->attribute);
    s->attribute = ATTRIBUTES;
}

static const char *scan_quoted(struct scan *s, const char *p, const char *end, char quote)
{
    const char *close = memchr(p, quote, (size_t)(end - p));
    scan_keep(s, p, (size_t)((close ? close : end) - p));
    return close ? scan_go(s, SCAN_BEFORE, close + 1) : end;
}

static const char *scan_double(struct scan *s, const char *p, const char *end)
{
    return scan_quoted(s, p, end, '"');
}

static const char *scan_single(struct scan *s, const char *p, const char *end)
{
    return scan_quoted(s, p, end, '\'');
}

static const char *scan_unquoted(struct scan *s, const char *p, const char *end)
{
    const char *from = p;
    while (p < end && !(scan_class(*p) & (SCAN_SPACE | SCAN_GREATER)))
        p++;
    scan_keep(s, from, (size_t)(p - from));
    return p < end ? scan_go(s, SCAN_BEFORE, p) : p;
}

static const char *scan_bang(struct scan *s, const char *p, const char *end)
{
    (void)end;
    s->count = 0;
    if (*p == '-')
        return scan_go(s, SCAN_BANG_DASH, p + 1);
    if (*p == '[' && (s->xml || s->foreign > 0))
        return scan_go(s, SCAN_BANG_CDATA, p + 1);
    return scan_go(s, SCAN_BOGUS, p);
}

static const char *scan_bang_dash(struct scan *s, const char *p, const char *end)
{
    (void)end;
    return *p == '-' ? scan_go(s, SCAN_COMMENT_START, p + 1) : scan_go(s, SCAN_BOGUS, p);
}

static const char *scan_bang_cdata(struct scan *s, const char *p, const char *end)
{
    static const char word[] = "CDATA[";
    while (p < end && *p == word[s->count]) {
        p++;
        if (++s->count == sizeof word - 1) {
            s->count = 0;
            return scan_go(s, SCAN_CDATA, p);
        }
    }
    return p < end ? scan_go(s, SCAN_BOGUS, p) : p;
}

static const char *scan_bogus(struct scan *s, const char *p, const char *end)
{
    p = memchr(p, '>', (size_t)(end - p));
    return p ? scan_go(s, SCAN_TEXT, p + 1) : end;
}

// "<!-->" and "<!--->" are whole comments.
static const char *scan_comment_start(struct scan *s, const char *p, const char *end)
{
    (void)end;
    if (*p == '>')
        return scan_go(s, SCAN_TEXT, p + 1);
    if (*p == '-' && s->count == 0) {
        s->count = 1;
        return p + 1;
    }
    return scan_go(s, SCAN_COMMENT, p);
}

enum { COMMENT_BANG = 3 }; // "--!" has been read; up to 2: so many dashes

static const char *scan_comment(struct scan *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (s->count == 0) {
            p = memchr(p, '-', (size_t)(end - p));
            if (!p)
                return end;
        }
        if (*p == '>' && s->count >= 2)
            return scan_go(s, SCAN_TEXT, p + 1);
        if (*p == '-')
            s->count = s->count == COMMENT_BANG ? 1 : s->count < 2 ? (uint8_t)(s->count + 1) : 2;
        else
            s->count = *p == '!' && s->count == 2 ? COMMENT_BANG : 0;
    }
    return p;
}

static const char *scan_cdata(struct scan *s, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == '>' && s->count == 2)
            return scan_go(s, SCAN_TEXT, p + 1);
        if (*p == ']')
            s->count = s->count < 2 ? (uint8_t)(s->count + 1) : 2;
        else
            s->count = 0;
    }
    return p;
}

static const char *scan_rest(struct scan *s, const char *p, const char *end)
{
    (void)s;
    (void)p;
    return end;
}

static scan_step *const scan_steps[SCAN_STATES] = {
    [SCAN_TEXT] = scan_text,
    [SCAN_OPEN] = scan_open,
    [SCAN_END_OPEN] = scan_end_open,
    [SCAN_NAME] = scan_element,
    [SCAN_BEFORE] = scan_before,
    [SCAN_ATTRIBUTE] = scan_attribute,
    [SCAN_AFTER] = scan_after,
    [SCAN_BEFORE_VALUE] = scan_before_value,
    [SCAN_DOUBLE] = scan_double,
    [SCAN_SINGLE] = scan_single,
    [SCAN_UNQUOTED] = scan_unquoted,
    [SCAN_BANG] = scan_bang,
    [SCAN_BANG_DASH] = scan_bang_dash,
    [SCAN_BANG_CDATA] = scan_bang_cdata,
    [SCAN_BOGUS] = scan_bogus,
    [SCAN_COMMENT_START] = scan_comment_start,
    [SCAN_COMMENT] = scan_comment,
    [SCAN_CDATA] = scan_cdata,
    [SCAN_RAW] = scan_raw,
    [SCAN_RAW_OPEN] = scan_raw_open,
    [SCAN_RAW_BANG] = scan_raw_bang,
    [SCAN_RAW_END] = scan_raw_end,
    [SCAN_RAW_NAME] = scan_raw_name,
    [SCAN_RAW_META] = scan_raw_meta,
    [SCAN_REST] = scan_rest,
};

void scan_begin(struct scan *s, bool xml, void (*take)(void *arg, const struct scan_tag *tag),
                void *arg)
{
    struct buffer text = s->text;
    buffer_clear(&text);
    *s = (struct scan){ .take = take, .arg = arg, .text = text, .xml = xml };
}

int scan_push(struct scan *s, struct span bytes)
{
    const char *p = bytes.p, *end = bytes.p + bytes.n;
    while (p < end)
        p = scan_steps[s->state](s, p, end);
    return s->failed ? -ENOMEM : 0;
}

int scan_end(struct scan *s)
{
    bool in_tag = s->state >= SCAN_BEFORE && s->state <= SCAN_UNQUOTED;
    if (!in_tag || s->tag.element == ELEMENT_NONE)
        return 0;
    if (s->attribute != ATTRIBUTES && (s->state == SCAN_DOUBLE || s->state == SCAN_SINGLE))
        s->tag.has &= ~(1U << s->attribute);
    scan_give_tag(s);
    return s->failed ? -ENOMEM : 0;
}

void scan_fini(struct scan *s)
{
    buffer_fini(&s->text);
}

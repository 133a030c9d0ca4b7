// SPDX-License-Identifier: MIT
#include "web/robots.h"
#include "sys/clock.h"
#include "web/robots_rules.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { ROBOTS_TOKEN = 128 };

// The rules for one kind of agent, while they are gathered: structs robots_rule, whose `at` is in
// `text`.
struct robots_set {
    struct buffer rules, text;
    int64_t delay;
};

struct robots {
    char token[ROBOTS_TOKEN];
    size_t token_length;
    struct buffer line; // what there is of the line that is being read
    size_t read;        // bytes of the file
    uint32_t number;    // of that line, from 1
    unsigned mark;      // bytes of a byte order mark that have been passed over; 3: no more
    bool after_return;  // a LF now belongs to the CR before it
    bool full;          // no more of the file is read
    // Whom the group that is being read is for. Lines that name agents follow one another; the
    // first one behind a rule begins a new group.
    bool for_us, for_all, ruled;
    bool named; // a group was for us: those for all do not count (RFC 9309 §2.2.1)
    struct robots_set us, all;
    struct buffer sitemaps;
    unsigned sitemap_count;
};

static bool robots_is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

struct span robots_token(struct span agent)
{
    size_t n = 0;
    while (n < agent.n && robots_is_token(agent.p[n]))
        n++;
    return (struct span){ agent.p, n };
}

int robots_new(struct robots **out, struct span agent)
{
    struct robots *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->token_length = agent.n < ROBOTS_TOKEN ? agent.n : ROBOTS_TOKEN;
    if (r->token_length)
        memcpy(r->token, agent.p, r->token_length);
    r->number = 1;
    r->us.delay = r->all.delay = -1;
    *out = r;
    return 0;
}

static void robots_set_fini(struct robots_set *s)
{
    buffer_fini(&s->rules);
    buffer_fini(&s->text);
}

void robots_free(struct robots *r)
{
    if (!r)
        return;
    robots_set_fini(&r->us);
    robots_set_fini(&r->all);
    buffer_fini(&r->line);
    buffer_fini(&r->sitemaps);
    free(r);
}

static bool robots_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span robots_trim(struct span s)
{
    while (s.n && robots_is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && robots_is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

// What a line may be about. Beside each its name, and how it is often written by mistake.
enum robots_key {
    ROBOTS_OTHER,
    ROBOTS_AGENT,
    ROBOTS_PERMIT,
    ROBOTS_FORBID,
    ROBOTS_PAUSE,
    ROBOTS_MAP
};

static enum robots_key robots_key(struct span name)
{
    static const struct {
        const char *name;
        enum robots_key key;
    } keys[] = {
        { "user-agent", ROBOTS_AGENT },  { "useragent", ROBOTS_AGENT },
        { "user agent", ROBOTS_AGENT },  { "allow", ROBOTS_PERMIT },
        { "disallow", ROBOTS_FORBID },   { "dissallow", ROBOTS_FORBID },
        { "dissalow", ROBOTS_FORBID },   { "disalow", ROBOTS_FORBID },
        { "diasllow", ROBOTS_FORBID },   { "disallaw", ROBOTS_FORBID },
        { "crawl-delay", ROBOTS_PAUSE }, { "crawldelay", ROBOTS_PAUSE },
        { "sitemap", ROBOTS_MAP },       { "site-map", ROBOTS_MAP },
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strlen(keys[i].name) == name.n && strncasecmp(keys[i].name, name.p, name.n) == 0)
            return keys[i].key;
    return ROBOTS_OTHER;
}

// The two words of a line without a colon; it has no more.
static bool robots_two_words(struct span line, struct span *name, struct span *value)
{
    size_t n = 0;
    if (line.n == 0)
        return false;
    while (n < line.n && !robots_is_blank(line.p[n]))
        n++;
    struct span second = robots_trim((struct span){ line.p + n, line.n - n });
    for (size_t i = 0; i < second.n; i++)
        if (robots_is_blank(second.p[i]))
            return false;
    *name = (struct span){ line.p, n };
    *value = second;
    return n && second.n;
}

// "name: value", without a comment and the blanks around both.
static bool robots_split(struct span line, struct span *name, struct span *value)
{
    const char *end = line.n ? memchr(line.p, '#', line.n) : NULL;
    if (end)
        line.n = (size_t)(end - line.p);
    line = robots_trim(line);
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (!colon)
        return robots_two_words(line, name, value);
    *name = robots_trim((struct span){ line.p, (size_t)(colon - line.p) });
    *value = robots_trim((struct span){ colon + 1, (size_t)(line.p + line.n - colon) - 1 });
    return name->n > 0;
}

static void robots_agent(struct robots *r, struct span value)
{
    struct span token = robots_token(value);
    if (r->ruled)
        r->for_us = r->for_all = r->ruled = false;
    if (value.n && value.p[0] == '*' && (value.n == 1 || robots_is_blank(value.p[1]))) {
        r->for_all = true;
    } else if (token.n && token.n == r->token_length &&
               strncasecmp(token.p, r->token, token.n) == 0) {
        r->for_us = true;
        if (!r->named)
            robots_set_fini(&r->all); // never looked at any more
        r->named = true;
    }
}

// The set that a line of the group goes to; NULL when the group is for others.
static struct robots_set *robots_set(struct robots *r)
{
    return r->for_us ? &r->us : r->for_all && !r->named ? &r->all : NULL;
}

// Adds a rule. Of a Disallow's pattern the strict form is kept, of an Allow's the literal one; the
// weight is that of the strict form for both.
static int robots_add(struct robots *r, struct robots_set *s, struct span pattern, uint32_t flags)
{
    struct robots_rule rule = { .at = (uint32_t)s->text.n, .line = r->number, .flags = flags };
    if (pattern.p[pattern.n - 1] == '$') {
        rule.flags |= ROBOTS_END;
        pattern.n--;
    }
    robots_rules_form(&s->text, pattern, ROBOTS_PATTERN | ROBOTS_ENCODE | ROBOTS_DECODE);
    size_t length = s->text.n - rule.at;
    rule.weight = (uint16_t)(length + (rule.flags & ROBOTS_END ? 1 : 0));
    if (flags & ROBOTS_ALLOW && !s->text.failed) {
        s->text.n = rule.at;
        robots_rules_form(&s->text, pattern, ROBOTS_PATTERN | ROBOTS_ENCODE);
        length = s->text.n - rule.at;
    }
    if (s->text.failed)
        return -ENOMEM;
    while (!(rule.flags & ROBOTS_END) && length && s->text.p[rule.at + length - 1] == '*')
        length--;
    rule.length = (uint16_t)length;
    s->text.n = rule.at + length;
    if (length && memchr(s->text.p + rule.at, '*', length))
        rule.flags |= ROBOTS_WILD;
    buffer_add(&s->rules, &rule, sizeof rule);
    return s->rules.failed ? -ENOMEM : 0;
}

// Who allows a directory's index page means the directory as well.
static int robots_add_index(struct robots *r, struct robots_set *s, struct span pattern)
{
    static const char index[] = "/index.htm";
    const char *slash = memrchr(pattern.p, '/', pattern.n);
    size_t n = slash ? (size_t)(slash - pattern.p) + 1 : 0;
    if (!slash || pattern.n - n + 1 < sizeof index - 1 ||
        memcmp(slash, index, sizeof index - 1) != 0)
        return 0;
    struct buffer directory = { 0 };
    buffer_add(&directory, pattern.p, n);
    buffer_add_byte(&directory, '$');
    int e = directory.failed ? -ENOMEM : robots_add(r, s, buffer_span(&directory), ROBOTS_ALLOW);
    buffer_fini(&directory);
    return e;
}

static int robots_rule(struct robots *r, struct span pattern, bool allow)
{
    struct robots_set *s = robots_set(r);
    if (r->for_us || r->for_all)
        r->ruled = true;
    if (!s || pattern.n == 0)
        return 0;
    int e = robots_add(r, s, pattern, allow ? ROBOTS_ALLOW : 0);
    return e == 0 && allow ? robots_add_index(r, s, pattern) : e;
}

// Decimal seconds. It belongs to a group, but does not end the names at its head (RFC 9309 §2.2.4).
// The longest of several counts.
static void robots_pause(struct robots *r, struct span value)
{
    enum { MOST_S = 100000 };
    struct robots_set *s = robots_set(r);
    int64_t unit = CLOCK_S, sum = 0;
    bool digits = false, point = false;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (value.p[i] < '0' || value.p[i] > '9')
            return;
        digits = true;
        if (point)
            sum += (unit /= 10) * (value.p[i] - '0');
        else if (sum < MOST_S * CLOCK_S)
            sum = sum * 10 + (value.p[i] - '0') * CLOCK_S;
    }
    if (s && digits && sum > s->delay)
        s->delay = sum;
}

static int robots_map(struct robots *r, struct span url)
{
    if (url.n == 0 || memchr(url.p, '\0', url.n) || r->sitemap_count == ROBOTS_SITEMAPS)
        return 0;
    r->sitemap_count++;
    buffer_add(&r->sitemaps, url.p, url.n);
    buffer_add_byte(&r->sitemaps, '\0');
    return r->sitemaps.failed ? -ENOMEM : 0;
}

static int robots_line(struct robots *r)
{
    struct span line = buffer_span(&r->line), name, value;
    int e = 0;
    if (robots_split(line, &name, &value)) {
        switch (robots_key(name)) {
        case ROBOTS_AGENT:
            robots_agent(r, value);
            break;
        case ROBOTS_PERMIT:
        case ROBOTS_FORBID:
            e = robots_rule(r, value, robots_key(name) == ROBOTS_PERMIT);
            break;
        case ROBOTS_PAUSE:
            robots_pause(r, value);
            break;
        case ROBOTS_MAP:
            e = robots_map(r, value);
            break;
        case ROBOTS_OTHER:
            break;
        }
    }
    r->number++;
    buffer_clear(&r->line);
    return e;
}

// Passes over the mark that some put before UTF-8, or what there is of it.
static void robots_skip_mark(struct robots *r, struct span *piece)
{
    static const char mark[] = "\xef\xbb\xbf";
    while (r->mark < 3 && piece->n) {
        if (piece->p[0] != mark[r->mark]) {
            r->mark = 3;
            return;
        }
        r->mark++;
        piece->p++;
        piece->n--;
    }
}

// Takes what `piece` has of the line that is being read, up to its end.
static int robots_take(struct robots *r, struct span *piece)
{
    size_t n = 0;
    while (n < piece->n && piece->p[n] != '\n' && piece->p[n] != '\r')
        n++;
    size_t room = ROBOTS_LINE - r->line.n;
    buffer_add(&r->line, piece->p, n < room ? n : room);
    if (r->line.failed)
        return -ENOMEM;
    if (n == piece->n) {
        piece->n = 0;
        return 0;
    }
    r->after_return = piece->p[n] == '\r';
    piece->p += n + 1;
    piece->n -= n + 1;
    return robots_line(r);
}

int robots_feed(struct robots *r, struct span piece)
{
    size_t left = ROBOTS_MOST - r->read;
    if (r->full || piece.n > left)
        r->full = true; // what is left of the last line is not read as if it were whole
    if (piece.n > left)
        piece.n = left;
    r->read += piece.n;
    robots_skip_mark(r, &piece);
    while (piece.n) {
        if (r->after_return && piece.p[0] == '\n') {
            piece.p++;
            piece.n--;
        }
        r->after_return = false;
        int e = robots_take(r, &piece);
        if (e < 0)
            return e;
    }
    return r->full;
}

static int robots_compare(const void *a, const void *b)
{
    const struct robots_rule *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if ((x->flags ^ y->flags) & ROBOTS_ALLOW)
        return x->flags & ROBOTS_ALLOW ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

int robots_compile(struct robots *r, struct buffer *rules, struct buffer *sitemaps)
{
    int e = r->line.n && !r->full ? robots_line(r) : 0;
    if (e < 0)
        return e;
    const struct robots_set *s = r->named ? &r->us : &r->all;
    struct robots_rule *rule = (void *)s->rules.p;
    size_t count = s->rules.n / sizeof *rule;
    struct robots_rules head = { .count = (uint32_t)count, .delay = s->delay };
    size_t texts = sizeof head + s->rules.n, size = (texts + s->text.n + 7) & ~(size_t)7;
    head.size = (uint32_t)size;
    if (count)
        qsort(rule, count, sizeof *rule, robots_compare);
    for (size_t i = 0; i < count; i++)
        rule[i].at += (uint32_t)texts;
    buffer_add(rules, &head, sizeof head);
    buffer_add(rules, rule, s->rules.n);
    buffer_add(rules, s->text.p, s->text.n);
    buffer_add(rules, (const char[8]){ 0 }, size - texts - s->text.n);
    buffer_add(sitemaps, r->sitemaps.p, r->sitemaps.n);
    return rules->failed || sitemaps->failed ? -ENOMEM : 0;
}

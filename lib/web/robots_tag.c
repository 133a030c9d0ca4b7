// SPDX-License-Identifier: MIT
#include "web/robots_tag.h"
#include <strings.h>

static bool robots_tag_is(struct span s, struct span word)
{
    return s.n == word.n && s.n && strncasecmp(s.p, word.p, s.n) == 0;
}

static bool robots_tag_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned robots_tag_word(struct span word)
{
    if (robots_tag_is(word, span_of("none")))
        return ROBOTS_NOINDEX | ROBOTS_NOFOLLOW;
    if (robots_tag_is(word, span_of("noindex")))
        return ROBOTS_NOINDEX;
    return robots_tag_is(word, span_of("nofollow")) ? ROBOTS_NOFOLLOW : 0;
}

// Words, apart by blanks: the comma between two is easily forgotten.
static unsigned robots_tag_words(struct span text)
{
    unsigned found = 0;
    while (text.n) {
        size_t n = 0;
        while (n < text.n && !robots_tag_is_blank(text.p[n]))
            n++;
        found |= robots_tag_word((struct span){ text.p, n });
        n += n < text.n;
        text.p += n;
        text.n -= n;
    }
    return found;
}

// Takes what stands before the next comma off `rest`, without the blanks before it.
static struct span robots_tag_item(struct span *rest)
{
    const char *comma = memchr(rest->p, ',', rest->n);
    struct span item = { rest->p, comma ? (size_t)(comma - rest->p) : rest->n };
    size_t taken = item.n + (comma != NULL);
    rest->p += taken;
    rest->n -= taken;
    while (item.n && robots_tag_is_blank(item.p[0])) {
        item.p++;
        item.n--;
    }
    return item;
}

// The name before a colon at the head of an item, when it can be an agent's: one word, and none of
// the directives that have a value. Empty: there is none.
static struct span robots_tag_name(struct span item)
{
    static const char *const directives[] = { "unavailable_after", "max-snippet",
                                              "max-image-preview", "max-video-preview" };
    static const char of[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t n = 0;
    while (n < item.n && item.p[n] && strchr(of, item.p[n]))
        n++;
    struct span name = { item.p, n };
    while (n < item.n && robots_tag_is_blank(item.p[n]))
        n++;
    if (n == item.n || item.p[n] != ':')
        return (struct span){ item.p, 0 };
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (robots_tag_is(name, span_of(directives[i])))
            return (struct span){ item.p, 0 };
    return name;
}

unsigned robots_tag_header(struct span value, struct span agent)
{
    unsigned found = 0;
    bool ours = true;
    while (value.n) {
        struct span item = robots_tag_item(&value), name = robots_tag_name(item);
        if (name.n) {
            const char *colon = memchr(item.p, ':', item.n);
            ours = robots_tag_is(name, agent) || robots_tag_is(name, span_of("robots"));
            item.n -= (size_t)(colon + 1 - item.p);
            item.p = colon + 1;
        }
        if (ours)
            found |= robots_tag_words(item);
    }
    return found;
}

unsigned robots_tag_meta(struct span name, struct span content, struct span agent)
{
    unsigned found = 0;
    if (!robots_tag_is(name, span_of("robots")) && !robots_tag_is(name, agent))
        return 0;
    while (content.n)
        found |= robots_tag_words(robots_tag_item(&content));
    return found;
}

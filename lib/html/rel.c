// SPDX-License-Identifier: MIT
#include "html/rel.h"
#include <strings.h>

static uint32_t rel_word(struct span word)
{
    static const struct {
        const char *word;
        uint32_t means;
    } words[] = {
        { "nofollow", REL_NOFOLLOW },
        { "canonical", REL_CANONICAL | REL_PAGE },
        { "alternate", REL_PAGE },
        { "appendix", REL_PAGE },
        { "author", REL_PAGE },
        { "bookmark", REL_PAGE },
        { "chapter", REL_PAGE },
        { "child", REL_PAGE },
        { "contents", REL_PAGE },
        { "copyright", REL_PAGE },
        { "first", REL_PAGE },
        { "glossary", REL_PAGE },
        { "help", REL_PAGE },
        { "home", REL_PAGE },
        { "index", REL_PAGE },
        { "last", REL_PAGE },
        { "license", REL_PAGE },
        { "next", REL_PAGE },
        { "parent", REL_PAGE },
        { "prev", REL_PAGE },
        { "previous", REL_PAGE },
        { "privacy-policy", REL_PAGE },
        { "related", REL_PAGE },
        { "search", REL_PAGE },
        { "section", REL_PAGE },
        { "start", REL_PAGE },
        { "subsection", REL_PAGE },
        { "terms-of-service", REL_PAGE },
        { "toc", REL_PAGE },
        { "top", REL_PAGE },
        { "up", REL_PAGE },
        { "dns-prefetch", REL_HINT },
        { "preconnect", REL_HINT },
        // Words that say nothing of where it leads.
        { "external", 0 },
        { "noopener", 0 },
        { "noreferrer", 0 },
        { "opener", 0 },
        { "sponsored", 0 },
        { "tag", 0 },
        { "ugc", 0 },
    };
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k].word) == word.n && strncasecmp(words[k].word, word.p, word.n) == 0)
            return words[k].means;
    return REL_RESOURCE;
}

static bool rel_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

uint32_t rel_parse(struct span words)
{
    uint32_t means = 0;
    for (size_t at = 0; at < words.n;) {
        size_t from = at;
        while (at < words.n && !rel_space(words.p[at]))
            at++;
        if (at > from)
            means |= rel_word((struct span){ words.p + from, at - from });
        at++;
    }
    return means;
}

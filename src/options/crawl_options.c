// SPDX-License-Identifier: MIT
#include "options/crawl_options.h"
#include "html/links.h"
#include "web/url.h"
#include <errno.h>
#include <stdio.h>
#include <strings.h>

static int refuse(char *why, const char *sentence)
{
    snprintf(why, OPTIONS_WHY, "%s", sentence);
    return -EINVAL;
}

int crawl_read_scope(const struct option *o, void *at, const char *text, char *why)
{
    static const char *const words[] = { [SCOPE_HOST] = "host",
                                         [SCOPE_DOMAIN] = "domain",
                                         [SCOPE_PREFIX] = "prefix",
                                         [SCOPE_ANY] = "any" };
    (void)o;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcmp(text, words[k]) == 0) {
            *(enum scope_reach *)at = (enum scope_reach)k;
            return 0;
        }
    return refuse(why, "is no scope: write host, domain, prefix or any");
}

int crawl_read_nofollow(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    if (strcmp(text, "obey") != 0 && strcmp(text, "ignore") != 0)
        return refuse(why, "is not known: write obey or ignore");
    *(bool *)at = *text == 'o';
    return 0;
}

// The bits of one word; 0 when it is none.
static uint32_t tags_of(struct span word)
{
    if (span_is(word, "pages"))
        return LINKS_PAGES;
    if (span_is(word, "all"))
        return LINKS_ALL;
    for (unsigned k = 0; k < LINKS_TAGS; k++)
        if (span_is(word, links_tag_name((enum links_tag)k)))
            return 1U << k;
    return 0;
}

int crawl_read_tags(const struct option *o, void *at, const char *text, char *why)
{
    uint32_t tags = 0;
    (void)o;
    for (const char *p = text, *comma;; p = comma + 1) {
        comma = strchrnul(p, ',');
        uint32_t bits = tags_of((struct span){ p, (size_t)(comma - p) });
        if (bits == 0) {
            snprintf(
                why, OPTIONS_WHY,
                "has '%.*s', which is not known: write names with commas between, of pages, "
                "all, a, area, iframe, frame, link, meta, header, form, resource, script, img, "
                "source, media and object",
                (int)(comma - p > 40 ? 40 : comma - p), p);
            return -EINVAL;
        }
        tags |= bits;
        if (!*comma)
            break;
    }
    *(uint32_t *)at = tags;
    return 0;
}

int crawl_read_host(const struct option *o, void *at, const char *text, char *why)
{
    char url[300];
    struct url u;
    (void)o;
    snprintf(url, sizeof url, "http://%s/", text + (*text == '.'));
    if (!*text || strlen(text) > 255 || strpbrk(text, "/?#@, \t") ||
        url_parse(&u, span_of(url), NULL, NULL) < 0)
        return refuse(why, "is no host: write NAME, or .NAME for it and all names below it");
    bool as_typed =
        strncasecmp(u.href + u.host, text + (*text == '.'), strlen(text) - (*text == '.')) == 0;
    url_fini(&u);
    if (!as_typed)
        return refuse(why,
                      "is not how the host is written in a URL (see trawl inspect url); leave a "
                      "port out");
    return arguments_list_add(at, text);
}

int crawl_read_type(const struct option *o, void *at, const char *text, char *why)
{
    const char *slash = strchr(text, '/');
    (void)o;
    if (!slash || slash == text || !slash[1] || strpbrk(text, "; ,"))
        return refuse(why, "is no type: write TYPE/SUBTYPE, or TYPE/* for all of them");
    return arguments_list_add(at, text);
}

int crawl_read_url(const struct option *o, void *at, const char *text, char *why)
{
    enum url_error wrong = URL_FINE;
    struct url u;
    (void)o;
    int r = url_parse(&u, span_of(text), NULL, &wrong);
    if (r < 0) {
        snprintf(why, OPTIONS_WHY, "is no URL: %s", url_error_text(wrong));
        return r == -ENOMEM ? r : -EINVAL;
    }
    url_fini(&u);
    return arguments_list_add(at, text);
}

int crawl_options_settle(struct arguments *a)
{
    struct explore_settings *s = &a->crawl.explore;
    s->on = true;
    s->scope.hosts = a->explore.hosts.item;
    s->scope.accept = a->explore.accept.item;
    s->scope.reject = a->explore.reject.item;
    s->sitemaps = a->explore.sitemaps.item;
    for (size_t k = 0; k < a->explore.types.count; k++) {
        if (k > 0)
            buffer_add_byte(&a->explore.joined, ' ');
        buffer_add_string(&a->explore.joined, a->explore.types.item[k]);
    }
    if (a->explore.types.count == 0)
        return 0;
    a->crawl.worker.accept_types = buffer_string(&a->explore.joined);
    return a->crawl.worker.accept_types ? 0 : -ENOMEM;
}

// SPDX-License-Identifier: MIT
// What came of the exchanges of a crawl: links, redirects, sitemaps.
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/same.h"
#include "html/links.h"
#include "sys/log.h"
#include "visit/finding_links.h"
#include "visit/finding_robots.h"
#include "visit/finding_sitemap.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "web/url_canonical.h"
#include <errno.h>

enum { SITEMAP_DEPTH = 3 }; // indexes of indexes, and so on

uint32_t explore_flags(const struct coordinator *c, const struct item *i)
{
    unsigned level = c->settings->explore.scope.level;
    if (i->mark & EXPLORE_SITEMAP)
        return JOB_SITEMAP;
    return JOB_LINKS | JOB_FOLLOW | (level && i->depth >= level ? JOB_DEEPEST : 0u);
}

// Said once: a page with so many links is one of a kind, or there are a million of them.
static void warn_of_cut(struct coordinator *c, const struct item *i)
{
    char url[400];
    if (c->explore->cut_said)
        return;
    c->explore->cut_said = true;
    log_escape(url, sizeof url, i->url.href, i->url.length);
    log_warning(
        "%s: has more links than are taken of one page; the first %u, or 4 MB, are followed "
        "(further such pages are not mentioned)",
        url, (unsigned)LINKS_MOST);
}

static void take_links(struct coordinator *c, const struct item *i, struct span findings)
{
    struct finding_links head;
    struct finding_link link;
    struct span canonical, rest, href;
    if (!finding_links_read(findings, &head, &canonical, &rest))
        return;
    c->stats.links += head.repeated;
    if (head.flags & FINDING_LINKS_CUT)
        warn_of_cut(c, i);
    while (finding_links_next(&rest, &link, &href))
        explore_link(c, &(struct explore_link){ .href = href,
                                                .via = url_href(&i->url),
                                                .depth = i->depth + 1u,
                                                .nofollow = link.flags & FINDING_LINK_NOFOLLOW });
}

// What a sitemap lists lies one link from the start, wherever the sitemap was found; so does no
// sitemap that is listed by one, which has to be where its index is or where the crawl goes anyway.
static void take_sitemap(struct coordinator *c, const struct item *i, struct span findings)
{
    struct finding_sitemap head;
    struct span rest;
    struct buffer url = { 0 };
    if (!finding_sitemap_read(findings, &head, &rest))
        return;
    bool index = head.flags & FINDING_SITEMAP_INDEX;
    while ((!index || i->depth < SITEMAP_DEPTH) && finding_sitemap_next(&rest, &url))
        explore_link(c, &(struct explore_link){ .href = buffer_span(&url),
                                                .via = url_href(&i->url),
                                                .depth = index ? i->depth + 1u : 1,
                                                .mark = index ? EXPLORE_SITEMAP : 0 });
    if (url.failed)
        explore_lose(c);
    buffer_fini(&url);
}

void explore_outcome(struct coordinator *c, const struct item *i, const struct outcome *o)
{
    struct span findings = outcome_findings(o);
    if (o->flags & OUTCOME_UNWANTED)
        explore_leave_out(
            c,
            &(struct explore_link){ url_href(&i->url), span_of(i->via), i->depth, i->mark, false },
            LEFT_OUT_CONTENT_TYPE);
    if (i->mark & EXPLORE_SITEMAP)
        take_sitemap(c, i, findings);
    else
        take_links(c, i, findings);
}

// A seed that redirects to another host meant that one.
static void extend(struct coordinator *c, const struct item *i, const struct url *target)
{
    if (i->depth == 0 && !(i->mark & EXPLORE_SITEMAP) &&
        !span_equal(url_host(&i->url), url_host(target)) &&
        explore_add_seed(c, target, NULL, false) < 0)
        explore_lose(c);
}

enum fetch_error explore_redirect(struct coordinator *c, const struct item *i,
                                  const struct outcome *o, const char **why)
{
    struct explore *x = c->explore;
    enum url_error wrong = URL_FINE;
    struct url target;
    unsigned before = i->mark & EXPLORE_REDIRECTS;
    if (before >= c->settings->max_redirs || before == EXPLORE_REDIRECTS) {
        *why = "redirected more often than --max-redirs allows";
        return FETCH_TOO_MANY_REDIRECTS;
    }
    int r = url_parse(&target, message_span(o, o->location), &i->url, &wrong);
    if (r < 0) {
        *why = url_error_text(wrong);
        return r == -ENOMEM            ? FETCH_NO_RESOURCES
               : r == -EPROTONOSUPPORT ? FETCH_BLOCKED_SCHEME
                                       : FETCH_BAD_REDIRECT;
    }
    url_canonical(&target);
    extend(c, i, &target);
    buffer_clear(&x->location);
    buffer_add(&x->location, target.href, target.length);
    explore_link(
        c, &(struct explore_link){ .href = url_href(&target),
                                   .via = url_href(&i->url),
                                   .depth = i->depth,
                                   .mark = (uint8_t)((i->mark & EXPLORE_SITEMAP) | (before + 1)) });
    url_fini(&target);
    c->stats.redirects++;
    return FETCH_OK;
}

struct span explore_same(struct coordinator *c, const struct item *i, const struct outcome *o)
{
    bool comparable = o->flags & OUTCOME_DIGEST && o->error == FETCH_OK && o->status / 100 == 2 &&
                      !(o->flags & OUTCOME_TRUNCATED);
    if (!comparable)
        return (struct span){ NULL, 0 };
    return same_find(&c->explore->bodies, o->digest, url_href(&i->url));
}

void explore_sitemaps(struct coordinator *c, struct host *h, struct span sitemaps)
{
    struct span text;
    struct buffer *via = &c->explore->via;
    struct url base, u;
    buffer_clear(via);
    buffer_add(via, h->origin, strlen(h->origin));
    buffer_add_string(via, "/robots.txt");
    if (via->failed || url_parse(&base, buffer_span(via), NULL, NULL) < 0) {
        explore_lose(c);
        return;
    }
    while (finding_robots_sitemap(&sitemaps, &text)) {
        int r = url_parse(&u, text, &base, NULL);
        if (r == -ENOMEM)
            explore_lose(c);
        if (r < 0)
            continue;
        url_canonical(&u);
        explore_link(c, &(struct explore_link){ .href = url_href(&u),
                                                .via = url_href(&base),
                                                .mark = EXPLORE_SITEMAP });
        url_fini(&u);
    }
    url_fini(&base);
}

// SPDX-License-Identifier: MIT
#include "visit/sink_links.h"
#include "data/map.h"
#include "visit/outcome.h"
#include "web/robots_tag.h"
#include <errno.h>

enum { FOUND_MOST = OUTCOME_FINDINGS_MOST - (128 << 10) }; // leaves room for the head

// A link is told again where it may mean something else: without nofollow, or from a page that is
// nearer to a seed.
#define NOFOLLOW_BIT UINT64_C(0x9e3779b97f4a7c15)
#define DEEPEST_BIT UINT64_C(0xbf58476d1ce4e5b9)

static void sink_links_found(void *arg, const struct links_found *link)
{
    struct sink_links *s = arg;
    struct finding_link f = { .length = (uint16_t)link->href.n,
                              .flags = link->nofollow ? FINDING_LINK_NOFOLLOW : 0,
                              .tag = (uint8_t)link->tag };
    if (!s->setup.follow)
        return;
    if (s->found.n > FOUND_MOST) {
        s->cut = true;
        return;
    }
    buffer_add(&s->found, &f, sizeof f);
    buffer_add(&s->found, link->href.p, link->href.n);
}

static void sink_links_meta(void *arg, struct span name, struct span content)
{
    struct sink_links *s = arg;
    s->robots |= robots_tag_meta(name, content, s->setup.agent);
}

// The links object is made for the tags of a run, which do not change.
static int sink_links_make(struct sink_links *s)
{
    struct links_options options = { s->setup.tags, true, s->agent };
    struct links_listener listener = { sink_links_found, sink_links_meta, s };
    if (s->links && s->tags == s->setup.tags)
        return 0;
    links_free(s->links);
    s->links = NULL;
    s->tags = s->setup.tags;
    return links_new(&s->links, &options, &listener);
}

static int sink_links_open(struct sink_links *s, struct span type)
{
    struct url url;
    int r = sink_links_make(s);
    if (r == 0)
        r = url_parse(&url, s->setup.url, NULL, NULL);
    if (r < 0)
        return r;
    r = links_begin(s->links, &url, type);
    url_fini(&url);
    return r;
}

static void sink_links_read_head(struct sink_links *s, const struct head *head)
{
    for (size_t k = 0; k < head_count(head) && !s->failed; k++) {
        struct span name = head_name(head, k);
        if (name.n == 4 && strncasecmp(name.p, "link", 4) == 0)
            s->failed |= links_header(s->links, head_text(head, k)) < 0;
        else if (name.n == 7 && strncasecmp(name.p, "refresh", 7) == 0)
            s->failed |= links_refresh(s->links, head_text(head, k)) < 0;
        else if (name.n == 12 && strncasecmp(name.p, "x-robots-tag", 12) == 0)
            s->robots |= robots_tag_header(head_text(head, k), s->setup.agent);
    }
}

static enum sink_answer sink_links_head(struct sink *sink, const struct head *head)
{
    struct sink_links *s = (struct sink_links *)sink;
    struct span type = head_find(head, "content-type");
    s->looks = head->status / 100 == 2;
    if (s->looks) {
        s->failed |= sink_links_open(s, type) < 0;
        s->waits = type.n == 0;
        s->reads = !s->waits && links_has_type(type, (struct span){ NULL, 0 });
        if (!s->failed)
            sink_links_read_head(s, head);
    }
    if (s->failed)
        return SINK_STOP;
    return s->next && s->next->head ? s->next->head(s->next, head) : SINK_GO;
}

// Without a type the first bytes tell. They wait here until there are enough.
static void sink_links_sniff(struct sink_links *s, bool last)
{
    if (!last && s->head.n < LINKS_SNIFF)
        return;
    s->waits = false;
    s->reads = s->head.n > 0 && links_has_type((struct span){ NULL, 0 }, buffer_span(&s->head));
    if (s->reads && links_push(s->links, buffer_span(&s->head)) < 0)
        s->failed = true;
}

static enum sink_answer sink_links_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_links *s = (struct sink_links *)sink;
    if (s->waits) {
        buffer_add(&s->head, p, n);
        sink_links_sniff(s, false);
    } else if (s->reads && links_push(s->links, (struct span){ p, n }) < 0) {
        s->failed = true;
    }
    if (s->failed || s->head.failed || s->found.failed)
        return SINK_STOP;
    return s->next ? s->next->write(s->next, p, n) : SINK_GO;
}

void sink_links_begin(struct sink_links *s, const struct sink_links_setup *setup, struct sink *next)
{
    s->sink = (struct sink){ sink_links_head, sink_links_write, NULL };
    s->next = next;
    s->setup = *setup;
    s->looks = s->reads = s->waits = s->failed = s->cut = false;
    s->robots = 0;
    size_t n = setup->agent.n < sizeof s->agent ? setup->agent.n : 0;
    memcpy(s->agent, n ? setup->agent.p : "", n);
    s->agent[n] = '\0';
    buffer_clear(&s->head);
    buffer_clear(&s->found);
}

// Appends the links that were not reported a moment ago. What the page says of all of them, each of
// them says from here on.
static uint32_t sink_links_put(struct sink_links *s, struct buffer *out, uint32_t *repeated)
{
    struct span rest = buffer_span(&s->found), href;
    struct finding_link link;
    uint32_t n = 0;
    while (finding_links_next(&rest, &link, &href)) {
        if (s->robots & ROBOTS_NOFOLLOW)
            link.flags |= FINDING_LINK_NOFOLLOW;
        uint64_t hash = map_hash(href);
        if (link.flags & FINDING_LINK_NOFOLLOW)
            hash ^= NOFOLLOW_BIT;
        if (s->setup.deepest)
            hash ^= DEEPEST_BIT;
        if (s->setup.recent && !recent_add(s->setup.recent, hash)) {
            ++*repeated;
            continue;
        }
        buffer_add(out, &link, sizeof link);
        buffer_add(out, href.p, href.n);
        n++;
    }
    return n;
}

static int sink_links_report(struct sink_links *s, struct buffer *out)
{
    struct span canonical = links_canonical(s->links);
    struct finding_links head = { .kind = FINDING_LINKS, .canonical = (uint32_t)canonical.n };
    size_t at = out->n;
    buffer_add(out, &head, sizeof head);
    buffer_add(out, canonical.p, canonical.n);
    head.links = sink_links_put(s, out, &head.repeated);
    head.flags = (uint16_t)((s->robots & ROBOTS_NOINDEX ? FINDING_LINKS_NOINDEX : 0) |
                            (s->robots & ROBOTS_NOFOLLOW ? FINDING_LINKS_NOFOLLOW : 0) |
                            (s->cut || links_were_cut(s->links) ? FINDING_LINKS_CUT : 0));
    if (out->failed)
        return -ENOMEM;
    memcpy(out->p + at, &head, sizeof head);
    if (head.flags || head.links || head.canonical || head.repeated)
        return 0;
    out->n = at;
    return 0;
}

int sink_links_end(struct sink_links *s, bool whole, struct buffer *out)
{
    bool looks = s->looks;
    s->looks = false;
    if (s->failed || s->head.failed || s->found.failed)
        return -ENOMEM;
    if (!looks || !whole)
        return 0;
    if (s->waits)
        sink_links_sniff(s, true);
    if (s->failed || links_end(s->links) < 0 || s->found.failed)
        return -ENOMEM;
    return sink_links_report(s, out);
}

void sink_links_trim(struct sink_links *s, size_t most)
{
    if (s->found.room > most)
        buffer_fini(&s->found);
}

void sink_links_fini(struct sink_links *s)
{
    links_free(s->links);
    s->links = NULL;
    buffer_fini(&s->head);
    buffer_fini(&s->found);
}

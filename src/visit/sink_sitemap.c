// SPDX-License-Identifier: MIT
#include "visit/sink_sitemap.h"
#include "visit/finding_sitemap.h"
#include "visit/outcome.h"
#include "web/sitemap.h"
#include "web/url_canonical.h"
#include <errno.h>

enum { FOUND_MOST = OUTCOME_FINDINGS_MOST - (128 << 10) }; // leaves room for the head and one more

static int sink_sitemap_take(void *arg, const struct sitemap_entry *entry)
{
    struct sink_sitemap *s = arg;
    struct url url;
    if (s->found.n > FOUND_MOST) {
        s->cut = true;
        return 1;
    }
    int r = url_parse(&url, entry->url, &s->base, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : 0; // none that could be fetched
    url_canonical(&url);
    finding_sitemap_put(&s->found, &s->before, url_href(&url));
    s->entries++;
    url_fini(&url);
    return s->found.failed || s->before.failed ? -ENOMEM : 0;
}

static int sink_sitemap_open(struct sink_sitemap *s, const struct head *head)
{
    int r = url_parse(&s->base, s->url, NULL, NULL);
    return r < 0 ? r
                 : sitemap_new(&s->reading, head_find(head, "content-type"), sink_sitemap_take, s);
}

static enum sink_answer sink_sitemap_head(struct sink *sink, const struct head *head)
{
    struct sink_sitemap *s = (struct sink_sitemap *)sink;
    if (head->status / 100 == 2 && sink_sitemap_open(s, head) < 0) {
        s->failed = true;
        return SINK_STOP;
    }
    return s->next && s->next->head ? s->next->head(s->next, head) : SINK_GO;
}

static enum sink_answer sink_sitemap_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_sitemap *s = (struct sink_sitemap *)sink;
    int r = s->reading && !s->sated ? sitemap_feed(s->reading, (struct span){ p, n }) : 0;
    s->failed |= r < 0;
    s->sated |= r > 0;
    if (s->failed || (s->sated && !s->next))
        return SINK_STOP;
    return s->next ? s->next->write(s->next, p, n) : SINK_GO;
}

void sink_sitemap_begin(struct sink_sitemap *s, struct span url, struct sink *next)
{
    s->sink = (struct sink){ sink_sitemap_head, sink_sitemap_write, NULL };
    s->next = next;
    s->url = url;
    s->entries = 0;
    s->sated = s->cut = s->failed = false;
    buffer_clear(&s->found);
    buffer_clear(&s->before);
    sitemap_free(s->reading);
    s->reading = NULL;
    url_fini(&s->base);
}

static int sink_sitemap_report(struct sink_sitemap *s, struct buffer *out)
{
    enum sitemap_kind kind = sitemap_kind(s->reading);
    struct finding_sitemap head = { .kind = FINDING_SITEMAP, .entries = s->entries };
    if (!sitemap_word(kind)[0])
        return 0;
    if (kind == SITEMAP_INDEX)
        head.flags |= FINDING_SITEMAP_INDEX;
    if (s->cut || sitemap_cut(s->reading))
        head.flags |= FINDING_SITEMAP_CUT;
    if (sitemap_broken(s->reading))
        head.flags |= FINDING_SITEMAP_BROKEN;
    buffer_add(out, &head, sizeof head);
    buffer_add(out, s->found.p, s->found.n);
    return out->failed ? -ENOMEM : 0;
}

int sink_sitemap_end(struct sink_sitemap *s, bool whole, struct buffer *out)
{
    bool reads = s->reading && whole;
    int r = s->failed ? -ENOMEM : reads && !s->sated ? sitemap_end(s->reading) : 0;
    r = r < 0 ? -ENOMEM : reads ? sink_sitemap_report(s, out) : 0;
    sitemap_free(s->reading);
    s->reading = NULL;
    url_fini(&s->base);
    return r;
}

void sink_sitemap_trim(struct sink_sitemap *s, size_t most)
{
    if (s->found.room > most)
        buffer_fini(&s->found);
}

void sink_sitemap_fini(struct sink_sitemap *s)
{
    sitemap_free(s->reading);
    s->reading = NULL;
    url_fini(&s->base);
    buffer_fini(&s->found);
    buffer_fini(&s->before);
}

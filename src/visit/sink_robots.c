// SPDX-License-Identifier: MIT
#include "visit/sink_robots.h"
#include "visit/finding_robots.h"
#include "web/robots.h"
#include <errno.h>

static enum sink_answer sink_robots_head(struct sink *sink, const struct head *head)
{
    struct sink_robots *s = (struct sink_robots *)sink;
    if (head->status / 100 == 2 && robots_new(&s->reading, s->agent) < 0) {
        s->failed = true;
        return SINK_STOP;
    }
    return s->next && s->next->head ? s->next->head(s->next, head) : SINK_GO;
}

static enum sink_answer sink_robots_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_robots *s = (struct sink_robots *)sink;
    s->passed += n;
    if (s->reading && robots_feed(s->reading, (struct span){ p, n }) < 0)
        s->failed = true;
    enum sink_answer answer = s->next ? s->next->write(s->next, p, n) : SINK_GO;
    return s->failed || s->passed > ROBOTS_MOST ? SINK_STOP : answer;
}

void sink_robots_begin(struct sink_robots *s, struct span agent, struct sink *next)
{
    robots_free(s->reading);
    *s = (struct sink_robots){ .sink = { sink_robots_head, sink_robots_write, NULL },
                               .next = next,
                               .agent = agent };
}

static int sink_robots_report(struct sink_robots *s, struct buffer *out)
{
    struct buffer rules = { 0 }, sitemaps = { 0 };
    int e = robots_compile(s->reading, &rules, &sitemaps);
    if (e == 0)
        e = finding_robots_write(out, buffer_span(&rules), buffer_span(&sitemaps));
    buffer_fini(&rules);
    buffer_fini(&sitemaps);
    return e;
}

int sink_robots_end(struct sink_robots *s, bool whole, struct buffer *out)
{
    int e = s->failed ? -ENOMEM : whole && s->reading ? sink_robots_report(s, out) : 0;
    robots_free(s->reading);
    s->reading = NULL;
    return e;
}

void sink_robots_fini(struct sink_robots *s)
{
    robots_free(s->reading);
    s->reading = NULL;
}

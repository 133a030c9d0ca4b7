// SPDX-License-Identifier: MIT
#include "visit/finding_robots.h"
#include "web/robots.h"
#include <errno.h>

bool finding_robots_read(struct span findings, struct span *rules, struct span *sitemaps)
{
    struct finding_robots head;
    if (findings.n < sizeof head)
        return false;
    memcpy(&head, findings.p, sizeof head);
    size_t left = findings.n - sizeof head;
    if (head.kind != FINDING_ROBOTS || head.rules > left || head.sitemaps != left - head.rules)
        return false;
    struct span r = { findings.p + sizeof head, head.rules };
    struct span s = { r.p + r.n, head.sitemaps };
    if (!robots_valid(r) || (s.n && s.p[s.n - 1] != '\0'))
        return false;
    *rules = r;
    *sitemaps = s;
    return true;
}

bool finding_robots_sitemap(struct span *sitemaps, struct span *url)
{
    if (sitemaps->n == 0)
        return false;
    *url = span_of(sitemaps->p);
    sitemaps->p += url->n + 1;
    sitemaps->n -= url->n + 1;
    return true;
}

int finding_robots_write(struct buffer *out, struct span rules, struct span sitemaps)
{
    struct finding_robots head = { .kind = FINDING_ROBOTS,
                                   .rules = (uint32_t)rules.n,
                                   .sitemaps = (uint32_t)sitemaps.n };
    buffer_add(out, &head, sizeof head);
    buffer_add(out, rules.p, rules.n);
    buffer_add(out, sitemaps.p, sitemaps.n);
    return out->failed ? -ENOMEM : 0;
}

// SPDX-License-Identifier: MIT
#include "visit/finding_sitemap.h"

bool finding_sitemap_read(struct span findings, struct finding_sitemap *out, struct span *rest)
{
    struct finding_sitemap head;
    if (findings.n < sizeof head)
        return false;
    memcpy(&head, findings.p, sizeof head);
    if (head.kind != FINDING_SITEMAP)
        return false;
    *out = head;
    *rest = (struct span){ findings.p + sizeof head, findings.n - sizeof head };
    return true;
}

bool finding_sitemap_next(struct span *rest, struct buffer *url)
{
    struct finding_sitemap_entry entry;
    if (rest->n < sizeof entry)
        return false;
    memcpy(&entry, rest->p, sizeof entry);
    if (entry.same > url->n || entry.length > rest->n - sizeof entry)
        return false;
    url->n = entry.same;
    buffer_add(url, rest->p + sizeof entry, entry.length);
    rest->p += sizeof entry + entry.length;
    rest->n -= sizeof entry + entry.length;
    return !url->failed;
}

void finding_sitemap_put(struct buffer *out, struct buffer *before, struct span url)
{
    struct finding_sitemap_entry entry = { 0 };
    size_t most = before->n < url.n ? before->n : url.n;
    while (entry.same < most && before->p[entry.same] == url.p[entry.same])
        entry.same++;
    entry.length = (uint16_t)(url.n - entry.same);
    buffer_add(out, &entry, sizeof entry);
    buffer_add(out, url.p + entry.same, entry.length);
    buffer_clear(before);
    buffer_add(before, url.p, url.n);
}

// SPDX-License-Identifier: MIT
#include "visit/finding_links.h"

bool finding_links_read(struct span findings, struct finding_links *out, struct span *canonical,
                        struct span *rest)
{
    struct finding_links head;
    if (findings.n < sizeof head)
        return false;
    memcpy(&head, findings.p, sizeof head);
    if (head.kind != FINDING_LINKS || head.canonical > findings.n - sizeof head)
        return false;
    const char *behind = findings.p + sizeof head;
    *out = head;
    *canonical = (struct span){ head.canonical ? behind : NULL, head.canonical };
    *rest = (struct span){ behind + head.canonical, findings.n - sizeof head - head.canonical };
    return true;
}

bool finding_links_next(struct span *rest, struct finding_link *link, struct span *href)
{
    if (rest->n < sizeof *link)
        return false;
    memcpy(link, rest->p, sizeof *link);
    if (link->length > rest->n - sizeof *link)
        return false;
    *href = (struct span){ rest->p + sizeof *link, link->length };
    rest->p += sizeof *link + link->length;
    rest->n -= sizeof *link + link->length;
    return true;
}

// SPDX-License-Identifier: MIT
// Where exchanges are in the archive: into the record of their item, and into the index.
#include "crawl/archives.h"
#include "crawl/coordinator.h"
#include "output/output.h"
#include "store/cdxj.h"
#include "visit/outcome.h"

void archives_outcome(struct coordinator *c, struct item *i, const struct outcome *o)
{
    struct span file = message_span(o, o->warc);
    if (!file.n)
        return;
    item_archived(i, file, o->warc_offset);
    archives_note(c, file, o->warc_end);
    if (!c->index)
        return;
    struct cdxj line = { .url = url_href(&i->url),
                         .date = o->started,
                         .content_type = message_span(o, o->content_type),
                         .status = o->status,
                         .digest = message_span(o, o->warc_digest),
                         .revisit = o->flags & OUTCOME_REVISIT,
                         .offset = o->warc_offset,
                         .length = o->warc_length,
                         .file = file };
    cdxj_write(output_buffer(c->index), &line);
    output_added(c->index);
}

// SPDX-License-Identifier: MIT
// What a run that was stopped has not come to.
#include "crawl/leftover.h"
#include "crawl/coordinator.h"
#include "crawl/ending.h"
#include "crawl/intake.h"
#include "crawl/shelf_known.h"
#include "input/lines.h"
#include "input/source.h"
#include "sys/log.h"

// Lists what was never taken from the source; a list without end is left alone. When --max-urls was
// why, that is said, unless nothing is left.
static void list_rest(struct coordinator *c)
{
    bool enough = c->end == CRAWL_COMPLETE, at_hand = source_is_at_hand(c->source);
    bool list = c->failed && !c->commits; // what can be gone on with is not listed
    bool more = !at_hand;
    struct line line;
    while (at_hand && (list || (enough && !more)) && source_next(c->source, &line) == 1) {
        if (list)
            intake_note_unfinished(c, &line);
        more = true;
    }
    if (!enough || !more)
        return;
    log_note("%s: reached; %s", bounds_name(BOUNDS_URLS),
             at_hand ? "the rest of the list was not fetched"
                     : "what more the list may have was not waited for");
    c->end = CRAWL_LIMITED;
}

void leftover_drop(struct coordinator *c)
{
    struct item *i;
    while ((i = frontier_drain(&c->frontier, c->now)))
        ending_unfinished(c, i);
    while ((i = shelf_known_drain(c)))
        ending_unfinished(c, i);
}

// What was not finished is listed, also what was never taken from the source; unless the user wants
// to be gone, or the list has no end.
void leftover_list(struct coordinator *c)
{
    struct line line;
    leftover_drop(c);
    list_each(node, following, &c->spill.overflows)
    {
        struct overflow *o = list_entry(node, struct overflow, node);
        while (c->failed && o->lines > 0 && spill_fetch(&c->spill, o) == 0)
            while (spill_take(&c->spill, o, &line))
                intake_note_unfinished(c, &line);
    }
    if (!c->fed_to_end)
        list_rest(c);
}

// SPDX-License-Identifier: MIT
// Where bodies go, which the coordinator says by the URL that was asked for; and what is there
// already.
#include "crawl/saving.h"
#include "crawl/coordinator.h"
#include "crawl/ending.h"
#include "sched/offload.h"
#include "visit/save.h"
#include "web/file_path.h"

// The URL as the list has it names the file, not the one it redirects to: who wrote the list knows
// where to look, and no server decides in which directory.
bool saving_path(struct buffer *out, const struct item *i)
{
    struct url given;
    buffer_clear(out);
    if (i->redirects == 0) {
        file_path_make(out, &i->url);
    } else if (url_parse(&given, item_given(i), NULL, NULL) == 0) {
        file_path_make(out, &given);
        url_fini(&given);
    } else {
        return false;
    }
    return !out->failed;
}

struct saving_look {
    struct save *save;
    struct buffer path, saved;
    bool found;
};

static int saving_look(void *arg)
{
    struct saving_look *l = arg;
    l->found = save_find(l->save, buffer_span(&l->path), &l->saved);
    return 0;
}

bool saving_skip(struct coordinator *c, struct item *i)
{
    struct saving_look look = { .save = c->settings->save };
    if (saving_path(&look.path, i) && offload(saving_look, &look) == 0 && look.found)
        ending_skipped(c, i, buffer_span(&look.saved));
    buffer_fini(&look.path);
    buffer_fini(&look.saved);
    return look.found;
}

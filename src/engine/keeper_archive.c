// SPDX-License-Identifier: MIT
// What a worker that died leaves of its archive: brought back to what it reported.
#include "engine/keeper.h"
#include "sched/offload.h"
#include "store/warc_tail.h"
#include "sys/log.h"
#include "visit/outcome.h"
#include <errno.h>
#include <string.h>

void keeper_archive_note(struct keeper *k, const struct outcome *o)
{
    struct span file = message_span(o, o->warc);
    if (!file.n || file.n >= sizeof k->archive_file)
        return;
    memcpy(k->archive_file, file.p, file.n);
    k->archive_file[file.n] = '\0';
    k->archive_end = o->warc_end;
}

struct keeper_archive {
    const struct visit_settings *settings;
    unsigned worker;
    struct warc_tail tail;
    struct warc_tail_report done;
};

static int keeper_archive_cut(void *arg)
{
    struct keeper_archive *a = arg;
    struct warc_tail_scope scope = { .prefix = a->settings->warc_prefix,
                                     .since = a->settings->warc_since,
                                     .worker = (long)a->worker };
    return warc_tail_settle(&scope, &a->tail, a->tail.file.n ? 1 : 0, &a->done);
}

void keeper_archive_settle(struct keeper *k)
{
    struct keeper_archive a = { .settings = k->house->setup.settings,
                                .worker = k->number,
                                .tail = { span_of(k->archive_file), k->archive_end } };
    if (!a.settings->warc_prefix || !k->pid || (k->status == 0 && !k->failure))
        return;
    int e = offload(keeper_archive_cut, &a);
    if (e == -ECANCELED || e == -EAGAIN || e == -ENOMEM) // no thread to be had
        e = keeper_archive_cut(&a);
    if (e < 0)
        log_error("an archive file of worker %u may have a torn end (see trawl inspect warc "
                  "--repair): %s",
                  k->number, strerror(-e));
    else if (a.done.bytes)
        log_detail("engine %s: %llu bytes that the worker had not reported were cut from its "
                   "archive",
                   k->house->engine->name, (unsigned long long)a.done.bytes);
    k->archive_file[0] = '\0';
}

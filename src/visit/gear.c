// SPDX-License-Identifier: MIT
#include "visit/gear.h"
#include "sys/log.h"
#include "visit/archive.h"
#include "visit/save.h"
#include "visit/settings.h"
#include <stdatomic.h>

static _Atomic unsigned gear_last;

unsigned gear_number(void)
{
    return atomic_fetch_add_explicit(&gear_last, 1, memory_order_relaxed);
}

unsigned gear_descriptors(const struct visit_settings *settings)
{
    return (settings->save_dir ? 1u : 0u) + (settings->warc_prefix ? 1u : 0u);
}

int gear_open(struct gear *t, const struct visit_settings *settings, unsigned number)
{
    *t = (struct gear){ .budget.most = settings->memory };
    turns_init(&t->turns);
    int e = settings->save_dir ? save_open(&t->save, settings) : 0;
    if (e == 0 && settings->warc_prefix)
        e = archive_open(&t->archive, settings, number, &t->budget);
    if (e < 0)
        gear_close(t);
    return e;
}

void gear_close(struct gear *t)
{
    int e = archive_close(t->archive);
    if (e < 0)
        log_error("the last archive file keeps its name of an open one: %s", strerror(-e));
    save_close(t->save);
    t->save = NULL;
    t->archive = NULL;
    recent_fini(&t->recent);
}

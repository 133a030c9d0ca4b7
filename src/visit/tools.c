// SPDX-License-Identifier: MIT
#include "visit/tools.h"
#include "visit/save.h"
#include "visit/settings.h"
#include <stdatomic.h>

static _Atomic unsigned tools_last;

unsigned tools_number(void)
{
    return atomic_fetch_add_explicit(&tools_last, 1, memory_order_relaxed);
}

int tools_open(struct tools *t, const struct visit_settings *settings, unsigned number)
{
    (void)number;
    *t = (struct tools){ .budget.most = settings->memory };
    turns_init(&t->turns);
    return settings->save_dir ? save_open(&t->save, settings) : 0;
}

void tools_close(struct tools *t)
{
    save_close(t->save);
    t->save = NULL;
}

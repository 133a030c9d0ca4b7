// SPDX-License-Identifier: MIT
// trawl inspect: one rule at a time, for people and for pipes.
#include "cmd/command.h"
#include "cmd/inspect_url.h"
#include "sys/log.h"

int cmd_inspect(struct arguments *a)
{
    static const struct {
        const char *name;
        int (*run)(struct arguments *a, const char *const *operands);
    } kinds[] = { { "url", inspect_url } };
    const char *kind = a->operands.count ? a->operands.item[0] : NULL;
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i].name) == 0)
            return kinds[i].run(a, a->operands.item + 1);
    if (kind)
        log_error("inspect '%s': is not known: write inspect url", kind);
    else
        log_error("inspect what? write inspect url");
    return STATUS_USAGE;
}

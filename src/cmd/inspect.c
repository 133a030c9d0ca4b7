// SPDX-License-Identifier: MIT
// trawl inspect: one rule at a time, for people and for pipes.
#include "cmd/command.h"
#include "cmd/inspect_dns.h"
#include "cmd/inspect_url.h"
#include "sys/log.h"

struct inspect_kind {
    const char *name;
    int (*run)(struct arguments *a, const char *const *operands);
    bool resolves; // the options about names are for it
};

static bool inspect_may_have(const struct inspect_kind *k, const struct arguments *a)
{
    const struct resolver_options *r = &a->crawl.resolver;
    if (k->resolves || !(r->servers || r->ipv4 || r->ipv6 || a->resolve.count))
        return true;
    log_error("inspect %s: looks no name up: leave --dns-servers, --resolve, -4 and -6 out",
              k->name);
    return false;
}

int cmd_inspect(struct arguments *a)
{
    static const struct inspect_kind kinds[] = { { "url", inspect_url, false },
                                                 { "dns", inspect_dns, true } };
    const char *name = a->operands.count ? a->operands.item[0] : NULL;
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(name, kinds[i].name) == 0)
            return inspect_may_have(&kinds[i], a) ? kinds[i].run(a, a->operands.item + 1)
                                                  : STATUS_USAGE;
    }
    if (name)
        log_error("inspect '%s': is not known: write inspect url or inspect dns", name);
    else
        log_error("inspect what? write inspect url or inspect dns");
    return STATUS_USAGE;
}

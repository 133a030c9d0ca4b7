// SPDX-License-Identifier: MIT
// trawl crawl: a list of seeds, and what they lead to.
#include "cmd/command.h"
#include "discover/scope.h"
#include "options/crawl_options.h"
#include "sys/log.h"
#include <errno.h>
#include <unistd.h>

// Whether the regular expressions are some; before anything else is begun.
static int check_scope(const struct arguments *a)
{
    struct scope_settings s = a->crawl.explore.scope;
    struct scope *scope;
    char why[SCOPE_WHY];
    int r = scope_new(&scope, &s, NULL, why);
    if (r == 0) {
        scope_free(scope);
        return STATUS_OK;
    }
    log_error("%s", r == -ENOMEM ? "out of memory" : why);
    return r == -ENOMEM ? STATUS_BROKEN : STATUS_USAGE;
}

int cmd_crawl(struct arguments *a)
{
    if (crawl_options_settle(a) < 0)
        return command_no_memory();
    if (!a->operands.count && !a->crawl.input && !a->explore.sitemaps.count &&
        isatty(STDIN_FILENO)) {
        log_error("nothing to crawl: give a URL to start from, -i FILE, or --sitemap URL");
        return STATUS_USAGE;
    }
    int status = check_scope(a);
    return status == STATUS_OK ? cmd_fetch(a) : status;
}

// SPDX-License-Identifier: MIT
// trawl resume: goes on with a run, by the command that its state remembers.
#include "cmd/command.h"
#include "cmd/fetch_state.h"
#include "cmd/options.h"
#include "sys/log.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

// Runs the command on its arguments, with this directory instead of what they say.
static int again(struct arguments *a, unsigned command, struct arguments_list *line,
                 const char *dir)
{
    struct arguments then;
    char why[OPTIONS_WHY];
    if (arguments_list_add(line, "--state") < 0 || arguments_list_add(line, dir) < 0) {
        log_error("out of memory");
        return STATUS_BROKEN;
    }
    // An operand that looks like an option stands behind "--", so these go before all.
    const char *tail[2] = { line->item[line->count - 2], line->item[line->count - 1] };
    memmove(line->item + 2, line->item, (line->count - 2) * sizeof *line->item);
    line->item[0] = tail[0];
    line->item[1] = tail[1];
    int status, r = options_parse(&then, command, (int)line->count,
                                  (char *const *)(uintptr_t)line->item, why);
    if (r < 0) {
        log_error("'%s' was begun with options that this version does not take: %s", dir,
                  r == -EINVAL ? why : strerror(-r));
        status = STATUS_USAGE;
    } else {
        then.crawl.state_dir = dir;
        then.state.recalled = true;
        then.quiet |= a->quiet;
        then.verbose |= a->verbose;
        log_set_level(then.quiet ? LOG_ERROR : then.verbose ? LOG_DETAIL : LOG_NOTE);
        status = command == COMMAND_CRAWL ? cmd_crawl(&then) : cmd_fetch(&then);
    }
    arguments_fini(&then);
    return status;
}

int cmd_resume(struct arguments *a)
{
    struct arguments_list line = { 0 };
    struct buffer kept = { 0 }, cwd = { 0 };
    char dir[PATH_MAX];
    unsigned command;
    if (a->operands.count != 1) {
        log_error("resume what? write trawl resume DIR, with the DIR of --state");
        return STATUS_USAGE;
    }
    if (!realpath(a->operands.item[0], dir)) {
        log_error("'%s' holds no state: %s", a->operands.item[0], strerror(errno));
        return STATUS_USAGE;
    }
    int status = fetch_state_recall(dir, &command, &line, &kept, &cwd);
    if (status == STATUS_OK && chdir(cwd.p) < 0) {
        log_error("'%s' was begun in '%s', where names without a / at their beginning are looked "
                  "for, and that cannot be gone to: %s",
                  dir, cwd.p, strerror(errno));
        status = STATUS_USAGE;
    }
    if (status == STATUS_OK)
        status = again(a, command, &line, dir);
    free(line.item);
    buffer_fini(&kept);
    buffer_fini(&cwd);
    return status;
}

// SPDX-License-Identifier: MIT
// trawl resume: goes on with a run, by the command that its state remembers.
#include "cmd/command.h"
#include "cmd/fetch_state.h"
#include "ledger/order.h"
#include "options/options.h"
#include "store/state.h"
#include "store/state_meta.h"
#include "sys/log.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static int unpack_arguments(const struct order *o, struct arguments_list *out, struct buffer *kept)
{
    struct span rest = o->arguments, one;
    size_t at = 0;
    while (order_next(&rest, &one)) {
        buffer_add(kept, one.p, one.n);
        buffer_add_byte(kept, '\0');
    }
    while (!kept->failed && at < kept->n) {
        if (arguments_list_add(out, kept->p + at) < 0)
            return -ENOMEM;
        at += strlen(kept->p + at) + 1;
    }
    return kept->failed ? -ENOMEM : 0;
}

static int recall(struct state *s, unsigned *command, struct arguments_list *out,
                  struct buffer *kept, struct buffer *cwd)
{
    struct span bytes = { NULL, 0 };
    struct order o;
    int r = state_begin(s);
    if (r == 0)
        r = state_meta_get(s, ORDER_NAME, &bytes);
    if (r == 0)
        r = -ENOENT;
    if (r == 1)
        r = order_read(&o, bytes);
    *command = 0;
    for (unsigned k = 0; r == 0 && k < command_count; k++)
        if (span_is(o.command, command_table[k].name))
            *command = command_table[k].bit;
    if (r == 0)
        r = *command ? unpack_arguments(&o, out, kept) : -EPROTO;
    if (r == 0) {
        buffer_add(cwd, o.cwd.p, o.cwd.n);
        r = buffer_string(cwd) ? 0 : -ENOMEM;
    }
    state_abort(s);
    return r;
}

// Sets `out` to the command line that `dir` was begun with: its command's bit, and the arguments as
// strings that are owned by `kept`. Returns a status.
static int recall_order(const char *dir, unsigned *command, struct arguments_list *out,
                        struct buffer *kept, struct buffer *cwd)
{
    char why[STATE_WHY];
    struct state *s;
    int r = state_open(&s, dir, STATE_READ, 0, why);
    if (r < 0) {
        log_error("%s", why);
        return fetch_state_status(r);
    }
    r = recall(s, command, out, kept, cwd);
    state_close(s);
    if (r == -ENOENT)
        log_error("'%s' holds no state: nothing was begun there", dir);
    else if (r < 0)
        log_error("'%s': %s", dir, state_error_text(r));
    return r < 0 ? fetch_state_status(r) : STATUS_OK;
}

// Runs the command on its arguments, with this directory instead of what they say.
static int again(struct arguments *a, unsigned command, struct arguments_list *line,
                 const char *dir)
{
    struct arguments then;
    char why[OPTIONS_WHY];
    if (arguments_list_add(line, "--state") < 0 || arguments_list_add(line, dir) < 0)
        return command_no_memory();
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
        then.state.refresh = false; // one that is finished stays so
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
    unsigned command = 0;
    if (a->operands.count != 1) {
        log_error("resume what? write trawl resume DIR, with the DIR of --state");
        return STATUS_USAGE;
    }
    if (!realpath(a->operands.item[0], dir)) {
        log_error("'%s' holds no state: %s", a->operands.item[0], strerror(errno));
        return STATUS_USAGE;
    }
    int status = recall_order(dir, &command, &line, &kept, &cwd);
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

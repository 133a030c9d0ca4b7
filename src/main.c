// SPDX-License-Identifier: MIT
#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/dump.h"
#include "cmd/help.h"
#include "cmd/version.h"
#include "data/nearest.h"
#include "options/options.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>

static int show_help(const struct command *c)
{
    struct buffer out = { 0 };
    help_command(&out, c);
    int status = command_write(&out);
    buffer_fini(&out);
    return status;
}

static int refuse_command(const char *name)
{
    struct nearest near;
    nearest_begin(&near, name, strlen(name));
    for (unsigned i = 0; i < command_count; i++)
        nearest_offer(&near, command_table[i].name);
    if (near.best)
        log_error("there is no command %s; did you mean %s?", name, near.best);
    else
        log_error("there is no command %s; trawl help lists those there are", name);
    return STATUS_USAGE;
}

static int run(const struct command *c, int argc, char **argv)
{
    struct arguments arguments;
    char why[OPTIONS_WHY];
    int status, r = options_parse(&arguments, c->bit, argc, argv, why);
    if (r == -ENOMEM) {
        log_error("out of memory");
        status = STATUS_BROKEN;
    } else if (arguments.help) {
        status = show_help(c);
    } else if (arguments.version) {
        status = command_show(version_write);
    } else if (r < 0) {
        log_error("%s", why);
        status = STATUS_USAGE;
    } else if (arguments.operands.count && !c->operands) {
        log_error("%s takes no arguments: leave '%s' out", c->name, arguments.operands.item[0]);
        status = STATUS_USAGE;
    } else {
        log_set_level(arguments.quiet ? LOG_ERROR : arguments.verbose ? LOG_DETAIL : LOG_NOTE);
        status = c->run(&arguments);
    }
    arguments_fini(&arguments);
    return status;
}

// trawl help [COMMAND]
static int help(int argc, char **argv)
{
    if (argc == 0)
        return command_show(help_overview);
    const struct command *c = command_find(argv[0]);
    return c ? show_help(c) : refuse_command(argv[0]);
}

// A word that is no command may be a URL, or an option of fetch, which is what people mean most.
static bool means_fetch(const char *word)
{
    return word[0] == '-' || strpbrk(word, ".:/");
}

int main(int argc, char **argv)
{
    // A reader that went away shows as EPIPE, so that a run can end in order.
    signal(SIGPIPE, SIG_IGN);
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        log_error("nothing to do: give a command or URLs; trawl help shows how");
        return STATUS_USAGE;
    }
    if (strcmp(word, "help") == 0)
        return help(argc - 2, argv + 2);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return command_show(help_overview);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return command_show(version_write);
    if (strcmp(word, "--dump") == 0)
        return dump_write(argc > 2 ? argv[2] : "");
    const struct command *c = command_find(word);
    if (c)
        return run(c, argc - 2, argv + 2);
    return means_fetch(word) ? run(command_find("fetch"), argc - 1, argv + 1)
                             : refuse_command(word);
}

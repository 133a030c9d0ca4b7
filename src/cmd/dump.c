// SPDX-License-Identifier: MIT
#include "cmd/dump.h"
#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/manual.h"
#include "options/options.h"
#include "sys/log.h"

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static void options_write(struct buffer *out)
{
    for (unsigned i = 0; i < command_count; i++)
        for (unsigned j = 0; j < options_count; j++) {
            const struct command *c = &command_table[i];
            const struct option *o = &options_table[j];
            if (o->commands & c->bit)
                buffer_add_format(out, "%s\t%s\t%c\t%s\t%s\t%s\n", c->name, o->name,
                                  o->letter ? o->letter : '-', or_dash(o->argument),
                                  or_dash(o->value), o->negatable ? "yes" : "-");
        }
}

int dump_write(const char *what)
{
    static const struct {
        const char *name;
        void (*write)(struct buffer *out);
    } dumps[] = {
        { "manual", manual_write },
        { "completion", completion_write },
        { "options", options_write },
    };
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++)
        if (strcmp(what, dumps[i].name) == 0)
            return command_show(dumps[i].write);
    log_error("--dump '%s': is not known: write manual, completion or options", what);
    return STATUS_USAGE;
}

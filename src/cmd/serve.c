// SPDX-License-Identifier: MIT
// trawl serve: a local origin.
#include "serve/serve.h"
#include "cmd/command.h"
#include "hostile/hostile.h"
#include "hostile/hostile_secure.h"
#include "serve/dns_answer.h"
#include "serve/routes.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static bool path_row(unsigned i, char *term, size_t room, const char **text)
{
    if (i >= routes_count)
        return false;
    snprintf(term, room, "/%s%s", routes_table[i].name, routes_table[i].rest);
    *text = routes_table[i].help;
    return true;
}

static bool label_row(unsigned i, char *term, size_t room, const char **text)
{
    const struct dns_fault_help *row = &dns_answer_faults[i];
    if (!row->label)
        return false;
    snprintf(term, room, "%s.", row->label);
    *text = row->help;
    return true;
}

const struct command_list cmd_serve_lists[] = {
    { "Paths that are served, from any Host but those of --web", path_row },
    { "Labels that ask --dns for trouble, in front of any of its names", label_row },
    { NULL, NULL },
};

static void write_row(struct buffer *out, const struct hostile *row)
{
    buffer_add_format(out, "%s\t%s\t%s\n", row->name, row->expect, row->what);
}

static void write_list(struct buffer *out)
{
    const struct hostile_set *set;
    const struct hostile_secure *secure;
    for (unsigned i = 0; (set = hostile_sets(i)); i++)
        for (unsigned k = 0; k < set->count; k++)
            write_row(out, &set->row[k]);
    for (unsigned i = 0; (secure = hostile_secure_at(i)); i++)
        write_row(out, &secure->row);
}

int cmd_serve(struct arguments *a)
{
    if (a->serve_list)
        return command_show(write_list);
    struct serve_settings *s = &a->serve;
    s->quiet = a->quiet;
    s->ready_fd = STDOUT_FILENO;
    switch (serve_run(s)) {
    case 0:
        return STATUS_OK;
    case -EINVAL:
        return STATUS_USAGE;
    case -EPIPE:
        return STATUS_OUTPUT_GONE;
    default:
        return STATUS_BROKEN;
    }
}

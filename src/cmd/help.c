// SPDX-License-Identifier: MIT
#include "cmd/help.h"
#include "cmd/command.h"
#include "options/options.h"

enum { HELP_WIDTH = 80, HELP_COLUMN = 31 };

static void add_spaces(struct buffer *out, size_t n)
{
    while (n--)
        buffer_add_byte(out, ' ');
}

// Appends `text` in lines of at most HELP_WIDTH columns, of which `column` are taken in the first
// and left empty in the others. ASCII text.
static void add_wrapped(struct buffer *out, size_t column, const char *text)
{
    size_t at = column;
    while (*text) {
        size_t n = strcspn(text, " \n");
        if (at > column && at + 1 + n > HELP_WIDTH) {
            buffer_add_byte(out, '\n');
            add_spaces(out, column);
            at = column;
        } else if (at > column) {
            buffer_add_byte(out, ' ');
            at++;
        }
        buffer_add(out, text, n);
        at += n;
        text += n;
        for (; *text == '\n'; at = 0)
            buffer_add_byte(out, *text++);
        text += *text == ' ';
    }
    buffer_add_byte(out, '\n');
}

// The lines of `text`, each behind two spaces.
static void add_indented(struct buffer *out, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        add_spaces(out, 2);
        buffer_add(out, text, n);
        buffer_add_byte(out, '\n');
        text += n;
        text += *text == '\n';
    }
}

const char *help_default(const struct option *o)
{
    return o->value ? o->value : o->unset;
}

const char *help_negation(const struct option *o)
{
    return o->negatable ? "[no-]" : "";
}

static void add_option(struct buffer *out, const struct option *o)
{
    struct buffer text = { 0 };
    size_t start = out->n;
    if (o->letter)
        buffer_add_format(out, "  -%c, ", o->letter);
    else
        add_spaces(out, 6);
    buffer_add_format(out, "--%s%s", help_negation(o), o->name);
    if (o->argument)
        buffer_add_format(out, " %s", o->argument);
    if (out->n - start > HELP_COLUMN - 2) {
        buffer_add_byte(out, '\n');
        start = out->n;
    }
    add_spaces(out, HELP_COLUMN - (out->n - start));
    buffer_add_string(&text, o->help);
    if (help_default(o))
        buffer_add_format(&text, " (default: %s)", help_default(o));
    const char *string = buffer_string(&text);
    if (string)
        add_wrapped(out, HELP_COLUMN, string);
    else
        out->failed = true;
    buffer_fini(&text);
}

static void add_group(struct buffer *out, unsigned command, enum options_group group)
{
    bool first = true;
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if (o->group != group || !(o->commands & command))
            continue;
        if (first)
            buffer_add_format(out, "\n%s:\n", options_groups[group]);
        first = false;
        add_option(out, o);
    }
}

// What is called `term`, beside it or, when that is long, below.
static void add_row(struct buffer *out, const char *term, const char *text)
{
    size_t start = out->n;
    buffer_add_format(out, "  %s", term);
    if (out->n - start > HELP_COLUMN - 2) {
        buffer_add_byte(out, '\n');
        start = out->n;
    }
    add_spaces(out, HELP_COLUMN - (out->n - start));
    add_wrapped(out, HELP_COLUMN, text);
}

static void add_list(struct buffer *out, const struct command_list *list)
{
    char term[HELP_WIDTH];
    const char *text;
    buffer_add_format(out, "\n%s:\n", list->heading);
    for (unsigned i = 0; list->row(i, term, sizeof term, &text); i++)
        add_row(out, term, text);
}

void help_command(struct buffer *out, const struct command *c)
{
    buffer_add_string(out, strchr(c->examples, '\n')[1] ? "Examples:\n" : "Example:\n");
    add_indented(out, c->examples);
    buffer_add_format(out, "\nUsage: trawl %s %s\n\n", c->name, c->synopsis);
    add_wrapped(out, 0, c->manual);
    for (unsigned group = 0; group < GROUP_COUNT; group++)
        add_group(out, c->bit, group);
    for (const struct command_list *list = c->lists; list && list->heading; list++)
        add_list(out, list);
    if (c->bit == COMMAND_FETCH)
        add_wrapped(
            out, 0,
            "\nSizes take K, M, G, T (powers of 1024); times take us, ms, s, m, h, d; rates "
            "take /s, /m, /h, /d.");
}

void help_overview(struct buffer *out)
{
    buffer_add_string(out, "Examples:\n  trawl demo\n");
    add_indented(out, command_table[0].examples);
    buffer_add_string(out, "\nUsage: trawl COMMAND [OPTIONS] [ARGUMENTS]\n"
                           "       trawl URL...\n\nCommands:\n");
    for (unsigned i = 0; i < command_count; i++)
        buffer_add_format(out, "  %-9s %s\n", command_table[i].name, command_table[i].help);
    buffer_add_string(out, "  help      show this, or the help of a command: trawl help fetch\n"
                           "\nThe manual: man trawl. Versions: trawl --version\n");
}

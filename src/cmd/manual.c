// SPDX-License-Identifier: MIT
#include "config.h"

#include "cmd/command.h"
#include "cmd/help.h"
#include "cmd/manual.h"
#include "cmd/manual_sections.h"
#include "options/options.h"

// Appends one character of text so that roff shows exactly it: a hyphen stays a hyphen-minus that
// can be copied.
static void add_character(struct buffer *out, char c)
{
    if (c == '\\')
        buffer_add_string(out, "\\e");
    else if (c == '-')
        buffer_add_string(out, "\\-");
    else if (c == '\'')
        buffer_add_string(out, "\\(aq");
    else
        buffer_add_byte(out, c);
}

// Appends text for roff to fill: a sentence starts a line, no line is long or starts with a control
// character, and an empty line of the text starts a paragraph.
static void add_text(struct buffer *out, const char *text)
{
    size_t line = out->n;
    for (const char *p = text; *p; p++) {
        bool ends = p > text && (p[-1] == '.' || p[-1] == '?');
        if (*p == '\n' && p[1] == '\n') {
            buffer_add_string(out, "\n.PP\n");
            line = out->n;
            p++;
        } else if (*p == ' ' && (ends || out->n - line > 65)) {
            buffer_add_byte(out, '\n');
            line = out->n;
        } else {
            if (out->n == line && *p == '.')
                buffer_add_string(out, "\\&");
            add_character(out, *p);
        }
    }
}

// Command lines, as they are.
static void add_examples(struct buffer *out, const char *examples)
{
    buffer_add_string(out, ".PP\n.EX\n");
    for (const char *p = examples; *p; p++) {
        if ((unsigned char)p[0] == 0xc3 && (unsigned char)p[1] == 0xa4) {
            buffer_add_string(out, "\\[u00E4]");
            p++;
        } else {
            add_character(out, *p);
        }
    }
    buffer_add_string(out, ".EE\n");
}

static void add_list(struct buffer *out, const struct command_list *list)
{
    char term[80];
    const char *text;
    buffer_add_string(out, ".PP\n");
    add_text(out, list->heading);
    buffer_add_string(out, ":\n");
    for (unsigned i = 0; list->row(i, term, sizeof term, &text); i++) {
        buffer_add_string(out, ".TP\n\\fB");
        add_text(out, term);
        buffer_add_string(out, "\\fR\n");
        add_text(out, text);
        buffer_add_byte(out, '\n');
    }
}

static void add_commands(struct buffer *out)
{
    buffer_add_string(out, ".SH COMMANDS\n");
    for (unsigned i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        buffer_add_format(out, ".SS trawl %s\n", c->name);
        add_text(out, c->manual);
        buffer_add_byte(out, '\n');
        add_examples(out, c->examples);
        for (const struct command_list *list = c->lists; list && list->heading; list++)
            add_list(out, list);
    }
}

// "fetch, demo": whose option this is.
static void add_owners(struct buffer *out, const struct option *o)
{
    const char *comma = "";
    if (o->commands == COMMAND_ALL) {
        buffer_add_string(out, "every command");
        return;
    }
    for (unsigned i = 0; i < command_count; i++)
        if (o->commands & command_table[i].bit) {
            buffer_add_format(out, "%s%s", comma, command_table[i].name);
            comma = ", ";
        }
}

static void add_option(struct buffer *out, const struct option *o)
{
    buffer_add_string(out, ".TP\n");
    if (o->letter)
        buffer_add_format(out, "\\fB\\-%c\\fR, ", o->letter);
    buffer_add_string(out, "\\fB\\-\\-");
    add_text(out, help_negation(o));
    add_text(out, o->name);
    buffer_add_string(out, "\\fR");
    if (o->argument) {
        buffer_add_string(out, " \\fI");
        add_text(out, o->argument);
        buffer_add_string(out, "\\fR");
    }
    buffer_add_byte(out, '\n');
    add_text(out, o->manual);
    buffer_add_string(out, "\nFor ");
    add_owners(out, o);
    if (help_default(o)) {
        buffer_add_string(out, "; default: ");
        add_text(out, help_default(o));
    }
    buffer_add_string(out, ".\n");
}

static void add_options(struct buffer *out)
{
    buffer_add_string(out, ".SH OPTIONS\n");
    add_text(out,
             "An option's argument follows it, or stands behind an equals sign (--retry=3) or "
             "right behind the letter (-j8). Options may stand after arguments; -- ends them. Of "
             "an option that is given twice the last one counts, unless it says otherwise.\n\n"
             "Sizes are bytes, or take K, M, G, T or P, powers of 1024: 500K, 1.5G. Times are "
             "seconds, or take us, ms, s, m, h or d: 1.5s, 500ms, 2m. Rates are times a second, "
             "or take /s, /m, /h or /d: 30/m.\n");
    for (unsigned group = 0; group < GROUP_COUNT; group++) {
        bool first = true;
        for (unsigned i = 0; i < options_count; i++) {
            if (options_table[i].group != group)
                continue;
            if (first)
                buffer_add_format(out, ".SS %s\n", options_groups[group]);
            first = false;
            add_option(out, &options_table[i]);
        }
    }
}

void manual_write(struct buffer *out)
{
    buffer_add_format(
        out,
        ".\\\" SPDX-License-Identifier: MIT\n"
        ".\\\" Made by `trawl --dump manual' from the tables of commands and options.\n"
        ".TH TRAWL 1 2026-11-21 \"trawl %s\" \"User Commands\"\n"
        ".SH NAME\ntrawl \\- fetch many URLs at once\n.SH SYNOPSIS\n",
        PACKAGE_VERSION);
    for (unsigned i = 0; i < command_count; i++) {
        buffer_add_format(out, "%s\\fBtrawl %s\\fR ", i ? ".br\n" : "", command_table[i].name);
        add_text(out, command_table[i].synopsis);
        buffer_add_byte(out, '\n');
    }
    buffer_add_string(out, ".SH DESCRIPTION\n");
    add_text(out,
             "trawl fetches many URLs at once and writes one JSON record for each. Nothing "
             "about a list is ever held whole, so that a list of a hundred million lines takes "
             "the memory of a list of a thousand, and a host that is slow or dead holds up no "
             "other.\n");
    add_commands(out);
    add_options(out);
    manual_sections_write(out);
}

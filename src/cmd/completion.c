// SPDX-License-Identifier: MIT
#include "cmd/completion.h"
#include "cmd/command.h"
#include "options/options.h"

// A word with an "=" in front of the cursor is three words to bash: "--engine", "=", "co".
static const char completion_head[] =
    "# bash completion for trawl                              -*- shell-script -*-\n"
    "# Made by `trawl --dump completion` from the table of options.\n"
    "\n"
    "_trawl()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev='' command=fetch i\n"
    "    ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == '=' ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == '=' ]] && ((COMP_CWORD > 1)); then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

static const char completion_tail[] =
    "    if [[ $words == FILE ]]; then\n"
    "        compopt -o filenames 2> /dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    elif [[ $words == DIR ]]; then\n"
    "        compopt -o filenames 2> /dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "    else\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "    fi\n"
    "}\n"
    "complete -F _trawl trawl\n";

// The words or the kind of thing that may follow option `o`.
static const char *argument_words(const struct option *o)
{
    if (o->words)
        return o->words;
    return strcmp(o->argument, "FILE") == 0 || strcmp(o->argument, "DIR") == 0 ? o->argument : "";
}

static void add_command_names(struct buffer *out)
{
    for (unsigned i = 0; i < command_count; i++)
        buffer_add_format(out, "%s ", command_table[i].name);
    buffer_add_string(out, "help");
}

// Which command is being typed, and what there is before one is.
static void add_command_choice(struct buffer *out)
{
    buffer_add_string(out, "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                           "        case ${COMP_WORDS[i]} in\n"
                           "            -*) ;;\n"
                           "            ");
    for (unsigned i = 0; i < command_count; i++)
        buffer_add_format(out, "%s%s", i ? " | " : "", command_table[i].name);
    buffer_add_string(out, ") command=${COMP_WORDS[i]}; break ;;\n"
                           "            help) command=help; break ;;\n"
                           "            *) break ;;\n"
                           "        esac\n"
                           "    done\n"
                           "    local words=''\n"
                           "    if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then\n"
                           "        words='");
    add_command_names(out);
    buffer_add_string(out, "'\n"
                           "    elif [[ $command == help ]]; then\n"
                           "        words='");
    add_command_names(out);
    buffer_add_string(out, "'\n"
                           "    else\n"
                           "        case $command in\n");
}

// After one of the options that take an argument: what the argument may be.
static void add_arguments(struct buffer *out, unsigned command)
{
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if (!(o->commands & command) || !o->argument)
            continue;
        buffer_add_format(out, "                    --%s", o->name);
        if (o->letter)
            buffer_add_format(out, " | -%c", o->letter);
        buffer_add_format(out, ") words='%s' ;;\n", argument_words(o));
    }
}

static void add_options(struct buffer *out, unsigned command)
{
    buffer_add_string(out, "                    *) [[ $cur == -* ]] && words='");
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if (!(o->commands & command))
            continue;
        if (o->letter)
            buffer_add_format(out, "-%c ", o->letter);
        buffer_add_format(out, "--%s ", o->name);
        if (o->negatable)
            buffer_add_format(out, "--no-%s ", o->name);
    }
    buffer_add_string(out, "'");
}

static void add_command(struct buffer *out, const struct command *c)
{
    buffer_add_format(out, "            %s)\n                case $prev in\n", c->name);
    add_arguments(out, c->bit);
    add_options(out, c->bit);
    if (c->words)
        buffer_add_format(out, " || words='%s'", c->words);
    buffer_add_string(out, " ;;\n                esac\n                ;;\n");
}

void completion_write(struct buffer *out)
{
    buffer_add_string(out, completion_head);
    add_command_choice(out);
    for (unsigned i = 0; i < command_count; i++)
        add_command(out, &command_table[i]);
    buffer_add_string(out, "        esac\n    fi\n");
    buffer_add_string(out, completion_tail);
}

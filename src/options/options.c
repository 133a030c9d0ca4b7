// SPDX-License-Identifier: MIT
#include "options/options.h"
#include "data/nearest.h"
#include "data/pack.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// What is being parsed.
struct parse {
    struct arguments *out;
    unsigned command;
    int argc;
    char *const *argv;
    int at;     // of argv: the next one
    bool typed; // it is not a default
    char *why;
};

const struct option *options_find(unsigned command, const char *name, size_t n)
{
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if ((o->commands & command) && strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    }
    return NULL;
}

const struct option *options_find_letter(unsigned command, char letter)
{
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if ((o->commands & command) && o->letter && o->letter == letter)
            return o;
    }
    return NULL;
}

// Keeps what a run cannot be gone on without.
static void note_typed(struct parse *p, const struct option *o, const char *text)
{
    bool lasts = o->group == GROUP_LISTS || o->group == GROUP_REQUEST || o->group == GROUP_SCOPE;
    if (!lasts || o->changes || (o->value && strcmp(o->value, text) == 0))
        return;
    pack_span(&p->out->state.typed, span_of(o->name));
    pack_span(&p->out->state.typed, span_of(text));
}

// Hands `text` to the option's reader; `shown` is the option as it was typed.
static int parse_value(struct parse *p, const struct option *o, const char *shown, const char *text)
{
    char rest[OPTIONS_WHY];
    int r = o->read(o, (char *)p->out + o->offset, text, rest);
    if (r == -EINVAL)
        snprintf(p->why, OPTIONS_WHY, "%s: '%.80s' %.200s", shown, text, rest);
    if (r == 0 && p->typed)
        note_typed(p, o, text);
    return r;
}

// The option's argument: what stands right behind it (`attached`, NULL for nothing), or the next
// string.
static int parse_argument(struct parse *p, const struct option *o, const char *shown,
                          const char *attached)
{
    if (!attached && p->at < p->argc)
        attached = p->argv[p->at++];
    if (attached)
        return parse_value(p, o, shown, attached);
    snprintf(p->why, OPTIONS_WHY, "%s: its %s is missing: write %s %s", shown, o->argument, shown,
             o->argument);
    return -EINVAL;
}

static int refuse_long(struct parse *p, const char *name, size_t n)
{
    struct nearest near;
    nearest_begin(&near, name, n);
    for (unsigned i = 0; i < options_count; i++)
        if (options_table[i].commands & p->command)
            nearest_offer(&near, options_table[i].name);
    int shown = n > 60 ? 60 : (int)n;
    if (near.best)
        snprintf(p->why, OPTIONS_WHY, "there is no option --%.*s; did you mean --%s?", shown, name,
                 near.best);
    else
        snprintf(p->why, OPTIONS_WHY, "there is no option --%.*s; --help lists those there are",
                 shown, name);
    return -EINVAL;
}

// --NAME, --NAME=VALUE, --NAME VALUE, --no-NAME; `text` starts behind the dashes.
static int parse_long(struct parse *p, const char *text)
{
    char shown[64];
    const char *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);
    const struct option *o = options_find(p->command, text, n);
    const char *flag = "yes";
    if (!o && n > 3 && memcmp(text, "no-", 3) == 0) {
        o = options_find(p->command, text + 3, n - 3);
        o = o && o->negatable ? o : NULL;
        flag = "no";
    }
    if (!o)
        return refuse_long(p, text, n);
    snprintf(shown, sizeof shown, "--%.*s", (int)n, text);
    if (o->argument)
        return parse_argument(p, o, shown, equals ? equals + 1 : NULL);
    if (!equals)
        return parse_value(p, o, shown, flag);
    snprintf(p->why, OPTIONS_WHY, "%s: it takes no value: leave '%.80s' out", shown, equals);
    return -EINVAL;
}

// -j8, -j 8, -qv: letters, the last of which may have an argument; `text` starts behind the dash.
static int parse_letters(struct parse *p, const char *text)
{
    for (; *text; text++) {
        char shown[3] = { '-', *text, '\0' };
        const struct option *o = options_find_letter(p->command, *text);
        if (!o) {
            snprintf(p->why, OPTIONS_WHY, "there is no option -%c; --help lists those there are",
                     *text);
            return -EINVAL;
        }
        if (o->argument)
            return parse_argument(p, o, shown, text[1] ? text + 1 : NULL);
        int r = parse_value(p, o, shown, "yes");
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_defaults(struct parse *p)
{
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        if (!(o->commands & p->command) || !o->value)
            continue;
        int r = parse_value(p, o, o->name, o->value);
        if (r < 0)
            return r;
    }
    return 0;
}

int options_parse(struct arguments *out, unsigned command, int argc, char *const *argv, char *why)
{
    struct parse p = { out, command, argc, argv, 0, false, why };
    bool only_operands = false;
    *out = (struct arguments){ .state = { .command = command, .lock = -1 } };
    int r = parse_defaults(&p);
    p.typed = true;
    for (int k = 0; k < argc; k++)
        pack_span(&out->state.arguments, span_of(argv[k]));
    while (r == 0 && p.at < argc) {
        const char *text = argv[p.at++];
        if (only_operands || text[0] != '-' || !text[1])
            r = arguments_list_add(&out->operands, text);
        else if (text[1] != '-')
            r = parse_letters(&p, text + 1);
        else if (text[2])
            r = parse_long(&p, text + 2);
        else
            only_operands = true;
    }
    if (r == 0 && (out->state.typed.failed || out->state.arguments.failed))
        r = -ENOMEM;
    return r;
}

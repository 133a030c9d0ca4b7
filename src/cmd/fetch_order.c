// SPDX-License-Identifier: MIT
#include "cmd/fetch_order.h"
#include "cmd/command.h"
#include "options/options.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// A typed option, as an element to be sorted.
struct typed {
    struct span name, value;
    size_t order;
};

static int compare_typed(const void *a, const void *b)
{
    const struct typed *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    if (c == 0)
        c = x->name.n < y->name.n ? -1 : x->name.n > y->name.n;
    return c ? c : x->order < y->order ? -1 : x->order > y->order;
}

// A name is of the directory that it was typed in.
static void pack_value(struct buffer *out, const struct typed *t, const char *cwd)
{
    const struct option *o = options_find(~0u, t->name.p, t->name.n);
    bool is_name = o && o->argument && t->value.n > 0 && t->value.p[0] != '/' &&
                   !span_is(t->value, "-") &&
                   (strcmp(o->argument, "FILE") == 0 || strcmp(o->argument, "DIR") == 0 ||
                    strcmp(o->argument, "PREFIX") == 0);
    struct buffer whole = { 0 };
    if (is_name)
        buffer_add_format(&whole, "%s/", cwd);
    buffer_add(&whole, t->value.p, t->value.n);
    out->failed |= whole.failed;
    pack_span(out, whole.n ? buffer_span(&whole) : span_of(""));
    buffer_fini(&whole);
}

static int pack_options(struct buffer *out, const struct arguments *a, const char *cwd)
{
    struct span rest = buffer_span(&a->state.typed), one;
    size_t n = 0, room = 0;
    struct typed *t;
    while (order_next(&rest, &one))
        room++;
    t = calloc(room / 2 + 1, sizeof *t);
    if (!t)
        return -ENOMEM;
    rest = buffer_span(&a->state.typed);
    for (; order_next(&rest, &t[n].name) && order_next(&rest, &t[n].value); n++)
        t[n].order = n;
    qsort(t, n, sizeof *t, compare_typed);
    for (size_t k = 0; k < n; k++) {
        pack_span(out, t[k].name);
        pack_value(out, &t[k], cwd);
    }
    free(t);
    for (size_t k = 0; k < a->operands.count; k++) {
        pack_span(out, span_of("URL"));
        pack_span(out, span_of(a->operands.item[k]));
    }
    return out->failed ? -ENOMEM : 0;
}

// The command line as others may see it: what was secret in it is wiped by now.
static void show_command(struct buffer *out)
{
    char text[1024];
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? 0 : files_read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (long i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    while (n > 0 && text[n - 1] == ' ')
        n--;
    buffer_add(out, text, n > 0 ? (size_t)n : 0);
}

static const char *name_of(unsigned bit)
{
    for (unsigned k = 0; k < command_count; k++)
        if (command_table[k].bit == bit)
            return command_table[k].name;
    return "";
}

int fetch_order_make(struct fetch_order *o, const struct arguments *a)
{
    *o = (struct fetch_order){ .options = { 0 } };
    if (!getcwd(o->cwd, sizeof o->cwd))
        strcpy(o->cwd, ".");
    int r = pack_options(&o->options, a, o->cwd);
    show_command(&o->shown);
    o->order = (struct order){ .command = span_of(name_of(a->state.command)),
                               .cwd = span_of(o->cwd),
                               .shown = buffer_span(&o->shown),
                               .arguments = buffer_span(&a->state.arguments),
                               .options = buffer_span(&o->options) };
    if (!o->order.options.p)
        o->order.options = span_of("");
    if (!o->order.arguments.p)
        o->order.arguments = span_of("");
    return r < 0 || o->shown.failed ? -ENOMEM : 0;
}

void fetch_order_fini(struct fetch_order *o)
{
    buffer_fini(&o->options);
    buffer_fini(&o->shown);
}

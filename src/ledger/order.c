// SPDX-License-Identifier: MIT
#include "ledger/order.h"
#include <errno.h>

enum { ORDER_VERSION = 1 };

void order_write(struct buffer *out, const struct order *o)
{
    buffer_add_byte(out, ORDER_VERSION);
    pack_span(out, o->command);
    pack_span(out, o->cwd);
    pack_span(out, o->shown);
    pack_span(out, o->arguments);
    pack_span(out, o->options);
}

bool order_next(struct span *rest, struct span *out)
{
    struct unpack u = unpack_of(*rest);
    if (u.n == 0)
        return false;
    *out = unpack_span(&u);
    *rest = (struct span){ u.p, u.n };
    return !u.bad && out->p;
}

static bool is_list(struct span list)
{
    struct span one;
    while (list.n > 0)
        if (!order_next(&list, &one))
            return false;
    return true;
}

int order_read(struct order *out, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct order o;
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != ORDER_VERSION)
        return -EPROTO;
    o.command = unpack_span(&u);
    o.cwd = unpack_span(&u);
    o.shown = unpack_span(&u);
    o.arguments = unpack_span(&u);
    o.options = unpack_span(&u);
    if (!unpack_ended(&u) || !is_list(o.arguments) || !is_list(o.options))
        return -EUCLEAN;
    *out = o;
    return 0;
}

void order_keep(struct buffer *out, struct span list, bool (*keeps)(struct span name))
{
    struct span name, value;
    while (order_next(&list, &name) && order_next(&list, &value)) {
        if (!keeps(name))
            continue;
        pack_span(out, name);
        pack_span(out, value);
    }
}

struct span order_value(struct span list, const char *name)
{
    struct span at, value;
    while (order_next(&list, &at) && order_next(&list, &value))
        if (span_is(at, name))
            return value;
    return (struct span){ NULL, 0 };
}

static int compare(struct span a, struct span b)
{
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

struct span order_difference(const struct order *a, const struct order *b)
{
    struct span x = a->options, y = b->options, name[2], value[2];
    for (;;) {
        bool more[2] = { order_next(&x, &name[0]) && order_next(&x, &value[0]),
                         order_next(&y, &name[1]) && order_next(&y, &value[1]) };
        if (!more[0] && !more[1])
            return (struct span){ NULL, 0 };
        if (!more[0] || !more[1])
            return name[more[1]];
        if (!span_equal(name[0], name[1])) // what comes first by name is what only one of them has
            return name[compare(name[0], name[1]) > 0];
        if (!span_equal(value[0], value[1]))
            return name[0];
    }
}

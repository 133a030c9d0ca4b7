// SPDX-License-Identifier: MIT
#include "fetch/pins.h"
#include <stdio.h>

static struct pins_shape pins_shape_of(const struct address *a, unsigned n)
{
    struct pins_shape s = { .first = a[0].family };
    for (unsigned i = 0; i < n && i < PINS_ADDRESSES; i++) {
        if (a[i].family == 6)
            s.count6++;
        else
            s.count4++;
    }
    return s;
}

static bool pins_fit(struct pins_shape a, struct pins_shape b)
{
    return a.first == b.first && a.count4 == b.count4 && a.count6 == b.count6;
}

// Any address would do. These lead nowhere (RFC 5737, RFC 3849), should one ever be used as it is.
static char *pins_write(char *to, char *end, bool six, unsigned count)
{
    while (count--)
        to += snprintf(to, (size_t)(end - to), "%s,", six ? "[2001:db8::1]" : "192.0.2.1");
    return to;
}

static void pins_write_add(struct pins_entry *e)
{
    struct pins_shape s = e->shape;
    bool six = s.first == 6;
    char *p = e->add_text, *end = p + sizeof e->add_text;
    p += snprintf(p, (size_t)(end - p), "*:%u:", e->port);
    p = pins_write(p, end, six, six ? s.count6 : s.count4);
    p = pins_write(p, end, !six, six ? s.count4 : s.count6);
    p[-1] = '\0'; // the last comma
    e->add.data = e->add_text;
}

static struct pins_entry *pins_find(struct pins *p, uint16_t port)
{
    for (unsigned i = 0; i < PINS_PORTS; i++) {
        if (p->at[i].port == port)
            return &p->at[i];
    }
    return NULL;
}

static struct pins_entry *pins_replace(struct pins *p, uint16_t port)
{
    for (unsigned i = 0; i < PINS_PORTS; i++) {
        if (p->at[i].gone == port) { // it is coming back
            p->at[i].gone = 0;
            p->at[i].add.next = NULL;
        }
    }
    struct pins_entry *e = &p->at[p->next];
    p->next = (p->next + 1) % PINS_PORTS;
    if (e->port) {
        e->gone = e->port;
        snprintf(e->remove_text, sizeof e->remove_text, "-*:%u", e->gone);
        e->remove.data = e->remove_text;
        e->add.next = &e->remove;
    }
    e->port = port;
    return e;
}

struct curl_slist *pins_list(struct pins *p, uint16_t port, const struct address *a, unsigned n,
                             bool load)
{
    struct pins_shape shape = pins_shape_of(a, n);
    struct pins_entry *e = pins_find(p, port);
    if (e && pins_fit(e->shape, shape))
        return load ? &e->add : NULL;
    if (!e)
        e = pins_replace(p, port);
    e->shape = shape;
    pins_write_add(e);
    return &e->add;
}

const struct address *pins_address(const struct address *a, unsigned n, unsigned nth, int family)
{
    unsigned of_family = 0;
    for (unsigned i = 0; i < n; i++)
        of_family += a[i].family == family;
    if (of_family == 0)
        return &a[nth % n]; // NOLINT(clang-analyzer-core.DivideZero): there is at least one
    nth %= of_family;
    for (;; a++) {
        if (a->family == family && nth-- == 0)
            return a;
    }
}

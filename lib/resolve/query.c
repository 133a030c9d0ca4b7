// SPDX-License-Identifier: MIT
#include "resolve/query.h"

enum { QUERY_LABEL = 63 };

static struct span query_undotted(struct span name)
{
    if (name.n && name.p[name.n - 1] == '.')
        name.n--;
    return name;
}

bool query_holds(struct span name)
{
    name = query_undotted(name);
    if (!name.n || name.n > QUERY_NAME)
        return false;
    size_t label = 0;
    for (size_t i = 0; i < name.n; i++) {
        bool dot = name.p[i] == '.';
        if (dot ? !label : label == QUERY_LABEL)
            return false;
        label = dot ? 0 : label + 1;
    }
    return label > 0;
}

static uint8_t *query_put_two(uint8_t *to, unsigned v)
{
    to[0] = (uint8_t)(v >> 8);
    to[1] = (uint8_t)v;
    return to + 2;
}

// Dots become the lengths of the labels that follow them.
static uint8_t *query_put_name(uint8_t *to, struct span name)
{
    uint8_t *length = to++;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '.') {
            *length = (uint8_t)(to - length - 1);
            length = to++;
        } else {
            *to++ = (uint8_t)name.p[i];
        }
    }
    *length = (uint8_t)(to - length - 1);
    *to++ = 0;
    return to;
}

size_t query_write(uint8_t out[QUERY_ROOM], struct span name, enum query_type type, uint16_t id,
                   bool edns)
{
    uint8_t *to = query_put_two(out, id);
    to = query_put_two(to, 0x0100); // recursion desired
    to = query_put_two(to, 1);      // one question
    to = query_put_two(to, 0);
    to = query_put_two(to, 0);
    to = query_put_two(to, edns);
    to = query_put_name(to, query_undotted(name));
    to = query_put_two(to, type);
    to = query_put_two(to, 1); // class IN
    if (edns) {
        *to++ = 0;                  // the root
        to = query_put_two(to, 41); // OPT
        to = query_put_two(to, QUERY_PAYLOAD);
        to = query_put_two(to, 0); // extended code, version
        to = query_put_two(to, 0); // flags
        to = query_put_two(to, 0); // no options
    }
    return (size_t)(to - out);
}

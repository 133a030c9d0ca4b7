// SPDX-License-Identifier: MIT
#include "ledger/operation.h"
#include <stdlib.h>

static size_t room_of(size_t n)
{
    return sizeof(struct operation) + ((n + 7) & ~(size_t)7);
}

bool operation_add(struct batch *b, const struct operation *o, struct span bytes)
{
    struct operation head = *o;
    char *p = bytes.n > UINT32_MAX / 2 ? NULL : buffer_reserve(&b->bytes, room_of(bytes.n));
    if (!p)
        return false;
    head.n = (uint32_t)bytes.n;
    memcpy(p, &head, sizeof head);
    if (bytes.n)
        memcpy(p + sizeof head, bytes.p, bytes.n);
    b->bytes.n += room_of(bytes.n);
    b->count++;
    return true;
}

const struct operation *operation_next(const struct batch *b, size_t *at)
{
    if (*at >= b->bytes.n)
        return NULL;
    const struct operation *o = (const struct operation *)(const void *)(b->bytes.p + *at);
    *at += room_of(o->n);
    return o;
}

struct batch *batch_new(void)
{
    struct batch *b = calloc(1, sizeof *b);
    if (b)
        list_init(&b->node);
    return b;
}

void batch_free(struct batch *b)
{
    if (!b)
        return;
    buffer_fini(&b->bytes);
    free(b);
}

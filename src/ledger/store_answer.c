// SPDX-License-Identifier: MIT
#include "ledger/store_answer.h"
#include "data/pack.h"
#include <stdlib.h>

// ---- packing

struct store_answer_packed *store_answer_new(const struct operation *asked)
{
    struct store_answer_packed *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->asked = *asked;
    list_init(&p->node);
    return p;
}

void store_answer_free(struct store_answer_packed *p)
{
    if (!p)
        return;
    buffer_fini(&p->bytes);
    free(p);
}

void store_answer_add_item(struct store_answer_packed *p, const struct state_place *at,
                           struct span item)
{
    pack_uint(&p->bytes, at->number);
    pack_uint(&p->bytes, at->depth);
    pack_span(&p->bytes, item);
    p->count++;
}

void store_answer_add_link(struct store_answer_packed *p, uint64_t tag, bool is_new)
{
    pack_word(&p->bytes, tag);
    buffer_add_byte(&p->bytes, is_new);
    p->count++;
}

void store_answer_add_page(struct store_answer_packed *p, struct span page)
{
    pack_span(&p->bytes, page);
    p->count++;
}

uint64_t *store_answer_room(struct store_answer_packed *p, uint64_t most)
{
    return (uint64_t *)(void *)buffer_reserve(&p->bytes, most * sizeof(uint64_t));
}

void store_answer_add_hosts(struct store_answer_packed *p, unsigned n)
{
    p->bytes.n += n * sizeof(uint64_t);
    p->count += n;
}

// ---- what it says

static enum store_kind kind_of(const struct operation *asked)
{
    switch ((enum operation_kind)asked->kind) {
    case OPERATION_TAKE:
        return STORE_TOOK;
    case OPERATION_SURVEY:
        return STORE_SURVEYED;
    case OPERATION_RECALL:
        return STORE_RECALLED;
    case OPERATION_REVIVE:
        return STORE_REVIVED;
    default:
        return STORE_LINKED;
    }
}

struct store_answer store_answer_of(const struct store_answer_packed *p)
{
    return (struct store_answer){
        .kind = kind_of(&p->asked),
        .host = p->asked.a,
        .most = (unsigned)p->asked.b,
        .more = p->asked.flag,
        .count = p->count,
        .bytes = buffer_span(&p->bytes),
    };
}

bool store_answer_item(struct store_answer *a, struct state_place *at, struct span *item)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    *at = (struct state_place){ .host = a->host };
    at->number = unpack_uint(&u);
    at->depth = (uint16_t)unpack_uint(&u);
    *item = unpack_span(&u);
    a->bytes = (struct span){ u.p, u.n };
    return true;
}

bool store_answer_host(struct store_answer *a, uint64_t *host)
{
    if (a->bytes.n < sizeof *host)
        return false;
    memcpy(host, a->bytes.p, sizeof *host);
    a->bytes = (struct span){ a->bytes.p + sizeof *host, a->bytes.n - sizeof *host };
    return true;
}

bool store_answer_link(struct store_answer *a, uint64_t *tag, bool *is_new)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    char byte = 0;
    *tag = unpack_word(&u);
    unpack_bytes(&u, &byte, 1);
    *is_new = byte != 0;
    a->bytes = (struct span){ u.p, u.n };
    return true;
}

bool store_answer_page(struct store_answer *a, struct span *page)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    *page = unpack_span(&u);
    a->bytes = (struct span){ u.p, u.n };
    return true;
}

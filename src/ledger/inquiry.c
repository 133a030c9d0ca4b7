// SPDX-License-Identifier: MIT
#include "ledger/inquiry.h"
#include "data/pack.h"
#include "ledger/revive.h"
#include "store/state_frontier.h"
#include "store/state_pages.h"
#include <errno.h>

static int take_one(void *arg, const struct state_place *at, struct span item)
{
    struct store_answer_packed *out = arg;
    store_answer_add_item(out, at, item);
    return out->bytes.failed ? -ENOMEM : 0;
}

static int take(struct state *s, const struct operation *op, struct store_answer_packed *out)
{
    int r = state_frontier_take(s, op->a, (unsigned)op->b, take_one, out);
    return r < 0 ? r : 0;
}

static int survey(struct state *s, const struct operation *op, struct store_answer_packed *out)
{
    uint64_t *to = store_answer_room(out, op->b);
    if (!to)
        return -ENOMEM;
    int r = state_frontier_hosts(s, op->a, to, (unsigned)op->b);
    if (r < 0)
        return r;
    store_answer_add_hosts(out, (unsigned)r);
    return 0;
}

// What is known of pages, as of the last commit or later.
static int recall(struct state *s, struct span keys, struct store_answer_packed *out)
{
    struct unpack u = unpack_of(keys);
    int r = 0;
    while (r >= 0 && u.n > 0) {
        uint64_t host = unpack_word(&u), hash = unpack_word(&u);
        struct span page = { NULL, 0 };
        r = state_pages_get(s, host, hash, &page);
        if (r >= 0)
            store_answer_add_page(out, r ? page : (struct span){ NULL, 0 });
    }
    return r < 0 ? r : out->bytes.failed ? -ENOMEM : 0;
}

static int revive(struct state *s, const struct operation *op, struct store_answer_packed *out)
{
    bool more;
    int r = revive_some(s, op->a, (unsigned)op->b, &out->bytes, &more);
    if (r < 0)
        return r;
    out->count = (unsigned)r;
    out->asked.flag = more;
    return 0;
}

int inquiry_answer(struct state *s, const struct operation *op, struct store_answer_packed *out)
{
    switch ((enum operation_kind)op->kind) {
    case OPERATION_TAKE:
        return take(s, op, out);
    case OPERATION_SURVEY:
        return survey(s, op, out);
    case OPERATION_RECALL:
        return recall(s, operation_bytes(op), out);
    case OPERATION_REVIVE:
        return revive(s, op, out);
    default:
        return 0;
    }
}

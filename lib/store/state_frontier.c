// SPDX-License-Identifier: MIT
#include "store/state_frontier.h"
#include "data/array.h"
#include "store/state_table.h"
#include <errno.h>
#include <stdlib.h>

// part 32 | host 64 | depth 16 | number 48
enum { PART = 4, KEY = PART + 16 };

static uint32_t part_of(uint64_t number)
{
    return (uint32_t)(number >> STATE_PART_BITS);
}

static struct state_key key_in(uint32_t part, const struct state_place *at)
{
    struct state_key k = { .n = PART };
    for (unsigned i = 0; i < PART; i++)
        k.bytes[i] = (unsigned char)(part >> (24 - 8 * i));
    state_key_add(&k, at->host);
    state_key_add(&k, (uint64_t)at->depth << 48 | (at->number & STATE_NUMBER_MOST));
    return k;
}

static uint32_t part_in(const unsigned char *key)
{
    return (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 | (uint32_t)key[2] << 8 | key[3];
}

static uint64_t host_in(const unsigned char *key)
{
    return state_key_word(key + PART, 0);
}

static struct state_place place_of(const unsigned char *key)
{
    uint64_t rest = state_key_word(key + PART, 1);
    return (struct state_place){ .host = host_in(key),
                                 .depth = (uint16_t)(rest >> 48),
                                 .number = rest & STATE_NUMBER_MOST };
}

// The first row in `part` of `host` or one behind it; or of a later part. 1, or 0 at the end.
static int seek(struct state *s, uint32_t part, uint64_t host, const unsigned char **key,
                struct span *item)
{
    struct state_key first = key_in(part, &(struct state_place){ .host = host });
    return state_table_find(s, STATE_FRONTIER, &first, KEY, key, item);
}

int state_frontier_put(struct state *s, const struct state_place *at, struct span item)
{
    struct state_key k = key_in(part_of(at->number), at);
    if (at->number > STATE_NUMBER_MOST)
        return -EINVAL;
    return state_table_put(s, STATE_FRONTIER, &k, item);
}

// The first row of `host` in `*part` or a later one, to which that is set. 1, or 0: there is none.
static int find_of_host(struct state *s, uint32_t *part, uint64_t host, const unsigned char **key,
                        struct span *item)
{
    int r;
    while ((r = seek(s, *part, host, key, item)) == 1) {
        uint32_t found = part_in(*key);
        if (host_in(*key) == host) {
            *part = found;
            return 1;
        }
        // What was found lies behind the host's place in this part, or in a part that is to be
        // looked through.
        bool behind = found == *part || host_in(*key) > host;
        if (behind && found == UINT32_MAX)
            return 0;
        *part = behind ? found + 1 : found;
    }
    return r;
}

int state_frontier_take(struct state *s, uint64_t host, unsigned most, state_frontier_visit *visit,
                        void *arg)
{
    const unsigned char *key;
    struct span item;
    uint32_t part = 0;
    unsigned taken = 0;
    int r = most > 0 ? find_of_host(s, &part, host, &key, &item) : 0;
    while (r == 1) {
        struct state_place at = place_of(key);
        r = visit(arg, &at, item);
        if (r >= 0)
            r = state_table_remove_found(s, STATE_FRONTIER);
        if (r < 0 || ++taken == most)
            break;
        r = state_table_find(s, STATE_FRONTIER, NULL, KEY, &key, &item);
        if (r == 1 && (part_in(key) != part || host_in(key) != host))
            r = find_of_host(s, &part, host, &key, &item);
    }
    return r < 0 ? r : (int)taken;
}

// ---- hosts

// A part, and the first of its hosts that was not come to yet.
struct head {
    uint32_t part;
    uint64_t host;
};

struct heads {
    struct head *at;
    size_t count, room;
};

static int heads_add(struct heads *h, struct head head)
{
    if (h->count == h->room) {
        struct head *at = array_grow(h->at, &h->room, 64, sizeof *at);
        if (!at)
            return -ENOMEM;
        h->at = at;
    }
    h->at[h->count++] = head;
    return 0;
}

// All parts that have hosts from `from` on.
static int heads_fill(struct heads *h, struct state *s, uint64_t from)
{
    const unsigned char *key;
    struct span item;
    uint32_t part = 0;
    int r;
    while ((r = seek(s, part, from, &key, &item)) == 1) {
        uint32_t found = part_in(key);
        bool there = host_in(key) >= from; // otherwise it is looked through from there
        if (there && (r = heads_add(h, (struct head){ found, host_in(key) })) < 0)
            return r;
        if (there && found == UINT32_MAX)
            return 0;
        part = there ? found + 1 : found;
    }
    return r;
}

// Moves those that stand at `host` behind it.
static int heads_pass(struct heads *h, struct state *s, uint64_t host)
{
    const unsigned char *key;
    struct span item;
    for (size_t i = h->count; i-- > 0;) {
        struct head *head = &h->at[i];
        if (head->host != host)
            continue;
        int r = host < UINT64_MAX ? seek(s, head->part, host + 1, &key, &item) : 0;
        if (r < 0)
            return r;
        if (r == 1 && part_in(key) == head->part)
            head->host = host_in(key);
        else
            *head = h->at[--h->count];
    }
    return 0;
}

static uint64_t heads_first(const struct heads *h)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < h->count; i++)
        if (h->at[i].host < first)
            first = h->at[i].host;
    return first;
}

int state_frontier_hosts(struct state *s, uint64_t from, uint64_t *out, unsigned room)
{
    struct heads heads = { 0 };
    unsigned n = 0;
    int r = heads_fill(&heads, s, from);
    while (r == 0 && n < room && heads.count > 0) {
        out[n] = heads_first(&heads);
        r = heads_pass(&heads, s, out[n++]);
    }
    free(heads.at);
    return r < 0 ? r : (int)n;
}

int state_frontier_each(struct state *s, state_frontier_visit *visit, void *arg)
{
    const unsigned char *key;
    struct span item;
    int r = seek(s, 0, 0, &key, &item);
    while (r == 1) {
        struct state_place at = place_of(key);
        r = visit(arg, &at, item);
        if (r >= 0)
            r = state_table_find(s, STATE_FRONTIER, NULL, KEY, &key, &item);
    }
    return r;
}

int state_frontier_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_FRONTIER, out);
}

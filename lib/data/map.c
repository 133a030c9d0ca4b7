// SPDX-License-Identifier: MIT
#include "data/map.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

// Growing: `bucket` is the new array, twice as long, and `old` keeps the buckets not moved yet,
// [moved, old_room). Each insert moves a few; a doubling is over well before the next is due, for
// that is old_room inserts away. Only inserts move: so a visitor in map_each may remove, and a find
// changes nothing.
enum { MAP_FIRST_ROOM = 16, MAP_MOVES = 4 };

static uint64_t map_secret[2];

// Before main: so that no hash pays for asking whether there is a secret yet, and forked processes
// share it.
__attribute__((constructor)) static void map_choose_secret(void)
{
    if (getrandom(map_secret, sizeof map_secret, GRND_NONBLOCK) == sizeof map_secret)
        return;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    map_secret[0] = (uint64_t)t.tv_nsec * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)t.tv_sec;
    map_secret[1] = (uint64_t)getpid() * UINT64_C(0xbf58476d1ce4e5b9) ^ (uint64_t)(uintptr_t)&t;
}

void map_use_secret(const uint64_t secret[2])
{
    map_secret[0] = secret[0];
    map_secret[1] = secret[1];
}

static inline uint64_t map_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline void map_sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = map_rotate(v[1], 13) ^ v[0];
    v[3] = map_rotate(v[3], 16) ^ v[2];
    v[0] = map_rotate(v[0], 32) + v[3];
    v[2] += v[1];
    v[3] = map_rotate(v[3], 21) ^ v[0];
    v[1] = map_rotate(v[1], 17) ^ v[2];
    v[2] = map_rotate(v[2], 32);
}

static inline uint64_t map_little_endian(uint64_t x)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? x : __builtin_bswap64(x);
}

// SipHash-1-3 (Aumasson and Bernstein 2012; the reduced rounds that Rust's and Ruby's tables use).
static uint64_t map_sip(const uint64_t secret[2], const char *p, size_t n)
{
    uint64_t v[4] = { secret[0] ^ UINT64_C(0x736f6d6570736575),
                      secret[1] ^ UINT64_C(0x646f72616e646f6d),
                      secret[0] ^ UINT64_C(0x6c7967656e657261),
                      secret[1] ^ UINT64_C(0x7465646279746573) };
    uint64_t word, last = (uint64_t)n << 56;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        word = map_little_endian(word);
        v[3] ^= word;
        map_sip_round(v);
        v[0] ^= word;
    }
    for (size_t i = 0; i < n; i++)
        last |= (uint64_t)(unsigned char)p[i] << (8 * i);
    v[3] ^= last;
    map_sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        map_sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t map_hash(struct span key)
{
    return map_sip(map_secret, key.p, key.n);
}

uint64_t map_hash_with(const uint64_t secret[2], struct span key)
{
    return map_sip(secret, key.p, key.n);
}

void map_fini(struct map *m)
{
    free(m->bucket);
    free(m->old);
    *m = (struct map){ 0 };
}

// The head of the chain that a node with this hash is in, or belongs in.
static struct map_node **map_chain(const struct map *m, uint64_t hash)
{
    if (m->old) {
        size_t i = hash & (m->old_room - 1);
        if (i >= m->moved)
            return &m->old[i];
    }
    return &m->bucket[hash & (m->room - 1)];
}

static void map_move_bucket(struct map *m)
{
    struct map_node *next;
    for (struct map_node *n = m->old[m->moved]; n; n = next) {
        struct map_node **head = &m->bucket[n->hash & (m->room - 1)];
        next = n->next;
        n->next = *head;
        *head = n;
    }
    if (++m->moved == m->old_room) {
        free(m->old);
        m->old = NULL;
        m->old_room = m->moved = 0;
    }
}

static int map_grow(struct map *m)
{
    size_t room = m->room ? m->room * 2 : MAP_FIRST_ROOM;
    struct map_node **bucket = calloc(room, sizeof(struct map_node *));
    if (!bucket)
        return -ENOMEM;
    if (m->room) {
        m->old = m->bucket;
        m->old_room = m->room;
    }
    m->bucket = bucket;
    m->room = room;
    return 0;
}

struct map_node *map_find(const struct map *m, uint64_t hash, struct span key)
{
    if (!m->count)
        return NULL;
    struct map_node *n = *map_chain(m, hash);
    while (n && !(n->hash == hash && span_equal(n->key, key)))
        n = n->next;
    return n;
}

int map_add(struct map *m, struct map_node *n, uint64_t hash, struct span key)
{
    for (int i = 0; i < MAP_MOVES && m->old; i++)
        map_move_bucket(m);
    if (m->count >= m->room && !m->old && map_grow(m) < 0 && !m->room)
        return -ENOMEM;
    struct map_node **head = map_chain(m, hash);
    *n = (struct map_node){ .next = *head, .hash = hash, .key = key };
    *head = n;
    m->count++;
    return 0;
}

void map_remove(struct map *m, struct map_node *n)
{
    struct map_node **at = map_chain(m, n->hash);
    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
    n->next = NULL;
    m->count--;
}

static void map_each_bucket(struct map_node **bucket, size_t room,
                            void (*visit)(struct map_node *n, void *arg), void *arg)
{
    struct map_node *next;
    for (size_t i = 0; i < room; i++)
        for (struct map_node *n = bucket[i]; n; n = next) {
            next = n->next;
            visit(n, arg);
        }
}

void map_each(struct map *m, void (*visit)(struct map_node *n, void *arg), void *arg)
{
    if (m->old)
        map_each_bucket(m->old + m->moved, m->old_room - m->moved, visit, arg);
    map_each_bucket(m->bucket, m->room, visit, arg);
}

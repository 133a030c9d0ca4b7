// SPDX-License-Identifier: MIT
#include "visit/archive_seen.h"
#include "data/map.h"
#include <stdlib.h>

// 16,384 entries in sets of four: 1.2 MB.
enum { ARCHIVE_SEEN_SETS = 4096, ARCHIVE_SEEN_WAYS = 4, ARCHIVE_SEEN_DIGEST = 32 };

struct archive_seen_entry {
    uint64_t url; // its hash; 0: none
    uint8_t digest[ARCHIVE_SEEN_DIGEST];
    struct archive_sight sight;
};

static uint64_t archive_seen_hash(struct span url)
{
    uint64_t h = map_hash(url);
    return h ? h : 1;
}

static struct archive_seen_entry *archive_seen_set(const struct archive_seen *s, uint64_t hash)
{
    return s->entry + hash % ARCHIVE_SEEN_SETS * ARCHIVE_SEEN_WAYS;
}

static struct archive_seen_entry *archive_seen_way(const struct archive_seen *s, uint64_t hash,
                                                   const struct digest *payload)
{
    struct archive_seen_entry *set = archive_seen_set(s, hash);
    size_t n = digest_size(payload->kind);
    for (int i = 0; i < ARCHIVE_SEEN_WAYS; i++)
        if (set[i].url == hash && n <= ARCHIVE_SEEN_DIGEST &&
            memcmp(set[i].digest, payload->bytes, n) == 0)
            return &set[i];
    return NULL;
}

bool archive_seen_find(const struct archive_seen *s, struct span url, const struct digest *payload,
                       struct archive_sight *out)
{
    const struct archive_seen_entry *e =
        s->entry ? archive_seen_way(s, archive_seen_hash(url), payload) : NULL;
    if (e)
        *out = e->sight;
    return e;
}

void archive_seen_add(struct archive_seen *s, struct span url, const struct digest *payload,
                      const struct archive_sight *sight)
{
    if (!s->entry)
        s->entry = calloc(ARCHIVE_SEEN_SETS * ARCHIVE_SEEN_WAYS, sizeof *s->entry);
    if (!s->entry)
        return;
    uint64_t hash = archive_seen_hash(url);
    struct archive_seen_entry *set = archive_seen_set(s, hash), *e = NULL;
    for (int i = 0; i < ARCHIVE_SEEN_WAYS && !e; i++)
        if (set[i].url == hash || set[i].url == 0) // of a URL, the latest is enough
            e = &set[i];
    if (!e)
        e = &set[s->turn++ % ARCHIVE_SEEN_WAYS];
    e->url = hash;
    memcpy(e->digest, payload->bytes, ARCHIVE_SEEN_DIGEST);
    e->sight = *sight;
}

void archive_seen_fini(struct archive_seen *s)
{
    free(s->entry);
    *s = (struct archive_seen){ 0 };
}

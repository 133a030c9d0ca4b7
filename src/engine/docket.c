// SPDX-License-Identifier: MIT
#include "engine/docket.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int docket_init(struct docket *d, unsigned most)
{
    uint32_t places = 2;
    while (places < 2 * (uint64_t)most) // half of them stay free, so that searches are short
        places *= 2;
    struct docket_job *at = calloc(places, sizeof *at);
    if (!at)
        return -ENOMEM;
    *d = (struct docket){ .at = at, .mask = places - 1 };
    return 0;
}

void docket_fini(struct docket *d)
{
    free(d->at);
    *d = (struct docket){ 0 };
}

// Where the search for an id begins. Ids are small numbers, used again.
static uint32_t docket_home(const struct docket *d, uint32_t id)
{
    return (id * UINT32_C(0x9e3779b1)) >> 7 & d->mask;
}

// The place of the job, or the free one where it would be.
static uint32_t docket_find(const struct docket *d, uint32_t id)
{
    uint32_t i = docket_home(d, id);
    while (d->at[i].taken && d->at[i].id != id)
        i = (i + 1) & d->mask;
    return i;
}

void docket_add(struct docket *d, uint32_t id, int64_t sent, int64_t sent_wall, int64_t due)
{
    struct docket_job *j = &d->at[docket_find(d, id)];
    if (j->taken || d->count > d->mask / 2) {
        fprintf(stderr, "trawl: job %u was sent to a worker that %s\n", id,
                j->taken ? "has one of that number" : "has no place for it");
        abort();
    }
    *j = (struct docket_job){
        .id = id, .taken = true, .sent = sent, .sent_wall = sent_wall, .due = due
    };
    d->count++;
}

// Frees a place and moves back what a search could then no longer reach.
static void docket_free(struct docket *d, uint32_t hole)
{
    d->count--;
    for (uint32_t i = (hole + 1) & d->mask; d->at[i].taken; i = (i + 1) & d->mask) {
        uint32_t home = docket_home(d, d->at[i].id);
        if (((i - home) & d->mask) < ((i - hole) & d->mask))
            continue; // its search begins behind the hole
        d->at[hole] = d->at[i];
        hole = i;
    }
    d->at[hole].taken = false;
}

bool docket_take(struct docket *d, uint32_t id)
{
    uint32_t i = docket_find(d, id);
    if (!d->at[i].taken)
        return false;
    docket_free(d, i);
    return true;
}

bool docket_take_any(struct docket *d, struct docket_job *out)
{
    if (d->count == 0)
        return false;
    while (!d->at[d->hand].taken)
        d->hand = (d->hand + 1) & d->mask;
    *out = d->at[d->hand];
    docket_free(d, d->hand);
    return true;
}

bool docket_is_overdue(const struct docket *d, int64_t now)
{
    for (uint32_t i = 0; d->count && i <= d->mask; i++)
        if (d->at[i].taken && d->at[i].due < now)
            return true;
    return false;
}

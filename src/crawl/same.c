// SPDX-License-Identifier: MIT
#include "crawl/same.h"
#include <stdlib.h>

struct body {
    uint8_t digest[SAME_DIGEST];
    char *url; // NULL: a free place
};

struct bodies {
    struct body at[SAME_MOST];
};

struct span same_find(struct bodies **b, const uint8_t digest[SAME_DIGEST], struct span url)
{
    uint32_t place;
    if (!*b && !(*b = calloc(1, sizeof **b)))
        return (struct span){ NULL, 0 };
    memcpy(&place, digest, sizeof place);
    struct body *one = &(*b)->at[place % SAME_MOST];
    if (one->url && memcmp(one->digest, digest, SAME_DIGEST) == 0)
        return span_is(url, one->url) ? (struct span){ NULL, 0 } : span_of(one->url);
    char *copy = strndup(url.p, url.n);
    if (copy) {
        free(one->url);
        one->url = copy;
        memcpy(one->digest, digest, SAME_DIGEST);
    }
    return (struct span){ NULL, 0 };
}

void same_free(struct bodies *b)
{
    for (unsigned k = 0; b && k < SAME_MOST; k++)
        free(b->at[k].url);
    free(b);
}

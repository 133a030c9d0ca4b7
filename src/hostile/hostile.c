// SPDX-License-Identifier: MIT
#include "hostile/hostile.h"

static const struct hostile_set *const hostile_all[] = {
    &hostile_status,  &hostile_fields, &hostile_lengths,   &hostile_chunks, &hostile_bodies,
    &hostile_codings, &hostile_ends,   &hostile_redirects, &hostile_claims,
};

const struct hostile_set *hostile_sets(unsigned i)
{
    return i < sizeof hostile_all / sizeof *hostile_all ? hostile_all[i] : NULL;
}

const struct hostile *hostile_find(struct span name)
{
    const struct hostile_set *set;
    for (unsigned i = 0; (set = hostile_sets(i)); i++)
        for (unsigned k = 0; k < set->count; k++)
            if (span_is(name, set->row[k].name))
                return &set->row[k];
    return NULL;
}

// SPDX-License-Identifier: MIT
#include "frontier/conduct.h"
#include <errno.h>
#include <stdlib.h>

int conduct_take_rules(struct conduct *c, struct span rules, int64_t until)
{
    struct robots_rules *copy = NULL;
    if (rules.n) {
        copy = malloc(rules.n);
        if (!copy)
            return -ENOMEM;
        memcpy(copy, rules.p, rules.n);
    }
    free(c->rules);
    c->rules = copy;
    c->rules_size = rules.n;
    c->known_until = until;
    return 0;
}

void conduct_forget_rules(struct conduct *c)
{
    free(c->rules);
    c->rules = NULL;
    c->rules_size = 0;
    c->known_until = 0;
}

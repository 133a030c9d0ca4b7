// SPDX-License-Identifier: MIT
#include "frontier/rules.h"
#include <errno.h>
#include <stdlib.h>

struct rules_entry {
    struct map_node node; // key: `name`
    struct rule rule;
    char name[];
};

static const struct rule *find(const struct rules *r, struct span name)
{
    struct map_node *n = map_find(&r->names, map_hash(name), name);
    return n ? &((struct rules_entry *)((char *)n - offsetof(struct rules_entry, node)))->rule
             : NULL;
}

int rules_add(struct rules *r, struct span pattern, const struct rule *rule)
{
    size_t star = pattern.n > 0 && pattern.p[0] == '*';
    struct span name = { pattern.p + star, pattern.n - star };
    if (find(r, name))
        return -EEXIST;
    struct rules_entry *e = malloc(sizeof *e + name.n + 1);
    if (!e)
        return -ENOMEM;
    memcpy(e->name, name.p, name.n);
    e->name[name.n] = '\0';
    e->rule = *rule;
    int error = map_add(&r->names, &e->node, map_hash(name), (struct span){ e->name, name.n });
    if (error < 0)
        free(e);
    return error;
}

static void forget(struct map_node *n, void *arg)
{
    struct rules_entry *e = (struct rules_entry *)((char *)n - offsetof(struct rules_entry, node));
    map_remove(arg, n);
    free(e->rule.agent);
    free(e);
}

void rules_fini(struct rules *r)
{
    map_each(&r->names, forget, &r->names);
    map_fini(&r->names);
    *r = (struct rules){ 0 };
}

// Takes over what a rule that is farther away says of what nobody nearer has said.
static void take(struct rule *out, const struct rule *from)
{
    unsigned parts = from ? from->parts & ~out->parts : 0;
    if (parts & RULE_CONNECTIONS)
        out->connections = from->connections;
    if (parts & RULE_DELAY)
        out->delay = from->delay;
    if (parts & RULE_RATE)
        out->rate = from->rate;
    if (parts & RULE_ROBOTS)
        out->robots = from->robots;
    if (parts & RULE_AGENT)
        out->agent = from->agent;
    out->parts |= parts;
}

unsigned rules_find(const struct rules *r, struct span host, struct rule *out)
{
    *out = (struct rule){ 0 };
    if (r->names.count == 0)
        return 0;
    take(out, find(r, host));
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '.')
            take(out, find(r, (struct span){ host.p + i, host.n - i }));
    take(out, find(r, (struct span){ "", 0 }));
    return out->parts;
}

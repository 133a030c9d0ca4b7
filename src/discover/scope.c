// SPDX-License-Identifier: MIT
#include "discover/scope.h"
#include "data/map.h"
#include "discover/patterns.h"
#include "web/domain.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

// A host, a domain, or with SCOPE_PREFIX the origin and directory of a seed.
struct place {
    struct map_node node; // key: `name`
    char name[];
};

struct scope {
    const struct scope_settings *settings;
    const struct domain_list *domains;
    struct patterns *accept, *reject;
    struct traps traps;
    struct map places;
};

static int scope_compile(struct patterns **out, const char *const *texts, const char *option,
                         char *why)
{
    char what[PATTERNS_WHY] = "";
    int r = patterns_new(out, texts, what);
    if (r == -EINVAL)
        snprintf(why, SCOPE_WHY, "--%s: %s", option, what);
    return r;
}

int scope_new(struct scope **out, const struct scope_settings *settings,
              const struct domain_list *domains, char *why)
{
    struct scope *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->settings = settings;
    s->domains = domains;
    s->traps.settings = settings->traps;
    int r = scope_compile(&s->accept, settings->accept, "accept-regex", why);
    if (r == 0)
        r = scope_compile(&s->reject, settings->reject, "reject-regex", why);
    if (r < 0) {
        scope_free(s);
        return r;
    }
    *out = s;
    return 0;
}

static void scope_free_place(struct map_node *n, void *arg)
{
    (void)arg;
    free((char *)n - offsetof(struct place, node));
}

void scope_free(struct scope *s)
{
    if (!s)
        return;
    map_each(&s->places, scope_free_place, NULL);
    map_fini(&s->places);
    patterns_free(s->accept);
    patterns_free(s->reject);
    traps_fini(&s->traps);
    free(s);
}

static bool scope_has(const struct scope *s, struct span name)
{
    return map_find(&s->places, map_hash(name), name) != NULL;
}

// The part of `u` up to its scheme's end does not count: http and https are one place.
static struct span scope_behind_scheme(const struct url *u, size_t to)
{
    return url_part(u, u->host, to);
}

// Up to the last slash of the path, which is in it.
static size_t scope_directory(const struct url *u)
{
    size_t to = u->query;
    while (to > u->path + 1u && u->href[to - 1] != '/')
        to--;
    return to;
}

// What a seed brings into scope.
static struct span scope_name(const struct scope *s, const struct url *u)
{
    switch (s->settings->reach) {
    case SCOPE_DOMAIN:
        return domain_registrable(s->domains, url_host(u));
    case SCOPE_PREFIX:
        return scope_behind_scheme(u, scope_directory(u));
    default:
        return url_host(u);
    }
}

int scope_add_seed(struct scope *s, const struct url *u)
{
    struct span name = scope_name(s, u);
    if (scope_has(s, name))
        return 0;
    struct place *p = malloc(sizeof *p + name.n);
    if (!p)
        return -ENOMEM;
    memcpy(p->name, name.p, name.n);
    if (map_add(&s->places, &p->node, map_hash(name), (struct span){ p->name, name.n }) < 0) {
        free(p);
        return -ENOMEM;
    }
    return 1;
}

// Whether any directory of `u` is that of a seed.
static bool scope_has_directory(const struct scope *s, const struct url *u)
{
    for (size_t to = u->path; to < u->query; to++)
        if (u->href[to] == '/' && scope_has(s, scope_behind_scheme(u, to + 1)))
            return true;
    return false;
}

static bool scope_ends_in(struct span host, const char *suffix)
{
    size_t n = strlen(suffix);
    if (*suffix != '.')
        return host.n == n && strncasecmp(host.p, suffix, n) == 0;
    if (host.n == n - 1) // the name itself
        return strncasecmp(host.p, suffix + 1, n - 1) == 0;
    return host.n > n && strncasecmp(host.p + host.n - n, suffix, n) == 0;
}

static bool scope_is_listed(const struct scope *s, struct span host)
{
    for (const char *const *name = s->settings->hosts; name && *name; name++)
        if (scope_ends_in(host, *name))
            return true;
    return false;
}

static bool scope_reaches(const struct scope *s, const struct url *u)
{
    if (s->settings->reach == SCOPE_ANY || scope_is_listed(s, url_host(u)))
        return true;
    return s->settings->reach == SCOPE_PREFIX ? scope_has_directory(s, u)
                                              : scope_has(s, scope_name(s, u));
}

enum left_out scope_judge(struct scope *s, const struct scope_link *link)
{
    const struct scope_settings *settings = s->settings;
    struct span href = url_href(link->url);
    if (link->nofollow && settings->nofollow)
        return LEFT_OUT_NOFOLLOW;
    if (!scope_reaches(s, link->url))
        return LEFT_OUT_SCOPE;
    if (settings->level && link->depth > settings->level)
        return LEFT_OUT_LEVEL;
    enum left_out trap = traps_look(&settings->traps, link->url);
    if (trap != LEFT_OUT_NOT)
        return trap;
    if (patterns_count(s->accept) && patterns_find(s->accept, href) != PATTERNS_YES)
        return LEFT_OUT_ACCEPT_REGEX;
    if (patterns_find(s->reject, href) != PATTERNS_NO)
        return LEFT_OUT_REJECT_REGEX;
    return !link->known && traps_count(&s->traps, link->url) ? LEFT_OUT_QUERIES : LEFT_OUT_NOT;
}

bool scope_counts(const struct scope *s, const struct url *u)
{
    return s->settings->traps.queries && u->query != u->fragment;
}

void scope_recall(struct scope *s, uint64_t path)
{
    traps_recall(&s->traps, path);
}

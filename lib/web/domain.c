// SPDX-License-Identifier: MIT
#include "web/domain.h"
#include "web/address.h"
#include <errno.h>
#include <libpsl.h>
#include <stdlib.h>

enum { DOMAIN_MOST = 256 }; // bytes of a name; a longer one does not resolve, and has no owner

struct domain_list {
    psl_ctx_t *psl;
    bool builtin; // libpsl's, which is not ours to free
};

int domain_list_new(struct domain_list **out)
{
    struct domain_list *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    const psl_ctx_t *builtin = psl_builtin();
    l->psl = psl_latest(NULL);
    if (!l->psl && builtin) {
        l->psl = (psl_ctx_t *)(uintptr_t)builtin;
        l->builtin = true;
    }
    if (!l->psl) {
        free(l);
        return -ENOENT;
    }
    *out = l;
    return 0;
}

void domain_list_free(struct domain_list *l)
{
    if (!l)
        return;
    if (!l->builtin)
        psl_free(l->psl);
    free(l);
}

// The name as a string, without the dot at its end that means the same name. Returns whether it can
// have an owner.
static bool domain_name(struct span host, char out[DOMAIN_MOST])
{
    struct address literal;
    if (host.n == 0 || host.n >= DOMAIN_MOST || host.p[0] == '[')
        return false;
    memcpy(out, host.p, host.n);
    out[host.n] = '\0';
    if (out[host.n - 1] == '.')
        out[host.n - 1] = '\0';
    return out[0] && address_parse(&literal, span_of(out)) < 0;
}

struct span domain_registrable(const struct domain_list *l, struct span host)
{
    char name[DOMAIN_MOST];
    if (!domain_name(host, name))
        return host;
    const char *found = psl_registrable_domain(l->psl, name);
    if (!found)
        return host;
    size_t before = (size_t)(found - name);
    return (struct span){ host.p + before, host.n - before };
}

bool domain_is_public(const struct domain_list *l, struct span host)
{
    char name[DOMAIN_MOST];
    return domain_name(host, name) && psl_is_public_suffix(l->psl, name);
}

// SPDX-License-Identifier: MIT
#include "ledger/renew.h"
#include "data/pack.h"
#include "ledger/host_entry.h"
#include "ledger/revive.h"
#include "store/state_hosts.h"
#include "store/state_meta.h"
#include <errno.h>
#include <stdio.h>

// What a run says of itself and its list, and the next one says anew.
static int forget(struct state *s)
{
    static const char *const names[] = { "trust", "cookies" };
    int r = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names && r >= 0; k++)
        r = state_meta_remove(s, names[k]);
    return r < 0 ? r : 0;
}

// Nor how many queries of each path were followed: what is new this time counts from zero.
static int forget_queries(struct state *s)
{
    char name[32];
    int r = 1;
    for (unsigned n = 0; r > 0; n++) {
        snprintf(name, sizeof name, "%s.%u", RENEW_QUERIES, n);
        r = state_meta_remove(s, name);
    }
    return r;
}

// A host that failed the run before, or was given up, may do well again.
static int forgive_one(void *arg, uint64_t host, struct span value)
{
    struct buffer *out = arg, b = { 0 };
    struct host_entry e;
    int r = host_entry_read(&e, value);
    if (r < 0 || e.failures == 0)
        return r;
    e.failures = e.pauses = 0;
    e.failed = e.failing = e.blamed = e.aside = 0;
    e.given_up = e.given_up_robots = false;
    e.why = (struct span){ NULL, 0 };
    if (!e.held)
        e.until = 0;
    host_entry_write(&b, &e);
    pack_word(out, host);
    pack_span(out, buffer_span(&b));
    r = b.failed || out->failed ? -ENOMEM : 0;
    buffer_fini(&b);
    return r;
}

static int forgive(struct state *s)
{
    struct buffer hosts = { 0 };
    int r = state_hosts_each(s, forgive_one, &hosts);
    struct unpack u = unpack_of(buffer_span(&hosts));
    while (r == 0 && u.n > 0) {
        uint64_t host = unpack_word(&u);
        r = state_hosts_put(s, host, unpack_span(&u));
    }
    buffer_fini(&hosts);
    return r;
}

int renew_state(struct state *s, const struct ledger *l, const struct renewal *renewal)
{
    struct ledger next = { .when = l->when,
                           .refresh = l->refresh + !renew_is_new(l),
                           .records = renewal->go_on ? l->records : 0,
                           .index = l->index,
                           .archives = l->archives, // borrowed
                           .renames = l->renames };
    struct buffer b = { 0 };
    ledger_write(&b, &next);
    int r = b.failed ? -ENOMEM : state_meta_put(s, "ledger", buffer_span(&b));
    buffer_fini(&b);
    if (r == 0)
        r = forget(s);
    if (r == 0)
        r = forget_queries(s);
    if (r == 0)
        r = forgive(s);
    if (r == 0 && renewal->explore)
        r = revive_begin(s);
    return r;
}

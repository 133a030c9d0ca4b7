// SPDX-License-Identifier: MIT
#include "resolve/verdict.h"
#include "sys/clock.h"
#include <stdio.h>
#include <string.h>

#define VERDICT_DELAY (50 * CLOCK_MS)
// How long a failure, or an absence without a time of its own, is taken as known: no less than RFC
// 9520 §3.2 asks for, no more than the pause before a retry.
#define VERDICT_HOLD (1 * CLOCK_S)

int64_t verdict_due(const struct finding *v6, const struct finding *v4)
{
    if (v6->kind != FINDING_UNKNOWN && v4->kind != FINDING_UNKNOWN)
        return 0;
    if (v4->kind == FINDING_ADDRESSES || v4->kind == FINDING_NO_NAME)
        return v4->at + VERDICT_DELAY;
    if (v6->kind == FINDING_ADDRESSES)
        return v6->at + VERDICT_DELAY;
    return CLOCK_NEVER;
}

// Copies a server's name, cut to the room there is.
static void verdict_name(struct resolve_answer *out, const char *server)
{
    size_t n = strnlen(server, sizeof out->server - 1);
    memcpy(out->server, server, n);
    out->server[n] = 0;
}

static void verdict_found(struct resolve_answer *out, const struct finding *v6,
                          const struct finding *v4)
{
    const struct finding *first = v6->kind == FINDING_ADDRESSES ? v6 : v4;
    unsigned n6 = v6->kind == FINDING_ADDRESSES ? v6->count : 0;
    unsigned n4 = v4->kind == FINDING_ADDRESSES ? v4->count : 0;
    *out = (struct resolve_answer){ .status = RESOLVE_FOUND, .expires = first->expires };
    if (n4 && v4->expires < out->expires)
        out->expires = v4->expires;
    for (unsigned i = 0; i < RESOLVE_ADDRESSES && (i < n6 || i < n4); i++) {
        if (i < n6 && out->count < RESOLVE_ADDRESSES)
            out->address[out->count++] = v6->address[i];
        if (i < n4 && out->count < RESOLVE_ADDRESSES)
            out->address[out->count++] = v4->address[i];
    }
    verdict_name(out, first->server);
}

// Of the two the one of kind `kind`; `v4` when both are, NULL when none is.
static const struct finding *verdict_of_kind(const struct finding *v6, const struct finding *v4,
                                             enum finding_kind kind)
{
    return v4->kind == kind ? v4 : v6->kind == kind ? v6 : NULL;
}

static void verdict_nothing(struct resolve_answer *out, enum resolve_status status,
                            const struct finding *by, int64_t expires)
{
    *out = (struct resolve_answer){ .status = status, .expires = expires };
    if (by->server)
        verdict_name(out, by->server);
}

// The name exists, or so it seems, and has nothing of what was asked for.
static void verdict_empty(struct resolve_answer *out, const struct finding *v6,
                          const struct finding *v4)
{
    const struct finding *by = verdict_of_kind(v6, v4, FINDING_EMPTY);
    int64_t expires = by->expires;
    if (v6->kind == FINDING_EMPTY && v6->expires < expires)
        expires = v6->expires;
    verdict_nothing(out, RESOLVE_NOTFOUND, by, expires);
    const char *which = v6->kind != FINDING_EMPTY   ? "IPv4 "
                        : v4->kind != FINDING_EMPTY ? "IPv6 "
                                                    : "";
    snprintf(out->why, sizeof out->why, "no %saddress, says %s", which, by->server);
}

void verdict_reach(struct resolve_answer *out, const struct finding *v6, const struct finding *v4,
                   int64_t now)
{
    const struct finding *by;
    if (verdict_of_kind(v6, v4, FINDING_ADDRESSES)) {
        verdict_found(out, v6, v4);
    } else if ((by = verdict_of_kind(v6, v4, FINDING_NO_NAME))) {
        verdict_nothing(out, RESOLVE_NOTFOUND, by, by->expires);
        snprintf(out->why, sizeof out->why, "NXDOMAIN from %s", by->server);
    } else if ((by = verdict_of_kind(v6, v4, FINDING_FAILED))) {
        verdict_nothing(out, RESOLVE_FAILED, by, now + VERDICT_HOLD);
        memcpy(out->why, by->why, sizeof out->why);
    } else if ((by = verdict_of_kind(v6, v4, FINDING_TIMEOUT))) {
        verdict_nothing(out, RESOLVE_TIMEOUT, by, now + VERDICT_HOLD);
        memcpy(out->why, by->why, sizeof out->why);
    } else {
        verdict_empty(out, v6, v4);
    }
    if (out->status == RESOLVE_NOTFOUND && out->expires < now + VERDICT_HOLD)
        out->expires = now + VERDICT_HOLD;
}

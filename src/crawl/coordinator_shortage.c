// SPDX-License-Identifier: MIT
#include "crawl/coordinator_shortage.h"
#include "crawl/coordinator.h"
#include "engine/engine.h"
#include "sched/park.h"
#include "sys/limits.h"
#include "sys/log.h"
#include "sys/spare.h"
#include <errno.h>

enum {
    OWN_LEAST = 1,   // a socket to ask for names
    OWN_WANTED = 6,  // two name servers, by UDP and TCP, and files that are opened for a moment
    LOOKED_AT = 4096 // so many free ones are enough for anything
};

#define CALM (200 * CLOCK_MS)   // lowered once in so long: others in flight meet the same lack
#define EASE (5 * CLOCK_S)      // raised once in so long
#define PATIENCE (75 * CLOCK_S) // a port that was used is free again after 60 s

// ---- Descriptors

// What an engine takes at least in this process: of a worker, and for an exchange there.
static unsigned least(const struct coordinator *c, unsigned k)
{
    enum { SAVING = 3, ARCHIVING = 2, CONNECTIONS = 2 }; // one that is kept, and one that is new
    const struct visit_settings *s = &c->settings->worker;
    unsigned tools = (s->save_dir ? SAVING : 0u) + (s->warc_prefix ? ARCHIVING : 0u);
    return (unsigned)engine_descriptors(&c->settings->engine[k], 1, tools + CONNECTIONS);
}

static unsigned least_from(const struct coordinator *c, unsigned k)
{
    unsigned n = 0;
    for (; k < c->settings->engines; k++)
        n += least(c, k);
    return n;
}

int shortage_divide(struct coordinator *c)
{
    spare_keep(0);
    unsigned left = spare_left(LOOKED_AT), least = least_from(c, 0);
    if (left < OWN_LEAST + least) {
        size_t limit = limits_raise_descriptors();
        log_error(
            "%zu open files are too few for this run, which takes %zu at least: raise ulimit -n",
            limit, limit - left + OWN_LEAST + least);
        return -EMFILE;
    }
    left -= least;
    spare_keep(left < OWN_WANTED ? left : OWN_WANTED);
    return 0;
}

unsigned shortage_share(const struct coordinator *c, unsigned k)
{
    unsigned left = spare_left(LOOKED_AT), others = spare_kept() + least_from(c, k + 1);
    if (left == LOOKED_AT)
        return 0;
    return left > others ? left - others : 1;
}

// ---- Less at once

static void lower(struct coordinator *c, unsigned floor)
{
    unsigned flying = c->in_flight + 1, cap = (flying < c->cap ? flying : c->cap) * 3 / 4;
    cap = cap < floor ? floor : cap;
    if (!c->shortage.said)
        log_warning("out of ports, descriptors or memory: %u requests at once instead of %u, or "
                    "less (see -j)",
                    cap, c->cap);
    c->shortage.said = true;
    c->shortage.changed = c->now;
    c->cap = cap;
}

bool shortage_met(struct coordinator *c, int64_t since, struct span why, bool proven)
{
    enum { UNPROVEN = 4 };
    struct shortage *s = &c->shortage;
    unsigned floor = proven ? 1 : UNPROVEN;
    bool others_pass = s->starving == 0;
    if (proven && s->starving == 0)
        s->starving = c->now;
    if (c->cap > floor && c->now - s->changed > CALM)
        lower(c, floor);
    else if (c->cap <= floor && !proven)
        return false;
    if (s->starving && c->now - s->starving > PATIENCE && !c->stopping) {
        log_error("nothing gets through for lack of descriptors, ports or memory: %.*s; what is "
                  "left is not fetched",
                  (int)why.n, why.p ? why.p : "");
        coordinator_break(c);
    }
    return !others_pass || !since || c->now - since < PATIENCE;
}

int shortage_wait(struct coordinator *c, const char *why)
{
    shortage_met(c, 0, span_of(why), true);
    return c->stopping ? -ECANCELED : sleep_until(clock_after(clock_mono(), SHORTAGE_PAUSE));
}

void shortage_past(struct coordinator *c)
{
    struct shortage *s = &c->shortage;
    s->starving = 0;
    if (c->cap == c->ids || c->now - s->changed <= EASE)
        return;
    c->cap += 1 + c->cap / 16;
    c->cap = c->cap > c->ids ? c->ids : c->cap;
    s->changed = c->now;
}

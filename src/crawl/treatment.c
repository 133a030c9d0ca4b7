// SPDX-License-Identifier: MIT
// Hosts are treated as they do: their pace follows, who keeps failing is left alone for a while,
// and given up in the end.
#include "crawl/treatment.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/settle.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/route.h"
#include "visit/outcome.h"
#include <stdio.h>

enum {
    LOST_AT_ONCE = 256, // URLs of hosts given up that are ended in one go
    SILENCE_S = 60,     // that all are silent is said no more often
    RECALL_S = 10,      // within so many seconds all are asked again when the network is back
    OUTAGE_S = 120, // so long it may be down before attempts count, where hosts are not given up
};

// What an exchange tells of its host.
enum sign {
    SIGN_NONE,   // nothing
    SIGN_GOOD,   // it answers
    SIGN_BUSY,   // it answers that it has too much to do
    SIGN_BROKEN, // it answers that it cannot
    SIGN_BAD,    // it does not answer as it should
    SIGN_SILENT, // nothing is heard of it
};

static enum sign sign_of_status(int status)
{
    switch (status) {
    case 429:
    case 503:
        return SIGN_BUSY;
    case 500:
    case 502:
    case 504:
        return SIGN_BROKEN;
    default:
        return SIGN_GOOD;
    }
}

static enum sign sign_of(const struct outcome *o)
{
    switch ((enum fetch_error)o->error) {
    case FETCH_OK:
        return sign_of_status(o->status);
    case FETCH_TRUNCATED:
    case FETCH_DECODE:
    case FETCH_TOO_LARGE:
    case FETCH_PROTOCOL:
        return SIGN_GOOD;
    case FETCH_CONNECT_REFUSED:
    case FETCH_RESET:
    case FETCH_EMPTY_REPLY:
    case FETCH_TLS_FAILED:
        return SIGN_BAD;
    case FETCH_CONNECT_FAILED:
    case FETCH_CONNECT_TIMEOUT:
    case FETCH_TIMEOUT:
    case FETCH_PROXY_FAILED:
        return SIGN_SILENT;
    default:
        return SIGN_NONE;
    }
}

bool treatment_is_silent(const struct outcome *o)
{
    enum sign sign = o ? sign_of(o) : SIGN_NONE;
    return sign == SIGN_NONE || sign == SIGN_SILENT;
}

// Whoever is ill is left alone anyhow, and others of its group need not suffer for it.
static bool is_ill(const struct host *h)
{
    return h->conduct && health_is_ill(&h->conduct->health);
}

// Somebody was heard of, whatever was said.
static void hear(struct coordinator *c, struct health *of)
{
    struct frontier *f = &c->frontier;
    struct health nobody = { 0 };
    if (c->silence_open) {
        log_note("the network is back");
        c->silence_open = false;
    }
    if (health_is_over(&f->network, c->now))
        frontier_recall_all(f, c->now, RECALL_S * CLOCK_S, coordinator_random(c));
    health_good(of ? of : &nobody, &f->network, c->now);
}

void treatment_good(struct coordinator *c, struct host *h)
{
    h->heard = true;
    hear(c, h->conduct ? &h->conduct->health : NULL);
    if (h->conduct)
        frontier_recall(&c->frontier, h, c->now);
}

static enum treatment treat(struct coordinator *c, struct host *h, bool robots, int64_t hold)
{
    struct frontier *f = &c->frontier;
    struct conduct *conduct = h->conduct;
    int64_t pause = health_pause(&conduct->health, &f->network, coordinator_random(c));
    int64_t until = clock_after(c->now, pause);
    if (health_is_lost(&conduct->health, c->settings->manners.give_up)) {
        conduct->given_up_robots = robots;
        c->stats.given_up++;
        frontier_give_up(f, h, c->now);
        log_detail("%s is given up: %s", h->origin, conduct->why);
        return TREATMENT_GIVEN_UP;
    }
    frontier_set_aside(f, h, until > hold ? until : hold, c->now);
    return TREATMENT_ASIDE;
}

// At the end of a run, when most of those left are dead, somebody slow may be heard of between them
// again and again: that is not worth a line each time.
static bool is_silence_news(struct coordinator *c, bool before)
{
    if (before || !health_is_cut_off(&c->frontier.network) ||
        (c->silence_said && c->now - c->silence_said < SILENCE_S * CLOCK_S))
        return false;
    c->silence_open = true;
    c->silence_said = c->now;
    return true;
}

// Somebody is silent: is there still a way to who was heard of last? If not, the network is down,
// and no other host is needed to tell. Returns whether there is.
static bool look_for_way(struct coordinator *c)
{
    struct frontier *f = &c->frontier;
    struct sockaddr_storage to;
    socklen_t length = address_to_sockaddr(&c->heard, 80, &to); // any port
    bool before = health_is_cut_off(&f->network);
    bool way = length == 0 || route_exists((struct sockaddr *)&to, length);
    if (health_look(&f->network, way, c->now))
        frontier_recall_all(f, c->now, RECALL_S * CLOCK_S, coordinator_random(c));
    if (way)
        return true;
    if (is_silence_news(c, before))
        log_note("this machine has no route any more to who has answered: the network is down; no "
                 "URL is charged with it");
    return false;
}

// A pace need not slow down for a network that is lost.
static bool is_slowed_by(struct coordinator *c, enum sign sign)
{
    if (sign == SIGN_SILENT)
        return look_for_way(c) && !health_is_cut_off(&c->frontier.network);
    return sign == SIGN_BUSY || sign == SIGN_BAD;
}

void treatment_pace(struct coordinator *c, struct host *h, const struct outcome *o)
{
    enum sign sign = sign_of(o);
    struct group_table *groups = &c->frontier.hosts.groups;
    if (sign == SIGN_GOOD && o->time_starttransfer > 0)
        group_good(groups, h->group, o->time_starttransfer);
    else if (is_slowed_by(c, sign) && !is_ill(h))
        group_bad(groups, h->group, c->now - o->time_total, c->now);
}

static void note_silence(struct coordinator *c, bool before)
{
    if (is_silence_news(c, before))
        log_note("%u hosts have fallen silent, and no other is heard of: the network may be down; "
                 "no URL is charged with it",
                 c->frontier.network.silent);
}

static void note_bad(struct coordinator *c, struct host *h, const char *why, bool silent)
{
    struct health_network *n = &c->frontier.network;
    if (silent)
        look_for_way(c);
    bool before = health_is_cut_off(n);
    health_bad(&h->conduct->health, n, silent, c->now);
    snprintf(h->conduct->why, sizeof h->conduct->why, "%s", why);
    note_silence(c, before);
}

enum treatment treatment_failed(struct coordinator *c, struct host *h, const char *why, bool silent,
                                bool robots, int64_t hold)
{
    if (!host_conduct(h))
        return TREATMENT_ASIDE; // it is asked again at once
    note_bad(c, h, why, silent);
    commits_host(c, h);
    return treat(c, h, robots, hold);
}

static void explain(const struct outcome *o, char out[96])
{
    struct span message = message_span(o, o->message);
    if (o->error == FETCH_OK)
        snprintf(out, 96, "status %u", o->status);
    else
        snprintf(out, 96, "%.*s", (int)message.n, message.p ? message.p : "");
}

bool treatment_cut_off(struct coordinator *c, struct host *h)
{
    struct health_network *n = &c->frontier.network;
    look_for_way(c);
    bool before = health_is_cut_off(n);
    if ((!h->heard && !before) || !host_conduct(h))
        return false; // most hosts of a list that never answer are just not there
    health_silent(&h->conduct->health, n, c->now);
    note_silence(c, before);
    if (!health_is_cut_off(n) || c->now - n->cut_off > OUTAGE_S * CLOCK_S || h->state == HOST_LOST)
        return false;
    if (h->state != HOST_ASIDE) { // others of it may have been under way
        int64_t pause = health_pause(&h->conduct->health, n, coordinator_random(c));
        pause = pause < HEALTH_PROBE_S * CLOCK_S ? pause : HEALTH_PROBE_S * CLOCK_S;
        frontier_set_aside(&c->frontier, h, clock_after(c->now, pause), c->now);
        commits_host(c, h);
    }
    return true;
}

// What an exchange tells where hosts are treated all alike: whether there is a network. A server
// that has taken the connection and then says nothing is no sign of that, unless there is no way to
// it any more.
static bool note_network(struct coordinator *c, struct host *h, const struct outcome *o,
                         enum sign sign)
{
    if (o->error == FETCH_CONNECT_FAILED || o->error == FETCH_CONNECT_TIMEOUT ||
        (sign == SIGN_SILENT && !look_for_way(c)))
        return treatment_cut_off(c, h);
    if (sign == SIGN_GOOD)
        treatment_good(c, h); // those whose robots.txt cannot be had are judged by it
    else if (sign != SIGN_SILENT)
        hear(c, NULL);
    return false;
}

bool treatment_note(struct coordinator *c, struct host *h, const struct outcome *o, int64_t hold)
{
    enum sign sign = sign_of(o);
    char why[96];
    if (sign == SIGN_NONE)
        return false;
    if (sign != SIGN_SILENT && o->remote.family)
        c->heard = o->remote;
    if (!c->settings->manners.adapt)
        return note_network(c, h, o, sign);
    treatment_pace(c, h, o);
    if (h->pinned && (o->error == FETCH_CONNECT_REFUSED || o->error == FETCH_CONNECT_FAILED ||
                      o->error == FETCH_CONNECT_TIMEOUT)) {
        host_turn_address(h);
        h->moving |= host_must_move(&c->frontier.hosts, h);
    }
    if (sign == SIGN_GOOD) {
        treatment_good(c, h);
        return false;
    }
    if (!host_conduct(h))
        return false;
    bool ill = is_ill(h);
    explain(o, why);
    note_bad(c, h, why, sign == SIGN_SILENT);
    ill |= sign == SIGN_SILENT && health_is_cut_off(&c->frontier.network);
    if (is_ill(h) && h->state != HOST_LOST && h->state != HOST_ASIDE)
        treat(c, h, false, hold);
    return ill && sign != SIGN_BUSY && sign != SIGN_BROKEN;
}

static void settle_denied(struct coordinator *c)
{
    struct item *i;
    unsigned line;
    char why[80];
    while ((i = frontier_denied(&c->frontier, &line))) {
        snprintf(why, sizeof why, "disallowed by line %u of the robots.txt", line);
        c->stats.denied++;
        settle_without_exchange(c, i, FETCH_ROBOTS, span_of(why));
        coordinator_stir(c);
    }
}

void treatment_settle(struct coordinator *c)
{
    struct host *h;
    struct item *i;
    char why[160];
    settle_denied(c);
    for (unsigned n = 0; n < LOST_AT_ONCE && (h = frontier_lost(&c->frontier));) {
        const struct conduct *conduct = h->conduct;
        bool robots = conduct && conduct->given_up_robots;
        snprintf(why, sizeof why, "%s: %s", robots ? "its robots.txt" : "the host was given up",
                 conduct ? conduct->why : "");
        unsigned left = h->queued;
        for (; left > 0 && n < LOST_AT_ONCE; left--, n++) {
            i = frontier_take(&c->frontier, h, c->now);
            settle_without_exchange(c, i, robots ? FETCH_ROBOTS_UNREACHABLE : FETCH_HOST_GIVEN_UP,
                                    span_of(why));
        }
        if (left > 0)
            frontier_give_up(&c->frontier, h, c->now); // the rest in the next round
        coordinator_stir(c);
    }
}

// SPDX-License-Identifier: MIT
// A robots.txt is a job like any other, on the first turn that its host gets: a fiber asks for it
// in straight-line code, through its redirects. It obeys the pace of each host that it goes to, and
// waits for none of them to open, so that no circle of redirects can lock.
#include "crawl/robots.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/coordinator_shortage.h"
#include "crawl/hop.h"
#include "crawl/opening.h"
#include "crawl/settle.h"
#include "crawl/tally.h"
#include "crawl/treatment.h"
#include "frontier/item.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/finding_robots.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "web/retry_after.h"
#include "web/robots.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define KNOWN_FOR (24 * 3600 * CLOCK_S) // RFC 9309 §2.4

enum { REDIRECTS = 5 }; // RFC 9309 §2.3.1.2

struct asking {
    struct coordinator *c;
    struct host *host; // whose robots.txt it is
    struct item *item; // the exchange: it waits in a group, or is under way
    struct list done;  // the fiber, while it is
    struct buffer outcome;
    enum fetch_error error; // without an outcome
    char why[128];          // what went wrong, for a person
};

// What became of it.
enum said {
    SAID_RULES,       // the outcome has them
    SAID_NOTHING,     // there is none: everything is allowed (RFC 9309 §2.3.1.3)
    SAID_UNREACHABLE, // nobody knows: nothing is allowed (§2.3.1.4)
    SAID_NEVER,       // it cannot be asked for, and no more can any page
    SAID_LACKING,     // we had no memory for it: it is asked for again
    SAID_CANCELLED,
};

struct span robots_agent(const struct coordinator *c, const struct host *h)
{
    return h->agent ? robots_token(span_of(h->agent)) : c->settings->agent;
}

int robots_fill(struct coordinator *c, const struct item *i, struct job_parts *p)
{
    struct ask none = { 0 }, run = { .headers = c->settings->ask.headers };
    struct hop_place place = { .home = i->home == i->host->node.hash };
    struct hop hop;
    int r = hop_make(&hop, &run, &none, place, &c->headers);
    if (r < 0)
        return r;
    p->headers = hop.headers.n ? hop.headers : (struct span){ 0 };
    p->head.flags = (p->head.flags & ~(uint32_t)(JOB_DIGEST | JOB_COOKIES)) | JOB_ROBOTS;
    p->head.max_filesize = 0; // no more is received than is read
    p->agent = robots_agent(c, i->asking->host);
    return 0;
}

void robots_settle(struct coordinator *c, struct item *i, const struct outcome *o)
{
    struct asking *a = i->asking;
    buffer_clear(&a->outcome);
    buffer_add(&a->outcome, o, (size_t)o->size + o->tail);
    a->error = a->outcome.failed ? FETCH_NO_RESOURCES : FETCH_OK;
    c->stats.robots++;
    wake_all(&a->done, 0);
}

void robots_settle_without(struct item *i, enum fetch_error error, struct span message)
{
    struct asking *a = i->asking;
    a->error = error;
    snprintf(a->why, sizeof a->why, "%.*s", (int)message.n, message.p ? message.p : "");
    wake_all(&a->done, 0);
}

// Does one exchange with `to`. Parks. Errors: -ECANCELED.
static int exchange(struct asking *a, struct host *to)
{
    struct coordinator *c = a->c;
    a->error = FETCH_OK;
    a->item->entered = c->now = loop_now(c->loop);
    frontier_ask(&c->frontier, a->item, to, c->now);
    coordinator_stir(c);
    int r = park_on(&a->done, CLOCK_NEVER);
    if (r < 0 && !list_empty(&a->item->node))
        frontier_unask(&c->frontier, a->item, loop_now(c->loop));
    return r;
}

static const struct outcome *outcome_of(const struct asking *a)
{
    return a->error == FETCH_OK ? (const void *)a->outcome.p : NULL;
}

static bool is_redirect(const struct outcome *o)
{
    return o && o->error == FETCH_OK && o->location.at &&
           (o->status == 301 || o->status == 302 || o->status == 303 || o->status == 307 ||
            o->status == 308);
}

// Puts the next hop's URL into the item. Errors: -ENOMEM; otherwise there is none to go to.
static int turn(struct asking *a)
{
    struct url target;
    const struct outcome *o = outcome_of(a);
    int r = url_parse(&target, message_span(o, o->location), &a->item->url, NULL);
    if (r < 0)
        return r;
    url_strip(&target);
    url_fini(&a->item->url);
    a->item->url = target;
    a->item->challenges = 0;
    return 0;
}

// Finds the host that the item's URL is of, and its addresses. Parks. Returns 0, with `*to` kept
// for us; 1 when it has no addresses. Errors: negative.
static int find_host(struct asking *a, struct host **to)
{
    struct coordinator *c = a->c;
    struct resolve_answer answer = { .why = "" };
    int r = host_get(&c->frontier.hosts, &a->item->url, loop_now(c->loop), to);
    if (r < 0)
        return r;
    frontier_keep(&c->frontier, *to);
    r = opening_look_up(c, *to, &answer);
    if (r == 0)
        return 0;
    frontier_let_go(&c->frontier, *to, loop_now(c->loop));
    if (r > 0)
        snprintf(a->why, sizeof a->why, "%.*s cannot be looked up: %s",
                 (int)url_host(&a->item->url).n, url_host(&a->item->url).p, answer.why);
    return r;
}

// What the status means (RFC 9309 §2.3.1), or that there is none.
static enum said judge(struct asking *a)
{
    const struct outcome *o = outcome_of(a);
    enum fetch_error error = o ? (enum fetch_error)o->error : a->error;
    if (error == FETCH_CANCELLED && a->c->abandoned)
        return SAID_CANCELLED;
    if (o && error != FETCH_OK) {
        struct span message = message_span(o, o->message);
        snprintf(a->why, sizeof a->why, "%.*s", (int)message.n, message.p ? message.p : "");
    }
    a->error = error;
    if (error == FETCH_TLS_CERTIFICATE || error == FETCH_BLOCKED_ADDRESS)
        return SAID_NEVER;
    if (error == FETCH_NO_RESOURCES)
        return o && o->flags & (OUTCOME_DISK | OUTCOME_LACK) ? SAID_NEVER : SAID_UNREACHABLE;
    if (error != FETCH_OK)
        return SAID_UNREACHABLE;
    if (o->status / 100 == 2)
        return SAID_RULES;
    if ((o->status / 100 == 4 && o->status != 429) || o->status / 100 == 3)
        return SAID_NOTHING;
    snprintf(a->why, sizeof a->why, "status %u", o->status);
    return SAID_UNREACHABLE;
}

// Whether it did not come to an exchange for what this machine lacks, and is to be asked for again:
// no host is to blame for that.
static bool is_lacking(struct asking *a, int64_t began)
{
    const struct outcome *o = outcome_of(a);
    if (!o)
        return a->error == FETCH_NO_RESOURCES;
    return o->error == FETCH_NO_RESOURCES && !(o->flags & OUTCOME_DISK) &&
           shortage_met(a->c, began, message_span(o, o->message), o->flags & OUTCOME_LACK);
}

// Does exchanges with `to` until one has been answered, or cannot be. Parks. Errors: -ECANCELED.
static int exchange_well(struct asking *a, struct host *to)
{
    int64_t began = loop_now(a->c->loop);
    int r = exchange(a, to);
    for (;;) {
        if (r < 0)
            return r;
        if (is_lacking(a, began))
            r = sleep_until(clock_after(clock_mono(), SHORTAGE_PAUSE));
        else if (!outcome_of(a) || !settle_challenge(a->item, outcome_of(a)))
            return 0;
        if (r == 0)
            r = exchange(a, to);
    }
}

// Asks, through up to five redirects. Parks.
static enum said ask(struct asking *a)
{
    struct coordinator *c = a->c;
    struct host *to = a->host;
    frontier_keep(&c->frontier, to);
    for (unsigned hops = 0;; hops++) {
        int r = exchange_well(a, to);
        frontier_let_go(&c->frontier, to, loop_now(c->loop));
        if (r < 0)
            return SAID_CANCELLED;
        if (!is_redirect(outcome_of(a)))
            break;
        r = hops == REDIRECTS ? -ELOOP : turn(a);
        if (r < 0)
            return r == -ENOMEM ? SAID_LACKING : SAID_NOTHING;
        r = find_host(a, &to);
        if (r != 0)
            return r == -ECANCELED ? SAID_CANCELLED
                   : r == -ENOMEM  ? SAID_LACKING
                                   : SAID_UNREACHABLE;
    }
    enum said said = judge(a);
    // What only a redirect led to says nothing of the pages; but what we lack says nothing of
    // rules.
    bool led = to != a->host && a->error != FETCH_NO_RESOURCES;
    return said == SAID_NEVER && led ? SAID_NOTHING : said;
}

// They hold for a day. Errors: -ENOMEM.
static int keep_rules(struct asking *a, struct span rules)
{
    struct coordinator *c = a->c;
    int64_t until = clock_after(c->now, KNOWN_FOR);
    int r = host_take_rules(&c->frontier.hosts, a->host, rules, until);
    if (r == 0)
        commits_robots(c, a->host, until);
    return r;
}

// Takes over the rules. Errors: -ENOMEM; -EUCLEAN when the findings are none.
static int take_rules(struct asking *a)
{
    struct coordinator *c = a->c;
    struct span rules, sitemaps;
    if (!finding_robots_read(outcome_findings(outcome_of(a)), &rules, &sitemaps))
        return -EUCLEAN;
    int r = keep_rules(a, rules);
    if (r == 0 && c->on_sitemaps && sitemaps.n)
        c->on_sitemaps(c, a->host, sitemaps);
    return r;
}

// Until when the host asked not to be called.
static int64_t hold_of(const struct asking *a)
{
    const struct outcome *o = outcome_of(a);
    int64_t wait;
    if (!o || o->retry_after.at == 0 || (o->status != 429 && o->status != 503) ||
        retry_after_parse(message_span(o, o->retry_after), clock_wall(),
                          a->c->settings->max_retry_after, &wait) < 0)
        return 0;
    return clock_after(a->c->now, wait);
}

// Whoever waits for the first host that cannot be reached should know what for.
static void say(const struct asking *a)
{
    struct coordinator *c = a->c;
    if (!c->aside_said)
        log_note("%s waits until its robots.txt can be had (%s), up to %lld s (see "
                 "--host-give-up); of further hosts nothing is said",
                 a->host->origin, a->why, (long long)(c->settings->manners.give_up / CLOCK_S));
    c->aside_said = true;
}

// Rules that are too old hold on as long as there are no others (RFC 9309 §2.4); without any the
// host is left alone for a while, or given up.
static void go_without(struct asking *a)
{
    struct conduct *conduct = host_conduct(a->host);
    bool silent = treatment_is_silent(outcome_of(a));
    if (conduct && conduct->known_until) {
        health_bad(&conduct->health, &a->c->frontier.network, silent, a->c->now);
        int64_t pause =
            health_pause(&conduct->health, &a->c->frontier.network, coordinator_random(a->c));
        conduct->known_until = clock_after(a->c->now, pause);
        return;
    }
    log_detail("%s/robots.txt: %s", a->host->origin, a->why);
    if (treatment_failed(a->c, a->host, a->why, silent, true, hold_of(a)) == TREATMENT_ASIDE)
        say(a);
}

// Returns what it came to in the end.
static enum said conclude(struct asking *a, enum said said)
{
    struct coordinator *c = a->c;
    int r = 0;
    if (said == SAID_RULES)
        r = take_rules(a);
    else if (said == SAID_NOTHING)
        r = keep_rules(a, (struct span){ 0 });
    if (r < 0) {
        said = r == -ENOMEM ? SAID_LACKING : SAID_UNREACHABLE;
        snprintf(a->why, sizeof a->why, "%s", strerror(-r));
    }
    if (said == SAID_UNREACHABLE)
        go_without(a);
    else if (said == SAID_NEVER)
        opening_fail_queue(c, a->host, a->error, a->why);
    else if (said != SAID_CANCELLED && said != SAID_LACKING)
        treatment_good(c, a->host);
    return said;
}

static int asker(void *arg)
{
    struct asking *a = arg;
    struct coordinator *c = a->c;
    struct host *h = a->host;
    enum said said = ask(a);
    c->now = loop_now(c->loop);
    said = conclude(a, said);
    if (said == SAID_LACKING) // it gets into line again
        (void)sleep_until(clock_after(clock_mono(), SHORTAGE_PAUSE));
    c->now = loop_now(c->loop);
    frontier_asked(&c->frontier, h, c->now);
    item_free(a->item);
    buffer_fini(&a->outcome);
    free(a);
    c->asking--;
    coordinator_stir(c);
    return 0;
}

static struct asking *make(struct coordinator *c, struct host *h)
{
    struct buffer text = { 0 };
    struct asking *a = calloc(1, sizeof *a);
    buffer_add_format(&text, "%s/robots.txt", h->origin);
    if (!a || text.failed || item_new(&a->item, buffer_span(&text), 0, NULL) < 0) {
        free(a);
        a = NULL;
    } else {
        a->c = c;
        a->host = h;
        a->item->asking = a;
        list_init(&a->done);
        if (!h->typed) // neither is the user's word for a special address, nor its password
            a->item->origin = a->item->home = 0;
    }
    buffer_fini(&text);
    return a;
}

void robots_start(struct coordinator *c)
{
    struct host *h;
    while ((h = frontier_asking(&c->frontier))) {
        struct asking *a = make(c, h);
        if (a && nursery_spawn(&c->fibers, "robots", asker, a) == 0) {
            c->asking++;
            continue;
        }
        if (a)
            item_free(a->item);
        free(a);
        frontier_asked(&c->frontier, h, c->now); // it gets its turn again
        return;
    }
}

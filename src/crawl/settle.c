// SPDX-License-Identifier: MIT
#include "crawl/settle.h"
#include "crawl/archives.h"
#include "crawl/commits.h"
#include "crawl/cookies.h"
#include "crawl/coordinator.h"
#include "crawl/coordinator_shortage.h"
#include "crawl/ending.h"
#include "crawl/explore.h"
#include "crawl/gauge.h"
#include "crawl/hop.h"
#include "crawl/robots.h"
#include "crawl/shelf_known.h"
#include "crawl/tally.h"
#include "crawl/treatment.h"
#include "engine/lane.h"
#include "frontier/challenge.h"
#include "frontier/retry.h"
#include "output/record.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/outcome.h"
#include "web/retry_after.h"
#include <errno.h>

// Writes the record and frees the item.
static void finish(struct coordinator *c, struct item *i, enum fetch_error error,
                   struct span message, const struct outcome *last)
{
    struct ending e = { .error = error, .message = message, .last = last };
    ending_write(c, i, &e);
}

// Whether what is to be started another time need not be kept.
static bool is_for_nothing(const struct coordinator *c)
{
    return c->stopping && !c->commits;
}

// The item goes on from here. Returns false when there is no going on: then it is settled.
static bool goes_on(struct coordinator *c, struct item *i)
{
    i->entered = c->now;
    commits_changed(c, i);
    if (is_for_nothing(c)) {
        ending_unfinished(c, i);
        return false;
    }
    return true;
}

// Has the item tried again, not before `at`, nor before its own back-off has passed.
static void again(struct coordinator *c, struct item *i, int64_t at, enum fetch_error error,
                  struct span message, const struct outcome *last)
{
    c->stats.retries++;
    if (goes_on(c, i) && frontier_delay(&c->frontier, i, at) < 0)
        finish(c, i, error, message, last);
}

// What was tried was no attempt. Behind the others, when its host fails whatever it is asked for:
// it may be this very item that the host cannot take. In front of them, when only the connection
// was dead: lest it find another one that others have left behind.
static void once_more(struct coordinator *c, struct item *i, bool in_front, struct span message,
                      const struct outcome *o)
{
    c->stats.retries++;
    i->tries--;
    if (goes_on(c, i) && frontier_add(&c->frontier, i, in_front, c->now) < 0)
        finish(c, i, (enum fetch_error)o->error, message, o);
}

static int64_t backoff(struct coordinator *c, const struct item *i)
{
    return clock_after(c->now, retry_delay(i->tries + 1u, coordinator_random(c)));
}

// `sent`: the server may have seen the request.
static bool has_further_try(const struct coordinator *c, const struct item *i,
                            enum fetch_error error, int status, bool sent)
{
    return retry_worthwhile(error, status) &&
           retry_allowed(i->tries, i->deaths, c->settings->retry) &&
           hop_may_repeat((enum hop_method)i->method, sent, status);
}

void settle_without_exchange(struct coordinator *c, struct item *i, enum fetch_error error,
                             struct span message)
{
    if (i->asking) {
        robots_settle_without(i, error, message);
        return;
    }
    i->tries++;
    if (has_further_try(c, i, error, 0, false))
        again(c, i, backoff(c, i), error, message, NULL);
    else
        finish(c, i, error, message, NULL);
}

static bool is_redirect(const struct coordinator *c, const struct outcome *o)
{
    bool status = o->status == 301 || o->status == 302 || o->status == 303 || o->status == 307 ||
                  o->status == 308;
    return c->settings->max_redirs > 0 && o->error == FETCH_OK && status && o->location.at != 0;
}

// In a crawl the target is a link like any other.
static void end_redirect(struct coordinator *c, struct item *i, const struct outcome *o)
{
    const char *why = NULL;
    struct ending e = { .last = o };
    e.error = explore_redirect(c, i, o, &why);
    e.message = span_of(why);
    if (e.error == FETCH_OK)
        e.redirect_url = buffer_span(&c->explore->location);
    ending_write(c, i, &e);
}

// Turns the item to where the outcome points. A user name or password in a Location is nobody's
// word and is dropped.
static void follow(struct coordinator *c, struct item *i, const struct outcome *o)
{
    if (c->explore) {
        end_redirect(c, i, o);
        return;
    }
    enum url_error why = URL_FINE;
    struct url target;
    if (i->redirects >= c->settings->max_redirs) {
        finish(c, i, FETCH_TOO_MANY_REDIRECTS,
               span_of("redirected more often than --max-redirs allows"), o);
        return;
    }
    int r = url_parse(&target, message_span(o, o->location), &i->url, &why);
    if (r < 0) {
        finish(c, i,
               r == -EPROTONOSUPPORT ? FETCH_BLOCKED_SCHEME
               : r == -ENOMEM        ? FETCH_NO_RESOURCES
                                     : FETCH_BAD_REDIRECT,
               span_of(url_error_text(why)), o);
        return;
    }
    url_strip(&target);
    if (item_redirect(i, o->status, &target) < 0) {
        url_fini(&target);
        finish(c, i, FETCH_NO_RESOURCES, span_of("no memory"), o);
        return;
    }
    i->became_get |= hop_becomes_get((enum hop_method)i->method, o->status);
    c->stats.redirects++;
    if (!goes_on(c, i))
        return;
    if (shelf_known_wanted(c, i))
        shelf_known_ask(c, i, 0);
    else if (frontier_add(&c->frontier, i, true, c->now) < 0)
        finish(c, i, FETCH_NO_RESOURCES, span_of("no memory"), o);
}

// Until when the server asked not to be called: Retry-After on the statuses where it speaks of the
// whole host. 0: it did not.
static int64_t hold_until(const struct coordinator *c, const struct outcome *o)
{
    int64_t wait;
    if ((o->status != 429 && o->status != 503) || o->retry_after.at == 0)
        return 0;
    if (retry_after_parse(message_span(o, o->retry_after), clock_wall(),
                          c->settings->max_retry_after, &wait) < 0)
        return 0;
    return clock_after(c->now, wait);
}

// An attempt that is given back was no exchange.
static void give_back(struct coordinator *c, struct item *i)
{
    i->attempts--;
    i->tries--;
    c->stats.exchanges--;
    c->stats.engine[i->engine].exchanges--;
    c->stats.engine[i->engine].errors--;
}

// What is lacking is ours to mend, by doing less at once or later: that was no attempt, unless it
// is this exchange alone that never finds enough.
static void lack(struct coordinator *c, struct item *i, struct span message,
                 const struct outcome *o)
{
    bool again_is_fine = hop_may_repeat((enum hop_method)i->method, o->flags & OUTCOME_SENT, 0);
    bool given_back = shortage_met(c, i->first, message, o->flags & OUTCOME_LACK);
    if (!given_back || !again_is_fine) {
        if (has_further_try(c, i, FETCH_NO_RESOURCES, 0, o->flags & OUTCOME_SENT))
            again(c, i, backoff(c, i), FETCH_NO_RESOURCES, message, o);
        else
            finish(c, i, FETCH_NO_RESOURCES, message, o);
        return;
    }
    give_back(c, i);
    again(c, i, clock_after(c->now, SHORTAGE_PAUSE), FETCH_NO_RESOURCES, message, o);
    c->stats.retries--;
}

// Doing less at once does not empty a disk, and another exchange would end the same way.
static void finish_unsaved(struct coordinator *c, struct item *i, struct span message,
                           const struct outcome *o)
{
    if (!c->disk_failed)
        log_error("%.*s (further ones are in the records only)", (int)message.n, message.p);
    c->disk_failed = true;
    finish(c, i, FETCH_NO_RESOURCES, message, o);
}

// A kept connection had died before anything of it was seen: with a paced host the worker leaves it
// at that (JOB_ONCE). That was no attempt; but the host may have seen it, so its pace counts.
static bool is_stale(const struct item *i, const struct outcome *o)
{
    return o->flags & OUTCOME_REUSED && o->status == 0 &&
           (o->error == FETCH_RESET || o->error == FETCH_EMPTY_REPLY) &&
           hop_may_repeat((enum hop_method)i->method, true, 0);
}

// Whether the host has said what it wants to be shown, and gets it another time: when nothing was
// shown, or only its number was too old.
bool settle_challenge(struct item *i, const struct outcome *o)
{
    enum { CHALLENGES_MOST = 3 }; // of one hop
    struct challenge *c;
    if (o->status != 401 || o->challenge.at == 0 || i->challenges >= CHALLENGES_MOST ||
        challenge_new(&c, message_span(o, o->challenge)) < 0)
        return false;
    bool again = !i->shown || challenge_is_stale(c);
    challenge_free(i->host->challenge);
    i->host->challenge = c;
    i->challenges += again;
    return again;
}

// That was no attempt of its own.
static void show(struct coordinator *c, struct item *i, struct span message,
                 const struct outcome *o)
{
    once_more(c, i, true, message, o);
    c->stats.retries--;
}

// Who lets an exchange run out of its time, byte by byte, holds a worker for as long.
static void note_slow(struct host *h, enum fetch_error error)
{
    if (error == FETCH_TIMEOUT || error == FETCH_OK)
        gate_set_slow(&h->group->gate, error == FETCH_TIMEOUT);
}

// The exchange was for a robots.txt: whoever asked for it decides.
static void settle_robots(struct coordinator *c, struct item *i, const struct outcome *o)
{
    int64_t hold = hold_until(c, o);
    treatment_pace(c, i->host, o);
    note_slow(i->host, (enum fetch_error)o->error);
    archives_outcome(c, i, o);
    commits_host(c, i->host);
    robots_settle(c, i, o);
    frontier_ended(&c->frontier, i->host, c->now, hold);
}

// The run does not wait for it any longer.
static void abandon(struct coordinator *c, struct item *i)
{
    give_back(c, i);
    i->entered = c->now;
    if (!c->commits || frontier_add(&c->frontier, i, true, c->now) < 0)
        ending_unfinished(c, i);
}

static void settle(struct coordinator *c, struct item *i, const struct outcome *o)
{
    struct host *h = i->host;
    struct span message = message_span(o, o->message);
    enum fetch_error error = (enum fetch_error)o->error;
    int64_t hold = hold_until(c, o);
    h->exchanges++;
    h->spent += o->time_total;
    tally_exchange(&c->stats, i->engine, o);
    archives_outcome(c, i, o);
    if (c->cookies)
        cookies_take(c->cookies, &i->url, o);
    i->attempts++;
    i->tries++;
    i->deaths = (uint8_t)(i->deaths + (error == FETCH_WORKER_DIED));
    commits_host(c, h);
    bool shows = settle_challenge(i, o);
    bool stale = is_stale(i, o), not_its_fault = !stale && treatment_note(c, h, o, hold);
    note_slow(h, error);
    frontier_ended(&c->frontier, h, c->now, hold); // `h` may be forgotten now
    if (error == FETCH_CANCELLED && c->abandoned)
        abandon(c, i);
    else if (error == FETCH_NO_RESOURCES && o->flags & OUTCOME_DISK)
        finish_unsaved(c, i, message, o);
    else if (error == FETCH_NO_RESOURCES)
        lack(c, i, message, o);
    else if (stale)
        once_more(c, i, true, message, o);
    else if (shows)
        show(c, i, message, o);
    else if (not_its_fault &&
             hop_may_repeat((enum hop_method)i->method, o->flags & OUTCOME_SENT, o->status))
        once_more(c, i, false, message, o);
    else if (has_further_try(c, i, error, o->status, o->flags & OUTCOME_SENT)) {
        int64_t at = backoff(c, i);
        again(c, i, hold > at ? hold : at, error, message, o);
    } else if (is_redirect(c, o))
        follow(c, i, o);
    else
        finish(c, i, error, message, o);
}

void settle_all(struct coordinator *c)
{
    struct list *node;
    if (c->settings->gauge)
        c->settings->gauge->in_flight = c->in_flight;
    while ((node = list_pop(&c->ready_lanes))) {
        struct lane *l = list_entry(node, struct lane, ready);
        const struct outcome *o;
        while ((o = lane_receive(l))) {
            if (o->id >= c->ids || !c->job[o->id]) {
                log_error("an outcome for job %u, which is not under way, was dropped", o->id);
                continue;
            }
            struct item *i = c->job[o->id];
            c->job[o->id] = NULL;
            c->free_id[c->free_ids++] = o->id;
            c->in_flight--;
            l->lacks = o->error == FETCH_NO_RESOURCES && !(o->flags & OUTCOME_DISK);
            if (o->error != FETCH_NO_RESOURCES && o->error != FETCH_CANCELLED &&
                o->error != FETCH_WORKER_DIED)
                shortage_past(c);
            if (i->asking)
                settle_robots(c, i, o);
            else
                settle(c, i, o);
        }
        berths_note(&c->berths, l);
    }
}

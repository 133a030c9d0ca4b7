// SPDX-License-Identifier: MIT
// Lines become items, as fast as they can be used and no faster.
#include "crawl/intake.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/ending.h"
#include "crawl/explore.h"
#include "crawl/saving.h"
#include "crawl/settle.h"
#include "crawl/shelf.h"
#include "crawl/shelf_known.h"
#include "crawl/tally.h"
#include "input/lines.h"
#include "input/source.h"
#include "output/output.h"
#include "output/record.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>

enum {
    WINDOW_REFRESH = 4096,
    WINDOW = 64, // beyond twice what may be in flight: enough to always have something to start
    IN_MEMORY = 16384, // URLs that may wait in memory before lines of hosts with many go to disk
    OF_A_HOST = 256,   // what "many" is,
    OF_HOSTS = 4096,   // unless there are many hosts, which have as many together; or one each
    LOW = 64,          // so many left of a host's queue, and more are brought back from disk
    LOOK_AHEAD =
        1000000, // URLs in memory at the very most: of that many hosts that all cannot start
    LOOK_AHEAD_STORED = 65536, // the same when the others can be left on disk
    FROM_DISK = 32768,         // so many come back from there, beside these: who runs dry gets some
    HELD = 64 << 20,           // bytes of lines of JSON in memory
    BACKLOG = 4 << 20, // bytes of records not yet written at which the source waits for the reader
                       // of the output
};

unsigned intake_waiting(const struct coordinator *c)
{
    return c->frontier.waiting + c->known.waiting;
}

// In a refresh items wait to be looked up, and while there is a commit they wait for that.
static unsigned window(const struct coordinator *c)
{
    return 2 * c->cap + (c->settings->refresh ? WINDOW_REFRESH : WINDOW);
}

static unsigned memory_bound(const struct coordinator *c)
{
    return window(c) > IN_MEMORY ? window(c) : IN_MEMORY;
}

// Normally a short window suffices. Only when nothing can be started from it (its hosts are paced,
// slow or full) is the list read further ahead, to find hosts that have nothing to do with those.
static bool is_starving(const struct coordinator *c)
{
    return !frontier_has_ready(&c->frontier) && c->in_flight + c->opening < c->cap;
}

bool intake_wanted(const struct coordinator *c)
{
    if (c->stopping || output_backlog(c->records) > BACKLOG)
        return false;
    if (c->explore)
        return !explore_is_behind(c); // seeds go to disk
    if (c->held >= HELD && intake_waiting(c) > 0)
        return false;
    if (c->store && store_is_behind(c->store))
        return false;
    if (intake_waiting(c) < window(c))
        return true;
    uint64_t most = c->store         ? LOOK_AHEAD_STORED + c->stock.held
                    : c->spill.error ? memory_bound(c)
                                     : LOOK_AHEAD;
    return is_starving(c) && intake_waiting(c) < most;
}

int64_t intake_room(const struct coordinator *c)
{
    bool starving = is_starving(c);
    int64_t most = starving ? FROM_DISK : memory_bound(c);
    int64_t have = starving ? (int64_t)c->stock.held : intake_waiting(c);
    return c->held < HELD / 2 ? most - have : INT32_MIN;
}

// Whether a line is JSON: the list's are, where they should be; the command line's are not.
static bool is_json(const struct coordinator *c, const struct line *line)
{
    return c->settings->jsonl && line->number > c->arguments;
}

static void note_line(struct coordinator *c, struct span url, struct span members)
{
    struct buffer safe = { 0 };
    item_redact(url, &safe);
    ending_note_failed(c, buffer_span(&safe), members);
    buffer_fini(&safe);
}

void intake_note_unfinished(struct coordinator *c, const struct line *line)
{
    if (!is_json(c, line))
        note_line(c, line->text, (struct span){ 0 });
    else if (lines_json_read(&c->json, line->text) != -ENOMEM && c->json.url.p)
        note_line(c, c->json.url, c->json.members);
}

// Writes the record of a line that becomes no item. `r` has text and members.
static void refuse(struct coordinator *c, struct refusal r, uint64_t line, enum fetch_error error,
                   const char *message)
{
    r.line = line;
    r.error = error;
    r.message = span_of(message);
    record_write_bad(output_buffer(c->records), &r, clock_wall(), &c->time);
    output_added(c->records);
    tally_record(&c->stats, error, 0);
    if (c->failed && r.text.n > 0)
        note_line(c, r.text, r.members);
}

static void refuse_url(struct coordinator *c, struct refusal r, uint64_t line, int error,
                       enum url_error why)
{
    if (error == -ENOMEM)
        refuse(c, r, line, FETCH_NO_RESOURCES, "no memory");
    else
        refuse(c, r, line, error == -EPROTONOSUPPORT ? FETCH_BLOCKED_SCHEME : FETCH_BAD_URL,
               url_error_text(why));
}

// Says once that nobody knows a member of this name.
static void warn_of_unknown(struct coordinator *c, struct span name, uint64_t line)
{
    enum { MOST = sizeof c->unknown / sizeof *c->unknown };
    uint64_t hash = map_hash(name);
    for (unsigned k = 0; k < c->unknowns; k++)
        if (c->unknown[k] == hash)
            return;
    if (c->unknowns == MOST)
        return;
    c->unknown[c->unknowns++] = hash;
    log_warning("line %llu: the member %.*s is not known, and ignored%s", (unsigned long long)line,
                name.n > 60 ? 60 : (int)name.n, name.p,
                c->unknowns == MOST ? "; further ones are not mentioned" : "");
}

// Makes an item of a line of JSON, or refuses it: then `*out` is NULL. What stands in a line that
// has no URL is shown nowhere: there may be secrets in it.
static void make_of_json(struct coordinator *c, const struct line *line, struct item **out)
{
    struct lines_json *json = &c->json;
    enum url_error why = URL_FINE;
    *out = NULL;
    int r = lines_json_read(json, line->text);
    struct refusal refusal = { json->url.p ? json->url : span_of(""), json->members, 0, 0, { 0 } };
    if (json->unknown.p)
        warn_of_unknown(c, json->unknown, line->number);
    if (r == -EINVAL) {
        refuse(c, refusal, line->number, FETCH_BAD_URL, json->why);
        return;
    }
    if (r == 0)
        r = item_new(out, json->url, line->number, &why);
    if (r == 0 && json->members.p)
        r = item_keep_members(*out, json->members, &c->held);
    if (r == 0)
        return;
    item_free(*out);
    *out = NULL;
    refuse_url(c, refusal, line->number, r, why);
}

static void make_item(struct coordinator *c, const struct line *line, struct item **out)
{
    enum url_error why = URL_FINE;
    if (is_json(c, line)) {
        make_of_json(c, line, out);
        return;
    }
    int r = item_new(out, line->text, line->number, &why);
    if (r == 0)
        return;
    *out = NULL;
    refuse_url(c, (struct refusal){ .text = line->text }, line->number, r, why);
}

void intake_trust(struct coordinator *c, const struct item *i)
{
    struct host *h = i->host;
    h->typed = true;
    if ((h->state == HOST_OPEN || h->proxy) && host_is_special(h))
        trust_add(&c->trust, i->origin);
}

void intake_enter(struct coordinator *c, struct item *i, int64_t not_before)
{
    bool later = not_before > c->now, redirected = i->redirects > 0;
    int r = later ? frontier_delay(&c->frontier, i, not_before)
                  : frontier_add(&c->frontier, i, redirected, c->now);
    if (r < 0)
        settle_without_exchange(c, i, FETCH_NO_RESOURCES, span_of("no memory"));
    else if (!redirected && !later && (!c->explore || i->mark & EXPLORE_SEED))
        intake_trust(c, i);
}

static void enter(struct coordinator *c, struct item *i, int64_t not_before)
{
    if (shelf_known_wanted(c, i))
        shelf_known_ask(c, i, not_before);
    else
        intake_enter(c, i, not_before);
}

static void queue(struct coordinator *c, struct item *i)
{
    i->entered = c->now;
    commits_changed(c, i);
    enter(c, i, 0);
}

void intake_put(struct coordinator *c, struct item *i, int64_t not_before)
{
    int r = c->explore ? explore_equip(c, i) : 0;
    if (!i->held)
        commits_changed(c, i);
    if (r < 0)
        settle_without_exchange(c, i, FETCH_NO_RESOURCES, span_of("no memory"));
    else
        enter(c, i, not_before);
}

static bool is_full(const struct coordinator *c)
{
    return intake_waiting(c) >= memory_bound(c) || c->held >= HELD / 2;
}

// How many lines of a host are many, where memory is short: few enough that each host of a list has
// some in memory, also when the list is sorted by host.
static unsigned many(const struct coordinator *c)
{
    const struct host_table *t = &c->frontier.hosts;
    unsigned n = OF_HOSTS / (t->count - t->idle_count + 1);
    return n < 1 ? 1 : n > OF_A_HOST ? OF_A_HOST : n;
}

// Puts it on disk instead when its host has plenty in memory, or has others there already. Returns
// whether it did, and has freed it.
static bool shelved(struct coordinator *c, struct item *i)
{
    uint64_t host = map_hash(host_key(&i->url));
    struct host *h;
    if (!stock_has(&c->stock, host)) {
        if (!is_full(c) || host_get(&c->frontier.hosts, &i->url, c->now, &h) < 0 ||
            h->queued < many(c))
            return false;
    }
    shelf_put(c, i, host);
    return true;
}

// The same without a store: the line, in a temporary file. Parks.
static bool spilled(struct coordinator *c, struct item *i, const struct line *line)
{
    struct host *h;
    bool full = is_full(c);
    if (!full && c->spill.lines == 0)
        return false;
    if (host_get(&c->frontier.hosts, &i->url, c->now, &h) < 0)
        return false;
    bool many = full && h->queued >= OF_A_HOST;
    if ((!h->overflow && !many) || spill_push(&c->spill, &h->overflow, h, line) < 0)
        return false;
    item_free(i);
    return true;
}

void intake_line(struct coordinator *c, const struct line *line)
{
    struct item *i;
    c->stats.taken++;
    if (line->dropped > 0) {
        struct refusal r = { .text = is_json(c, line) ? span_of("") : line->text };
        refuse(c, r, line->number, FETCH_BAD_URL,
               "a line of over 2 MiB is no URL: is this a text file with one URL a line?");
        return;
    }
    make_item(c, line, &i);
    if (i && c->explore) {
        explore_seed(c, i);
        return;
    }
    if (!i || (c->settings->skip_existing && saving_skip(c, i)))
        return;
    if (!(c->store ? shelved(c, i) : spilled(c, i, line)))
        queue(c, i);
}

// Whether as many URLs have been taken as may be.
static bool is_enough(const struct coordinator *c)
{
    return !c->explore && c->settings->bounds.urls && c->stats.taken >= c->settings->bounds.urls;
}

int intake_feed(void *arg)
{
    struct coordinator *c = arg;
    struct line line;
    int r = 0;
    for (;;) {
        while (!intake_wanted(c) && (r = park_on(&c->hungry, CLOCK_NEVER)) >= 0)
            ;
        if (r < 0)
            break;
        r = is_enough(c) ? 1 : source_next(c->source, &line);
        if (r <= 0 || is_enough(c))
            break;
        c->now = loop_now(c->loop);
        c->limbo++;
        intake_line(c, &line);
        c->limbo--;
        coordinator_stir(c);
    }
    c->fed_to_end = r == 0;
    if (r >= 0)
        c->stats.total = c->explore ? 0 : c->stats.taken;
    else if (r != -ECANCELED)
        c->end = CRAWL_BROKEN; // said by the source; what was taken up to there is still done
    c->fed = true;
    coordinator_stir(c);
    return 0;
}

struct overflow *intake_low(const struct coordinator *c)
{
    list_each(node, following, &c->spill.overflows)
    {
        struct overflow *o = list_entry(node, struct overflow, node);
        if (o->host->queued < LOW)
            return o;
    }
    return NULL;
}

// Queues what one block of the overflow holds.
static void refill(struct coordinator *c, struct overflow *o)
{
    struct host *h = o->host;
    struct line line;
    int r = spill_fetch(&c->spill, o);
    if (r < 0)
        c->end = CRAWL_BROKEN; // said by the spill; its lines cannot be had back
    c->now = loop_now(c->loop);
    while (r == 0 && spill_take(&c->spill, o, &line)) {
        struct item *i;
        make_item(c, &line, &i); // it was a good one when it was put there
        if (i)
            queue(c, i);
    }
    if (r < 0 || o->lines == 0) {
        h->overflow = NULL;
        spill_end(&c->spill, o);
    }
    coordinator_stir(c);
}

int intake_refill(void *arg)
{
    struct coordinator *c = arg;
    struct overflow *o;
    for (;;) {
        while (!(o = intake_low(c)))
            if (park_on(&c->full, CLOCK_NEVER) < 0)
                return 0;
        refill(c, o);
        if (fiber_cancelled())
            return 0;
    }
}

// SPDX-License-Identifier: MIT
// Items become jobs: the next one that its gate lets go, to a worker that can start it now.
#include "crawl/dispatch.h"
#include "crawl/cookies.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/gauge.h"
#include "crawl/hop.h"
#include "crawl/robots.h"
#include "crawl/saving.h"
#include "crawl/settle.h"
#include "engine/lane.h"
#include "frontier/challenge.h"
#include "ledger/condition.h"
#include "sys/clock.h"
#include "visit/flow.h"
#include "visit/job.h"
#include "web/netrc.h"
#include <errno.h>
#include <strings.h>
#include <sys/random.h>

static struct lane *choose(struct coordinator *c, const struct host *h)
{
    struct berths_host host = { .last = h->lane,
                                .key = h->node.hash,
                                .in_flight = h->in_flight - 1,
                                .one = c->settings->worker.fetch.http2 };
    return berths_choose(&c->berths, &host);
}

// Fills `out` with the addresses of `h` that `i` may be sent to. Returns how many.
static unsigned permitted(const struct item *i, bool special_ok,
                          struct address out[RESOLVE_ADDRESSES])
{
    const struct host *h = i->host;
    unsigned n = 0;
    if (h->proxy && h->special && !special_ok)
        return 0;
    unsigned all = h->pinned && h->addresses ? 1 : h->addresses;
    for (unsigned k = 0; k < all && n < RESOLVE_ADDRESSES; k++)
        if (special_ok || h->proxy || !address_is_special(&h->address[k]))
            out[n++] = h->address[k];
    return n;
}

// The user's own word lets a special address be reached: the line itself, another line, or
// --allow-private.
static bool may_be_special(const struct coordinator *c, const struct item *i)
{
    if (c->settings->allow_private)
        return true;
    uint64_t place = host_place_hash(&i->url);
    return place == i->origin || trust_has(&c->trust, place);
}

// Whether another URL may want this connection: one is queued or under way, or the host keeps
// coming back.
static bool worth_keeping(const struct coordinator *c, const struct host *h)
{
    if (h->queued > 0 || h->in_flight > 1 || (h->exchanges > 0 && !c->fed))
        return true;
    if (c->explore && h->exchanges == 0)
        return true; // its first page will hardly be its last
    // An HTTP proxy's connection is there for any host.
    return h->proxy && proxy_is_http(h->proxy) && (c->frontier.waiting > 0 || !c->fed);
}

// What .netrc has for this hop. The line's own URL may have named the user, without a password.
// Elsewhere, after a redirect, only a host that stands there by name is meant, and not any more
// when what was https has become http.
static const char *known_by_netrc(const struct crawl_settings *s, const struct item *i, bool home)
{
    struct span login = span_of(home ? i->credentials : NULL);
    if (!s->netrc || (login.n && login.p[login.n - 1] != ':') ||
        (!home && i->https && !i->url.https))
        return NULL;
    login.n -= login.n > 0;
    return netrc_find(s->netrc, url_host_bare(&i->url), login, home);
}

// The user name and password that go with this hop: of its URL, of -u, of .netrc. NULL: none.
static const char *credentials(const struct coordinator *c, const struct item *i)
{
    bool home = i->home == i->host->node.hash;
    const char *own = home ? i->credentials : NULL, *known;
    if (!c->knows)
        return own;
    if (!own && home && c->settings->credentials)
        return c->settings->credentials;
    known = known_by_netrc(c->settings, i, home);
    return known ? known : own;
}

// Whether it counts when its next request comes.
static bool is_paced(const struct host *h)
{
    return h->group->gate.delay > 0 || h->group->gate.bucket.interval > 0;
}

static void fill(const struct coordinator *c, const struct item *i, bool special_ok,
                 struct job_parts *p)
{
    const struct crawl_settings *s = c->settings;
    const struct host *h = i->host;
    p->head.id = i->id;
    p->head.flags = (special_ok ? JOB_SPECIAL_OK : 0u) | (worth_keeping(c, h) ? JOB_KEEP : 0u) |
                    (s->digest ? JOB_DIGEST : 0u) | (c->cookies ? JOB_COOKIES : 0u) |
                    (s->worker.warc_prefix ? JOB_WARC : 0u) | (is_paced(h) ? JOB_ONCE : 0u);
    p->head.connect_timeout = s->connect_timeout;
    p->head.max_time = s->max_time;
    p->head.max_filesize = s->max_filesize;
    p->head.host_key = h->node.hash;
    p->head.port = i->url.port;
    p->url = url_href(&i->url);
    if (s->worker.warc_prefix)
        p->via = span_of(i->via);
    p->host = url_host_bare(&i->url);
    if (i->credentials || c->knows)
        p->credentials = span_of(credentials(c, i));
    if (p->credentials.p && s->auth == REQUEST_DIGEST)
        p->head.flags |= is_paced(h) ? JOB_CHALLENGE : JOB_ASK_CHALLENGE;
}

static void fill_proxy(const struct host *h, struct job_parts *p)
{
    if (!h->proxy)
        return;
    p->proxy = span_of(h->proxy->url);
    p->proxy_credentials = span_of(h->proxy->credentials);
    p->head.proxy_port = h->proxy->port;
}

static int fill_path(struct coordinator *c, const struct item *i, struct job_parts *p)
{
    if (!c->settings->save)
        return 0;
    if (!saving_path(&c->path, i))
        return -ENOMEM;
    p->head.flags |= JOB_SAVE;
    p->path = buffer_span(&c->path);
    return 0;
}

// What the options and the line ask for beyond a GET. Errors: -ENOMEM.
static int fill_ask(struct coordinator *c, struct item *i, struct job_parts *p)
{
    struct ask own = { 0 };
    struct hop_place place = { .home = i->home == i->host->node.hash, .became_get = i->became_get };
    struct hop hop;
    int r = i->more ? lines_json_ask(&own, item_members(i), &c->asked) : 0;
    if (r == 0)
        r = hop_make(&hop, &c->settings->ask, &own, place, &c->headers);
    if (r)
        return r;
    if (c->cookies) {
        cookies_add(c->cookies, &i->url, &c->headers);
        hop.headers = buffer_span(&c->headers);
    }
    if (c->headers.failed)
        return -ENOMEM;
    i->method = (uint8_t)hop.kind;
    p->head.flags |= hop.kind == HOP_HEAD ? JOB_HEAD : 0u;
    p->method = hop.method;
    p->headers = hop.headers.n ? hop.headers : (struct span){ 0 };
    p->body = hop.body;
    return 0;
}

static bool has_header(struct span lines, const char *name)
{
    size_t n = strlen(name);
    for (size_t at = 0; at < lines.n; at += strlen(lines.p + at) + 1)
        if (strncasecmp(lines.p + at, name, n) == 0 && lines.p[at + n] == ':')
            return true;
    return false;
}

// With a pace an exchange is one request: it shows what the host has asked for before, or finds out
// what that is (settle.c goes on from there). Errors: -ENOMEM.
static int fill_challenge(struct coordinator *c, struct item *i, struct job_parts *p)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEF";
    unsigned char random[24];
    char nonce[sizeof random];
    i->shown = false;
    if (!(p->head.flags & JOB_CHALLENGE))
        return 0;
    struct challenge_answer a = { .credentials = p->credentials,
                                  .method = p->method.p                ? p->method
                                            : p->head.flags & JOB_HEAD ? span_of("HEAD")
                                                                       : span_of("GET"),
                                  .target = url_path_query(&i->url),
                                  .nonce = { nonce, sizeof nonce } };
    p->credentials = (struct span){ NULL, 0 };
    if (!i->host->challenge || has_header(p->headers, "Authorization"))
        return 0;
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return -ENOMEM;
    for (size_t k = 0; k < sizeof nonce; k++)
        nonce[k] = letters[random[k] % 32];
    if (!p->headers.n)
        buffer_clear(&c->headers);
    if (challenge_answer(i->host->challenge, &a, &c->headers) < 0)
        return -ENOMEM;
    buffer_add_byte(&c->headers, '\0');
    p->headers = buffer_span(&c->headers);
    i->shown = true;
    return c->headers.failed ? -ENOMEM : 0;
}

// The user agent that a rule gives this host, unless a header of the request does. Errors: -ENOMEM.
static int fill_agent(struct coordinator *c, const struct host *h, struct job_parts *p)
{
    if (!h->agent)
        return 0;
    if (!p->headers.n)
        buffer_clear(&c->headers);
    if (has_header(p->headers, "User-Agent"))
        return 0;
    buffer_add_format(&c->headers, "User-Agent: %s", h->agent);
    buffer_add_byte(&c->headers, '\0');
    p->headers = buffer_span(&c->headers);
    return c->headers.failed ? -ENOMEM : 0;
}

// Asks for the page only if it is another than the one that is known. Errors: -ENOMEM.
static int fill_condition(struct coordinator *c, struct item *i, struct job_parts *p)
{
    struct page_entry known;
    bool plain = (i->method == HOP_GET || i->method == HOP_HEAD) && !p->body.p;
    i->conditional = false;
    if (!i->known || !plain || condition_is_given(p->headers) ||
        page_entry_read(&known, item_known(i)) < 0)
        return 0;
    if (p->head.flags & JOB_WARC && known.captured) {
        p->head.known_date = known.captured;
        p->known_digest = known.payload;
    }
    if (!p->headers.n)
        buffer_clear(&c->headers);
    if (!condition_add(&c->headers, &known))
        return 0;
    i->conditional = true;
    p->head.flags |= JOB_CONDITIONAL;
    p->headers = buffer_span(&c->headers);
    return c->headers.failed ? -ENOMEM : 0;
}

// Fills in what the item asks for. Errors: -ENOMEM.
static int fill_item(struct coordinator *c, struct item *i, struct job_parts *p)
{
    int r = 0;
    if (i->asking)
        r = robots_fill(c, i, p);
    else if (c->asks || i->more || c->cookies)
        r = fill_ask(c, i, p);
    if (r == 0)
        r = fill_agent(c, i->host, p);
    if (r == 0)
        r = fill_challenge(c, i, p);
    if (r == 0 && !i->asking)
        r = fill_condition(c, i, p);
    if (r == 0 && c->explore && !i->asking) {
        p->head.flags |= explore_flags(c, i);
        p->agent = robots_agent(c, i->host);
    }
    return r == 0 && !i->asking ? fill_path(c, i, p) : r;
}

// Waiting ends here: what of it was for the name, and what for the gates.
static void count_waiting(struct coordinator *c, struct item *i)
{
    const struct host *h = i->host;
    int64_t from = i->entered > h->lookup_began ? i->entered : h->lookup_began;
    i->lookup = h->lookup_ended > from ? h->lookup_ended - from : 0;
    i->queued += c->now - i->entered - i->lookup;
    i->entered = c->now;
    if (i->first == 0) {
        i->first = c->settings->gauge ? gauge_start(c->settings->gauge, c->now) : c->now;
        i->started = clock_wall();
    }
}

static void give_back(struct coordinator *c, struct item *i)
{
    struct host *h = i->host;
    if (i->asking)
        frontier_ask(&c->frontier, i, h, c->now);
    else if (frontier_add(&c->frontier, i, true, c->now) < 0)
        settle_without_exchange(c, i, FETCH_NO_RESOURCES, span_of("no memory"));
    frontier_ended(&c->frontier, h, c->now, 0);
}

// Sends one item. Returns false when no worker could take it: it is queued again.
static bool dispatch(struct coordinator *c, struct item *i)
{
    struct host *h = i->host;
    struct address to[RESOLVE_ADDRESSES];
    struct job_parts parts = { .address = to };
    bool special_ok = may_be_special(c, i);
    count_waiting(c, i);
    parts.addresses = permitted(i, special_ok, to);
    if (parts.addresses == 0) {
        settle_without_exchange(
            c, i, FETCH_BLOCKED_ADDRESS,
            span_of("a redirect to a special address that no line of the input named; "
                    "--allow-private permits it"));
        frontier_ended(&c->frontier, h, c->now, 0);
        return true;
    }
    struct lane *l = choose(c, h);
    i->id = c->free_id[c->free_ids - 1];
    fill(c, i, special_ok, &parts);
    fill_proxy(h, &parts);
    if (!l || fill_item(c, i, &parts) < 0 || job_build(&c->message, &parts) < 0 ||
        lane_send(l, (const struct job *)c->message.p) < 0) {
        give_back(c, i);
        return false;
    }
    c->free_ids--;
    c->job[i->id] = i;
    c->in_flight++;
    i->engine = (uint8_t)l->engine->number;
    h->lane = l;
    berths_note(&c->berths, l);
    bucket_take(&c->rate, c->now);
    return true;
}

// With a limit on bytes a second, what is in flight takes turns; nothing more is started while they
// have a second's worth to wait for.
int64_t dispatch_due(const struct coordinator *c)
{
    const struct flow *flow = c->settings->worker.flow;
    int64_t at = bucket_next(&c->rate, c->now);
    if (c->settings->gauge)
        return gauge_due(c->settings->gauge, at);
    if (!flow || !flow_limits(flow))
        return at;
    int64_t paid = flow_due(flow) - CLOCK_S;
    return paid > at ? paid : at;
}

void dispatch_all(struct coordinator *c)
{
    struct item *i;
    bool behind = explore_is_behind(c);
    while (!c->stopping && !behind && c->in_flight < c->cap && c->free_ids > 0 &&
           frontier_has_ready(&c->frontier) && dispatch_due(c) <= c->now &&
           berths_any(&c->berths) && (i = frontier_next(&c->frontier, c->now)))
        if (!dispatch(c, i))
            break;
}

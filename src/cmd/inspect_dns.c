// SPDX-License-Identifier: MIT
// Operands are looked up all at once and shown in their order; lines of standard input one after
// the other, each answered before the next is read.
#include "cmd/inspect_dns.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "report/units.h"
#include "resolve/resolver.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "store/json.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "web/url.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

enum { DNS_SHOWN = 400 }; // bytes of an input that is repeated

struct dns {
    struct arguments *arguments;
    const char *const *operands;
    struct loop *loop;
    struct resolver *resolver;
    unsigned wrong; // names that have no address, or are none
    int status;
};

// One name on its way to its answer.
struct dns_lookup {
    struct dns *dns;
    struct span input;
    struct url url;    // its host is what is looked up; without href the input is no name
    const char *wrong; // why
    struct resolve_answer answer;
    int result;        // 0, or a negative errno: there is no answer
    int64_t took, ttl; // ns; of what holds for ever -1
    bool done;
    struct list waiting;
};

// ---- looking up

// Reads "name", "name:port", "address" or a URL. A literal address without brackets is a host, too.
static void dns_read(struct dns_lookup *l)
{
    struct buffer text = { 0 };
    struct address literal;
    enum url_error why = URL_FINE;
    bool bare = l->input.n && !memmem(l->input.p, l->input.n, "://", 3);
    bool six = bare && address_parse(&literal, l->input) == 0 && literal.family == 6;
    buffer_add_string(&text, bare ? six ? "http://[" : "http://" : "");
    buffer_add(&text, l->input.p, l->input.n);
    buffer_add_string(&text, six ? "]" : "");
    int r = text.failed ? -ENOMEM : url_parse(&l->url, buffer_span(&text), NULL, &why);
    buffer_fini(&text);
    if (r == 0)
        url_strip(&l->url);
    else
        l->wrong = r == -ENOMEM ? "no memory" : url_error_text(why);
}

// The loop's time stood still while standard input was waited for; a round of the loop sets it.
static void dns_catch_up(void)
{
    sleep_until(clock_mono() + 1);
}

static void dns_look(struct dns_lookup *l)
{
    int64_t began = clock_mono();
    struct resolve_answer *a = &l->answer;
    l->result = resolver_lookup(l->dns->resolver, url_host(&l->url), l->url.port, a, CLOCK_NEVER);
    int64_t now = clock_mono();
    l->took = now - began;
    l->ttl = a->expires == CLOCK_NEVER ? -1 : a->expires > now ? a->expires - now : 0;
}

static int dns_run_lookup(void *arg)
{
    struct dns_lookup *l = arg;
    dns_look(l);
    l->done = true;
    wake_all(&l->waiting, 0);
    return 0;
}

static struct dns_lookup dns_lookup(struct dns *d, struct span input)
{
    struct dns_lookup l = { .dns = d, .input = input };
    dns_read(&l);
    return l;
}

// ---- for a person

static void dns_show_answer(struct buffer *out, const struct dns_lookup *l)
{
    const struct resolve_answer *a = &l->answer;
    char text[ADDRESS_TEXT_ROOM], time[UNITS_ROOM];
    for (unsigned i = 0; i < a->count; i++) {
        size_t n = address_text(&a->address[i], text);
        buffer_add_format(out, "address   %.*s\n", (int)n, text);
    }
    if (a->status != RESOLVE_FOUND)
        buffer_add_format(out, "error     %s\n", a->why);
    if (l->ttl >= 0)
        buffer_add_format(out, "ttl       %lld s\n", (long long)((l->ttl + CLOCK_S - 1) / CLOCK_S));
    if (a->server[0])
        buffer_add_format(out, "server    %s\n", a->server);
    buffer_add_format(out, "time      %s\n", units_show_time(time, l->took));
}

static void dns_show(struct buffer *out, struct dns_lookup *l)
{
    char shown[DNS_SHOWN];
    struct span name = l->wrong ? l->input : url_host(&l->url);
    log_escape(shown, sizeof shown, name.p ? name.p : "", name.n);
    buffer_add_format(out, "name      %s\n", shown);
    if (l->wrong || l->result < 0)
        buffer_add_format(out, "error     %s\n", l->wrong ? l->wrong : strerror(-l->result));
    else
        dns_show_answer(out, l);
    buffer_add_byte(out, '\n');
    l->dns->wrong += l->wrong || l->result < 0 || l->answer.status != RESOLVE_FOUND;
}

static void dns_show_line(struct buffer *out, struct span line, void *arg)
{
    struct dns_lookup l = dns_lookup(arg, line);
    dns_catch_up();
    if (!l.wrong)
        dns_look(&l);
    dns_show(out, &l);
    url_fini(&l.url);
}

static int dns_write(struct dns_lookup *l)
{
    struct buffer out = { 0 };
    dns_show(&out, l);
    int status = command_write(&out);
    buffer_fini(&out);
    return status;
}

// All at once; each is shown when those before it have been.
static int dns_show_operands(struct dns *d)
{
    size_t n = 0;
    struct nursery lookups;
    while (d->operands[n])
        n++;
    struct dns_lookup *all = calloc(n, sizeof *all);
    if (!all)
        return STATUS_BROKEN;
    nursery_init(&lookups, "lookups");
    for (size_t i = 0; i < n; i++) {
        all[i] = dns_lookup(d, span_of(d->operands[i]));
        list_init(&all[i].waiting);
        all[i].done = all[i].wrong != NULL;
        if (!all[i].done && nursery_spawn(&lookups, "lookup", dns_run_lookup, &all[i]) < 0) {
            all[i].wrong = "no memory";
            all[i].done = true;
        }
    }
    int status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        if (!all[i].done)
            park_on(&all[i].waiting, CLOCK_NEVER);
        status = dns_write(&all[i]);
    }
    nursery_cancel(&lookups);
    nursery_close(&lookups);
    for (size_t i = 0; i < n; i++)
        url_fini(&all[i].url);
    free(all);
    return status;
}

// ---- for a program

static void dns_answer_error(struct buffer *out, const char *word, const char *sentence)
{
    json_key(out, "error");
    json_text(out, span_of(word));
    json_key(out, "errormsg");
    json_text(out, span_of(sentence));
}

static const char *dns_word(enum resolve_status status)
{
    return status == RESOLVE_NOTFOUND  ? "dns-notfound"
           : status == RESOLVE_TIMEOUT ? "dns-timeout"
                                       : "dns-failed";
}

static void dns_answer_found(struct buffer *out, const struct dns_lookup *l)
{
    const struct resolve_answer *a = &l->answer;
    char text[ADDRESS_TEXT_ROOM];
    json_key(out, "addresses");
    json_array_open(out);
    for (unsigned i = 0; i < a->count; i++)
        json_text(out, (struct span){ text, address_text(&a->address[i], text) });
    json_array_close(out);
    if (a->status != RESOLVE_FOUND)
        dns_answer_error(out, dns_word(a->status), a->why);
    if (l->ttl >= 0) {
        json_key(out, "ttl");
        json_uint(out, (uint64_t)((l->ttl + CLOCK_S - 1) / CLOCK_S));
    }
    if (a->server[0]) {
        json_key(out, "server");
        json_text(out, span_of(a->server));
    }
    json_key(out, "time");
    json_seconds_us(out, l->took);
}

static void dns_answer_name(struct buffer *out, struct dns *d, struct span name)
{
    struct dns_lookup l = dns_lookup(d, name);
    json_key(out, "name");
    json_text(out, l.wrong ? name : url_host(&l.url));
    dns_catch_up();
    if (!l.wrong)
        dns_look(&l);
    if (l.wrong)
        dns_answer_error(out, "bad-url", l.wrong);
    else if (l.result < 0)
        dns_answer_error(out, "internal", strerror(-l.result));
    else
        dns_answer_found(out, &l);
    url_fini(&l.url);
}

// One JSON line for each, whatever it is.
static void dns_answer_line(struct buffer *out, struct span line, void *arg)
{
    json_error_t error;
    json_t *object = line.p ? json_loadb(line.p, line.n, JSON_ALLOW_NUL, &error) : NULL;
    const json_t *name = json_object_get(object, "name");
    json_object_open(out);
    if (json_is_string(name))
        dns_answer_name(out, arg,
                        (struct span){ json_string_value(name), json_string_length(name) });
    else if (object)
        dns_answer_error(out, "bad-input", "there is no \"name\": write {\"name\": \"NAME\"}");
    else
        dns_answer_error(out, "bad-input", line.p ? error.text : "the line is too long");
    json_object_close(out);
    json_newline(out);
    json_decref(object);
}

// ---- the whole

static int dns_body(void *arg)
{
    struct dns *d = arg;
    char why[160] = "";
    int r = resolver_new(&d->resolver, d->loop, &d->arguments->crawl.resolver, why, sizeof why);
    if (r < 0) {
        log_error("names cannot be looked up: %s", why[0] ? why : strerror(-r));
        d->status = r == -EINVAL ? STATUS_USAGE : STATUS_BROKEN;
        return 0;
    }
    if (*d->operands)
        d->status = dns_show_operands(d);
    else
        d->status = filter_run(d->arguments->json ? dns_answer_line : dns_show_line, d);
    resolver_free(d->resolver);
    return 0;
}

static int dns_run(struct dns *d)
{
    static const struct loop_options options = { .name = "inspect", .stack_size = 256 * 1024 };
    int r = loop_new(&d->loop, &options);
    if (r == 0) {
        r = loop_run(d->loop, dns_body, d);
        loop_free(d->loop);
    }
    if (r < 0) {
        log_error("cannot start: %s", strerror(-r));
        return STATUS_BROKEN;
    }
    return d->status == STATUS_OK && d->wrong ? STATUS_FAILED_URLS : d->status;
}

int inspect_dns(struct arguments *a, const char *const *operands)
{
    struct dns d = { .arguments = a, .operands = operands };
    if (a->json && *operands) {
        log_error("--json reads standard input: leave '%s' out", *operands);
        return STATUS_USAGE;
    }
    if (!*operands && isatty(STDIN_FILENO)) {
        log_error("inspect dns: give names, or a list on standard input");
        return STATUS_USAGE;
    }
    a->crawl.resolver.overrides = a->resolve.item;
    return dns_run(&d);
}

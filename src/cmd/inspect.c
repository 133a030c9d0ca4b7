// SPDX-License-Identifier: MIT
// trawl inspect: one rule at a time, for people and for pipes.
#include "config.h"

#include "cmd/command.h"
#include "cmd/filter.h"
#include "cmd/inspect_dns.h"
#include "cmd/inspect_url.h"
#include "inspect/links.h"
#include "inspect/robots.h"
#include "inspect/sitemap.h"
#include "inspect/warc.h"
#include "sys/log.h"
#include <errno.h>

struct inspect_run {
    const char *name;
    int (*run)(struct arguments *a, const char *const *operands);
    bool resolves; // the options about names are for it
};

// Those that have a way of their own.
static int inspect_files(struct arguments *a, const char *const *operands)
{
    struct inspect_warc_question q = { operands, a->json, a->repair, a->extract, a->include };
    int e = inspect_warc(&q);
    if (e < 0 && e != -EINVAL && e != -EPIPE)
        log_error("inspect warc: %s", strerror(-e));
    return e == 0         ? STATUS_OK
           : e == 1       ? STATUS_FAILED_URLS
           : e == -EINVAL ? STATUS_USAGE
           : e == -EPIPE  ? STATUS_OUTPUT_GONE
                          : STATUS_BROKEN;
}

static const struct inspect_run inspect_runs[] = { { "url", inspect_url, false },
                                                   { "dns", inspect_dns, true },
                                                   { "warc", inspect_files, false } };

static const struct inspect_kind *const inspect_kinds[] = { &inspect_links, &inspect_robots,
                                                            &inspect_sitemap };

enum {
    INSPECT_RUNS = sizeof inspect_runs / sizeof *inspect_runs,
    INSPECT_KINDS = sizeof inspect_kinds / sizeof *inspect_kinds,
};

static const struct inspect_run *inspect_find_run(const char *name)
{
    for (size_t i = 0; i < INSPECT_RUNS; i++)
        if (strcmp(name, inspect_runs[i].name) == 0)
            return &inspect_runs[i];
    return NULL;
}

static const struct inspect_kind *inspect_find_kind(const char *name)
{
    for (size_t i = 0; i < INSPECT_KINDS; i++)
        if (strcmp(name, inspect_kinds[i]->name) == 0)
            return inspect_kinds[i];
    return NULL;
}

static bool inspect_may_have(const char *name, bool resolves, const struct arguments *a)
{
    const struct resolver_options *r = &a->crawl.resolver;
    if (!resolves && (r->servers || r->ipv4 || r->ipv6 || a->resolve.count)) {
        log_error("inspect %s: looks no name up: leave --dns-servers, --resolve, -4 and -6 out",
                  name);
        return false;
    }
    if ((a->extract || a->repair || a->include) && strcmp(name, "warc") != 0) {
        log_error("inspect %s: reads no archive: leave --extract, --include and --repair out",
                  name);
        return false;
    }
    if (a->crawl.worker.fetch.user_agent && strcmp(name, "robots") != 0 &&
        strcmp(name, "links") != 0) {
        log_error("inspect %s: asks for no agent: leave --user-agent out", name);
        return false;
    }
    return true;
}

// One JSON line for each, whatever it is.
static void inspect_line(struct buffer *out, struct span line, void *arg)
{
    const struct inspect_kind *const *kind = arg;
    json_error_t error;
    json_t *object = line.p ? json_loadb(line.p, line.n, JSON_ALLOW_NUL, &error) : NULL;
    if (object)
        (*kind)->answer(out, object);
    else
        inspect_answer_error(out, "bad-input", line.p ? error.text : "the line is too long");
    buffer_add_byte(out, '\n');
    json_decref(object);
}

static int inspect_show(const struct inspect_kind *kind, const struct inspect_question *question)
{
    struct buffer out = { 0 };
    int e = kind->show(&out, question);
    int status = e == -EINVAL ? STATUS_USAGE : command_write(&out);
    if (e == -ENOMEM)
        log_error("out of memory");
    buffer_fini(&out);
    return e == -ENOMEM                   ? STATUS_BROKEN
           : status == STATUS_OK && e > 0 ? STATUS_FAILED_URLS
                                          : status;
}

static int inspect_ask(const struct inspect_kind *kind, const struct arguments *a)
{
    const char *agent = a->crawl.worker.fetch.user_agent;
    struct inspect_question question = { a->operands.item + 1, agent ? agent : PACKAGE_NAME };
    if (a->json && a->operands.count > 1) {
        log_error("--json reads standard input: leave '%s' out", a->operands.item[1]);
        return STATUS_USAGE;
    }
    if (a->json && agent) {
        log_error("--json: each line names its \"agent\": leave --user-agent out");
        return STATUS_USAGE;
    }
    return a->json ? filter_run(inspect_line, &kind) : inspect_show(kind, &question);
}

static void inspect_refuse(const char *name)
{
    struct buffer names = { 0 };
    for (size_t i = 0; i < INSPECT_RUNS + INSPECT_KINDS; i++) {
        bool last = i + 1 == INSPECT_RUNS + INSPECT_KINDS;
        buffer_add_format(&names, "%s%s",
                          i == 0 ? ""
                          : last ? " or "
                                 : ", ",
                          i < INSPECT_RUNS ? inspect_runs[i].name
                                           : inspect_kinds[i - INSPECT_RUNS]->name);
    }
    const char *text = buffer_string(&names);
    if (name)
        log_error("inspect '%s': is not known: write inspect and %s", name, text ? text : "url");
    else
        log_error("inspect what? write inspect and %s", text ? text : "url");
    buffer_fini(&names);
}

int cmd_inspect(struct arguments *a)
{
    const char *name = a->operands.count ? a->operands.item[0] : NULL;
    const struct inspect_run *run = name ? inspect_find_run(name) : NULL;
    const struct inspect_kind *kind = name ? inspect_find_kind(name) : NULL;
    if (!run && !kind)
        inspect_refuse(name);
    else if (!inspect_may_have(name, run && run->resolves, a))
        return STATUS_USAGE;
    return run ? run->run(a, a->operands.item + 1) : kind ? inspect_ask(kind, a) : STATUS_USAGE;
}

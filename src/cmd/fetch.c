// SPDX-License-Identifier: MIT
// trawl fetch: a list of URLs, a record for each.
#include "cmd/command.h"
#include "cmd/fetch_ask.h"
#include "cmd/fetch_proxy.h"
#include "cmd/fetch_save.h"
#include "cmd/fetch_self.h"
#include "cmd/fetch_state.h"
#include "cmd/fetch_warc.h"
#include "cmd/run.h"
#include "report/summary.h"
#include "store/state.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/log.h"
#include "sys/zygote.h"
#include "visit/flow.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FETCH_DESCRIPTORS = 64 }; // beside one a request in flight
#define FETCH_GRACE (10 * CLOCK_S)

// A word that is surely not meant as a URL. Says so.
static bool is_mistaken(const char *word)
{
    struct stat s;
    if (strcmp(word, "-") == 0) {
        log_error("'-' is no URL: write -i - to read a list from standard input");
        return true;
    }
    if (strstr(word, "://") || stat(word, &s) < 0 || !S_ISREG(s.st_mode))
        return false;
    log_error("'%s' is a file, not a URL: write -i %s to fetch the URLs in it", word, word);
    return true;
}

// Fills in what no option says. Returns STATUS_OK, or STATUS_USAGE having said why.
static int settle(struct arguments *a)
{
    struct crawl_settings *s = &a->crawl;
    for (size_t i = 0; i < a->operands.count; i++)
        if (is_mistaken(a->operands.item[i]))
            return STATUS_USAGE;
    if (fetch_self_check(&s->worker.fetch) != STATUS_OK || fetch_proxy(a) != STATUS_OK)
        return STATUS_USAGE;
    if (!a->operands.count && !s->input && !s->explore.sitemaps && !a->state.recalled &&
        isatty(STDIN_FILENO)) {
        log_error("nothing to fetch: give URLs, -i FILE, or a list on standard input");
        return STATUS_USAGE;
    }
    s->urls = a->operands.item;
    if (!a->operands.count && !s->input && !s->explore.sitemaps)
        s->input = "-";
    s->resolver.overrides = a->resolve.item;
    s->grace = FETCH_GRACE;
    s->cookies = s->cookies || s->cookie_jar;
    int r = manners_setup(&a->manners, s, s->explore.on);
    if (r < 0)
        return r == -ENOMEM ? STATUS_BROKEN : STATUS_USAGE;
    int status = fetch_state_check(a);
    if (status == STATUS_OK)
        status = fetch_save_check(a);
    if (status == STATUS_OK)
        status = fetch_warc_check(a);
    return status == STATUS_OK ? fetch_ask(a) : status;
}

// Memory that all processes share must be there before any of them is forked.
static int open_flow(struct crawl_settings *s)
{
    enum { LEAST = 1 << 10, MOST = 16 << 10, PARTS = 16 };
    if (!s->limit_rate && !s->bounds.bytes)
        return STATUS_OK;
    uint64_t part = s->limit_rate / PARTS; // so much is received at once, for turns to be short
    if (s->limit_rate)
        s->worker.fetch.buffer_size = part < LEAST ? LEAST : part > MOST ? MOST : (size_t)part;
    if (flow_new(&s->worker.flow, s->limit_rate) == 0)
        return STATUS_OK;
    return command_no_memory();
}

static void look_at_limits(const struct crawl_settings *s)
{
    size_t limit = limits_raise_descriptors();
    size_t each = s->worker.save_dir ? 2 : 1; // a connection, and the file that its body goes to
    size_t need = each * s->in_flight + FETCH_DESCRIPTORS;
    unsigned tools = (s->worker.save_dir ? 1u : 0u) + (s->worker.warc_prefix ? 1u : 0u);
    for (unsigned i = 0; i < s->engines; i++)
        need += engine_descriptors(&s->engine[i], s->in_flight, tools);
    if (limit < need)
        log_warning("%zu open files are allowed, too few for -j %u: raise ulimit -n or lower -j",
                    limit, s->in_flight);
}

// Records that go to a terminal are progress enough; a live line would only be in their way.
static bool wants_live_line(const struct arguments *a)
{
    const char *output = a->crawl.output;
    bool to_stdout = !output || strcmp(output, "-") == 0;
    return !a->quiet && !(to_stdout && isatty(STDOUT_FILENO));
}

static int start_zygote(struct arguments *a, struct zygote **zygote)
{
    if (!engine_needs_zygote(a->crawl.engine, a->crawl.engines))
        return STATUS_OK;
    int r = zygote_start_keeping(zygote, engine_worker_main, a->state.lock);
    if (r == 0)
        return STATUS_OK;
    log_error("cannot start the process that forks workers: %s%s", strerror(-r),
              r == -EAGAIN ? "; raise ulimit -u" : "");
    return STATUS_BROKEN;
}

// Opens what the run writes to, besides its outputs.
static int open_places(struct arguments *a)
{
    int status = fetch_state_open(a);
    if (status == STATUS_OK)
        status = fetch_save_open(a);
    if (status == STATUS_OK)
        status = fetch_warc_open(a);
    return status;
}

int cmd_fetch(struct arguments *a)
{
    struct zygote *zygote = NULL;
    struct zygote_usage used = { 0 };
    int r = 0, status = settle(a);
    if (status == STATUS_OK)
        status = open_flow(&a->crawl);
    if (status == STATUS_OK)
        status = fetch_state_claim(a);
    if (status != STATUS_OK)
        return status;
    look_at_limits(&a->crawl);
    status = start_zygote(a, &zygote);
    struct run run = { .settings = &a->crawl, .zygote = zygote, .live = wants_live_line(a) };
    if (status == STATUS_OK)
        status = open_places(a);
    if (status == STATUS_OK)
        r = run_crawl(&run);
    else
        state_close(a->crawl.state); // else it was the run's
    fetch_save_close(a);
    a->state.unfinished =
        a->crawl.state_dir && (status != STATUS_OK || r < 0 ||
                               (run.end != CRAWL_COMPLETE && run.end != CRAWL_NOTHING_LEFT));
    fetch_warc_close(a);
    zygote_stop(zygote, &used);
    fetch_state_close(a);
    flow_free(a->crawl.worker.flow);
    if (status != STATUS_OK)
        return status;
    if (r == 0 && !a->quiet && run.end != CRAWL_OUTPUT_GONE && run.end != CRAWL_NOTHING_LEFT)
        summary_print(&run.stats, run.end, (uint64_t)used.max_resident);
    return run_status(&run, r);
}

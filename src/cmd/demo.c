// SPDX-License-Identifier: MIT
// trawl demo: a synthetic web on loopback, fetched with one engine after the other, and crawled by
// a run that is killed and goes on.
#include "cmd/command.h"
#include "cmd/run.h"
#include "demo/demo_again.h"
#include "demo/demo_list.h"
#include "demo/demo_origin.h"
#include "demo/demo_samples.h"
#include "demo/demo_web.h"
#include "options/options.h"
#include "report/summary.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/log.h"
#include "sys/zygote.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEMO_IN_FLIGHT = 512, DEMO_PER_HOST = 64, DEMO_PATH = 1200 };

// The engines that are shown, and what they are.
static const struct {
    const char *spec, *label, *what;
} engines[] = {
    { "coro:512", "coro", "512 coroutines at most on one event loop" },
    { "threads:64", "threads", "64 threads, each of which blocks" },
    { "forks:64", "forks", "64 processes, each of which blocks" },
    { "forks:2/coro:256", "forks/coro",
      "2 processes, each an event loop with 256 coroutines at most" },
};
enum { DEMO_ENGINES = sizeof engines / sizeof *engines };

struct demo {
    struct origin origin;
    struct zygote *zygote;
    struct arguments defaults; // of fetch
    int list;                  // a descriptor
    char list_path[DEMO_PATH], found[DEMO_PATH];
    bool quiet;
    struct run run[DEMO_ENGINES];
    struct buffer samples;
    struct demo_again again;
};

// Writes to standard output, unless -q keeps it back. Returns an exit status.
static int tell(const struct demo *d, const struct buffer *text)
{
    return d->quiet ? STATUS_OK : command_write(text);
}

static int tell_start(const struct demo *d)
{
    struct buffer b = { 0 };
    buffer_add_format(
        &b,
        "A synthetic web of %d hosts now answers on loopback, port %u, in a process of "
        "its own.\nIts names (h0." DEMO_SUFFIX " and on) are answered by its own DNS, on %s.\n",
        DEMO_HOSTS, d->origin.port, d->origin.dns);
    int status = tell(d, &b);
    buffer_fini(&b);
    return status;
}

static int tell_engine(const struct demo *d, unsigned i)
{
    struct buffer b = { 0 };
    buffer_add_format(&b, "\ntrawl fetch -i %s --engine %s    # %s\n", d->found, engines[i].spec,
                      engines[i].what);
    int status = tell(d, &b);
    buffer_fini(&b);
    return status;
}

// Of all but the first only how many there were in what time: the rest is much the same.
static int tell_summary(const struct demo *d, unsigned i)
{
    struct buffer b = { 0 };
    summary_format(&b, &d->run[i].stats, d->run[i].end, 0, 0);
    const char *line = i > 0 && b.n ? memchr(b.p, '\n', b.n) : NULL;
    if (line)
        b.n = (size_t)(line + 1 - b.p);
    int status = tell(d, &b);
    buffer_fini(&b);
    return status;
}

// What fetch does by default, with the demo's list and DNS. A host that is down is given up sooner,
// for a demo has ten seconds.
static int settle(struct demo *d, struct crawl_settings *s, unsigned i, const char *output)
{
    char why[OPTIONS_WHY];
    *s = d->defaults.crawl;
    int n = engine_parse(s->engine, CRAWL_ENGINES, engines[i].spec, why, sizeof why);
    if (n < 0) {
        log_error("%s", why);
        return n;
    }
    s->engines = (unsigned)n;
    s->input = d->list_path;
    s->output = output;
    s->in_flight = DEMO_IN_FLIGHT;
    s->per_host = DEMO_PER_HOST;
    s->retry = 1;
    s->max_retry_after = CLOCK_S / 2;
    s->max_time = 4 * CLOCK_S;
    s->allow_private = true;
    s->digest = true;
    s->resolver.servers = d->origin.dns;
    s->grace = CLOCK_S;
    return 0;
}

// Runs the crawl and looks at what it wrote. Returns an exit status.
static int run_engine(struct demo *d, unsigned i, const char *output)
{
    struct crawl_settings settings;
    struct run *run = &d->run[i];
    if (settle(d, &settings, i, output) < 0)
        return STATUS_BROKEN;
    *run = (struct run){
        .settings = &settings, .zygote = d->zygote, .label = engines[i].label, .live = !d->quiet
    };
    int status = run_status(run, run_crawl(run));
    run->settings = NULL;
    if (i == 0 && demo_samples(&d->samples, output) < 0)
        return STATUS_BROKEN;
    // That some of its URLs fail is what the demo shows.
    return status == STATUS_FAILED_URLS ? STATUS_OK : status;
}

static int show_engine(struct demo *d, unsigned i)
{
    char output[DEMO_PATH];
    int scratch = demo_list_scratch(output, sizeof output);
    if (scratch < 0)
        return STATUS_BROKEN;
    int status = tell_engine(d, i);
    if (status == STATUS_OK)
        status = run_engine(d, i, output);
    if (status == STATUS_OK)
        status = tell_summary(d, i);
    close(scratch);
    return status;
}

static int show_together(struct demo *d)
{
    struct buffer b = { 0 };
    buffer_add_string(&b, "\nSide by side:\n");
    for (unsigned i = 0; i < DEMO_ENGINES; i++)
        summary_line(&b, engines[i].label, &d->run[i].stats);
    buffer_add_string(&b, "\nThree of the records, of which there is one for each URL:\n");
    buffer_add(&b, d->samples.p, d->samples.n);
    int status = command_write(&b);
    buffer_fini(&b);
    return status;
}

// ---- A crawl that is killed

static int tell_crawl(const struct demo *d)
{
    struct buffer b = { 0 };
    buffer_add_string(&b, "\nAnd a crawl, killed in the middle (SIGKILL):\n\n");
    demo_again_command(&d->again, &b);
    buffer_add_byte(&b, '\n');
    int status = tell(d, &b);
    buffer_fini(&b);
    return status;
}

static int tell_killed(const struct demo *d)
{
    struct buffer b = { 0 };
    const struct demo_again *a = &d->again;
    buffer_add_format(&b, "%s with %" PRIu64 " records written\n\ntrawl resume %s\n",
                      a->killed ? "killed" : "at its end before that,", a->records, a->state);
    int status = tell(d, &b);
    buffer_fini(&b);
    return status;
}

static int tell_again(const struct demo *d)
{
    struct buffer b = { 0 };
    const struct demo_again *a = &d->again;
    buffer_add_format(&b, "%" PRIu64 " records of %" PRIu64 " URLs%s\n", a->records, a->different,
                      a->records == a->different ? ": each once, for all that it was killed" : "");
    if (!d->quiet)
        buffer_add_string(&b,
                          "\nNow with your own list: trawl fetch -i urls.txt -o records.jsonl\n");
    int status = command_write(&b);
    buffer_fini(&b);
    return status;
}

// What stopped it is that of a shell's child, where it was a signal.
static int status_of_again(int r, int how)
{
    enum { BY_SIGNAL = 128 };
    return r == 0 ? STATUS_OK : r == -EINTR ? BY_SIGNAL + how : STATUS_BROKEN;
}

static int show_again(struct demo *d)
{
    int how = 0, status = STATUS_BROKEN;
    if (demo_again_open(&d->again, d->origin.port, d->origin.dns, d->quiet) < 0)
        return STATUS_BROKEN;
    status = tell_crawl(d);
    if (status == STATUS_OK) {
        int r = demo_again_kill(&d->again, &how);
        status = status_of_again(r, how);
    }
    if (status == STATUS_OK)
        status = tell_killed(d);
    if (status == STATUS_OK) {
        int r = demo_again_resume(&d->again, &how);
        status = status_of_again(r, how);
    }
    if (status == STATUS_OK)
        status = tell_again(d);
    demo_again_close(&d->again);
    return status;
}

// Everything that is forked, before anything else is started.
static int open_all(struct demo *d)
{
    char why[OPTIONS_WHY];
    int r = demo_origin_start(&d->origin);
    if (r < 0)
        return r;
    r = zygote_start(&d->zygote, engine_worker_main);
    if (r < 0) {
        log_error("cannot start the process that forks workers: %s", strerror(-r));
        return r;
    }
    r = options_parse(&d->defaults, COMMAND_FETCH, 0, NULL, why);
    if (r < 0)
        return r;
    d->list = r = demo_list_open(d->origin.port, d->list_path, d->found, DEMO_PATH);
    return r < 0 ? r : 0;
}

int cmd_demo(struct arguments *a)
{
    static struct demo d; // large, and there is only one
    int status;
    d.quiet = a->quiet;
    d.list = -1;
    limits_raise_descriptors();
    status = open_all(&d) < 0 ? STATUS_BROKEN : tell_start(&d);
    for (unsigned i = 0; i < DEMO_ENGINES && status == STATUS_OK; i++)
        status = show_engine(&d, i);
    if (status == STATUS_OK)
        status = show_together(&d);
    if (status == STATUS_OK)
        status = show_again(&d);
    zygote_stop(d.zygote, NULL);
    origin_stop(&d.origin);
    if (d.list >= 0)
        close(d.list);
    buffer_fini(&d.samples);
    arguments_fini(&d.defaults);
    return status;
}

// SPDX-License-Identifier: MIT
#include "cmd/run.h"
#include "cmd/command.h"
#include "report/progress.h"
#include "report/units.h"
#include "sched/bell.h"
#include "sched/census.h"
#include "sched/loop.h"
#include "sched/offload.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>

// What a run needs while it goes on.
struct running {
    struct run *run;
    struct loop *loop;
    struct progress progress;
    struct bell_signal interrupt, terminate;
};

// On the loop's stack: only passes the word on.
static void on_signal(struct bell_signal *s)
{
    struct running *r = s->arg;
    char grace[UNITS_ROOM];
    if (!r->run->signal)
        log_note("stopping: what is in flight may take %s more; once again ends it now",
                 units_show_time(grace, r->run->settings->grace));
    r->run->signal = s->number;
    crawl_stop(r->loop);
}

static int watch_signals(struct running *r)
{
    r->interrupt.came = r->terminate.came = on_signal;
    r->interrupt.arg = r->terminate.arg = r;
    int e = bell_signal_begin(&r->interrupt, r->loop, SIGINT);
    if (e == 0)
        e = bell_signal_begin(&r->terminate, r->loop, SIGTERM);
    return e;
}

static void unwatch_signals(struct running *r)
{
    bell_signal_end(&r->terminate);
    bell_signal_end(&r->interrupt);
}

static int body(void *arg)
{
    struct running *r = arg;
    int e = offload_open(); // before connections have taken all there are
    return e < 0 ? e
                 : crawl_run(r->loop, r->run->settings, r->run->zygote, &r->progress.watcher,
                             &r->run->end, &r->run->stats);
}

int run_crawl(struct run *run)
{
    struct running r = { .run = run };
    unsigned said = log_errors();
    int result = loop_new(&r.loop, NULL);
    if (result == 0)
        result = watch_signals(&r);
    if (result < 0) {
        log_error("cannot start: %s", strerror(-result));
        unwatch_signals(&r);
        loop_free(r.loop);
        return result;
    }
    census_on_signal(r.loop);
    progress_begin(&r.progress, run->label, run->live);
    result = loop_run(r.loop, body, &r);
    progress_end(&r.progress);
    unwatch_signals(&r);
    loop_free(r.loop);
    if (result == -ENOMEM)
        log_error("out of memory");
    else if (result < 0 && log_errors() == said)
        log_error("the run cannot go on: %s", strerror(-result));
    else if (result == 0 && run->end == CRAWL_BROKEN && log_errors() == said)
        log_error("the run cannot go on: out of memory, descriptors or threads");
    return result;
}

// What a person asked for that cannot be had is no failure of ours.
static bool is_usage(int result)
{
    return result == -EINVAL || result == -ENOENT || result == -EACCES || result == -EISDIR ||
           result == -ENOTDIR || result == -ESTALE || result == -EPROTO;
}

int run_status(const struct run *r, int result)
{
    if (result < 0)
        return is_usage(result) ? STATUS_USAGE : STATUS_BROKEN;
    switch (r->end) {
    case CRAWL_COMPLETE:
    case CRAWL_NOTHING_LEFT:
    case CRAWL_LIMITED:
        return r->stats.failed ? STATUS_FAILED_URLS : STATUS_OK;
    case CRAWL_INTERRUPTED:
        return STATUS_SIGNAL + (r->signal ? r->signal : SIGTERM);
    case CRAWL_OUTPUT_GONE:
        return STATUS_OUTPUT_GONE;
    case CRAWL_BROKEN:
        break;
    }
    return STATUS_BROKEN;
}

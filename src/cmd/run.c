// SPDX-License-Identifier: MIT
#include "cmd/run.h"
#include "cmd/command.h"
#include "report/progress.h"
#include "report/units.h"
#include "sched/census.h"
#include "sched/loop.h"
#include "sys/log.h"
#include <errno.h>
#include <ev.h>
#include <signal.h>

// What a run needs while it goes on.
struct running {
    struct run *run;
    struct loop *loop;
    struct progress progress;
    struct ev_signal interrupt, terminate;
};

// libev's callback, on the loop's stack: only passes the word on.
static void on_signal(struct ev_loop *ev, struct ev_signal *w, int events)
{
    struct running *r = w->data;
    char grace[UNITS_ROOM];
    (void)ev;
    (void)events;
    if (!r->run->signal)
        log_note("stopping: what is in flight may take %s more; once again ends it now",
                 units_show_time(grace, r->run->settings->grace));
    r->run->signal = w->signum;
    crawl_stop(r->loop);
}

// A watcher of a signal does not keep the loop from ending.
static void watch_signal(struct running *r, struct ev_signal *w, int number)
{
    ev_signal_init(w, on_signal, number);
    w->data = r;
    ev_signal_start(loop_ev(r->loop), w);
    ev_unref(loop_ev(r->loop));
}

static void unwatch_signal(struct running *r, struct ev_signal *w)
{
    ev_ref(loop_ev(r->loop));
    ev_signal_stop(loop_ev(r->loop), w);
}

static int body(void *arg)
{
    struct running *r = arg;
    return crawl_run(r->loop, r->run->settings, r->run->zygote, &r->progress.watcher, &r->run->end,
                     &r->run->stats);
}

int run_crawl(struct run *run)
{
    struct running r = { .run = run };
    int result = loop_new(&r.loop, NULL);
    if (result < 0) {
        log_error("cannot start: %s", strerror(-result));
        return result;
    }
    census_on_signal(r.loop);
    watch_signal(&r, &r.interrupt, SIGINT);
    watch_signal(&r, &r.terminate, SIGTERM);
    progress_begin(&r.progress, run->label, run->live);
    result = loop_run(r.loop, body, &r);
    progress_end(&r.progress);
    unwatch_signal(&r, &r.terminate);
    unwatch_signal(&r, &r.interrupt);
    loop_free(r.loop);
    if (result == -ENOMEM)
        log_error("out of memory");
    return result;
}

// What a person asked for that cannot be had is no failure of ours.
static bool is_usage(int result)
{
    return result == -EINVAL || result == -ENOENT || result == -EACCES || result == -EISDIR ||
           result == -ENOTDIR;
}

int run_status(const struct run *r, int result)
{
    if (result < 0)
        return is_usage(result) ? STATUS_USAGE : STATUS_BROKEN;
    switch (r->end) {
    case CRAWL_COMPLETE:
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

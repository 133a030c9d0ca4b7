// SPDX-License-Identifier: MIT
#include "bench/observer.h"
#include "bench/figure.h"
#include "report/kinds.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OBSERVER_SAMPLES = 1024,
    OBSERVER_LINE = 512,
    OBSERVER_PIPE = 1 << 20, // bytes of the list that lie ready
    OBSERVER_ROUND_MS = 20,  // how soon the end of a subject is noticed
    OBSERVER_REST = 20,      // times as long as a sample took
};
#define OBSERVER_TICK (100 * CLOCK_MS)
#define OBSERVER_PATIENCE (90 * CLOCK_S)

// One subject under observation.
struct observed {
    struct observer *observer;
    const struct subject_order *order;
    pid_t pid;
    int list, voice; // our ends of its standard input and its standard error; -1: closed
    char line[OBSERVER_LINE];
    size_t length;
    double memory[OBSERVER_SAMPLES];
    unsigned samples;
    double peak;
    unsigned processes, threads;
    int64_t sample_at, tick_at, moved_at;
    uint64_t moved;
    struct rusage used;
    int status;
};

int observer_init(struct observer *o, struct feed *feed)
{
    void *p =
        mmap(NULL, sizeof *o->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return -ENOMEM;
    *o = (struct observer){ .feed = feed, .report = p };
    return 0;
}

void observer_fini(struct observer *o)
{
    if (o->report)
        munmap(o->report, sizeof *o->report);
    o->report = NULL;
}

// ---- Beginning

// The child. A process group of its own keeps the terminal's Ctrl-C from it.
static void __attribute__((noreturn))
become(const struct observed *w, const int list[2], const int voice[2], pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "trawl-bench");
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (getppid() != parent || dup2(list[0], STDIN_FILENO) < 0 || dup2(voice[1], STDERR_FILENO) < 0)
        _exit(1);
    for (int i = 0; i < 2; i++) {
        close(list[i]);
        close(voice[i]);
    }
    log_set_hooks(NULL, NULL, NULL);
    subject_live(w->order, w->observer->report);
}

static int begin(struct observed *w)
{
    int list[2], voice[2], error;
    pid_t parent = getpid();
    if (pipe2(list, O_CLOEXEC) < 0)
        return -errno;
    if (pipe2(voice, O_CLOEXEC) < 0) {
        error = errno;
        goto close_list;
    }
    w->pid = fork();
    if (w->pid < 0) {
        error = errno;
        goto close_voice;
    }
    if (w->pid == 0)
        become(w, list, voice, parent);
    close(list[0]);
    close(voice[1]);
    fcntl(list[1], F_SETPIPE_SZ, OBSERVER_PIPE); // the default is enough, only less so
    fcntl(list[1], F_SETFL, O_NONBLOCK);
    fcntl(voice[0], F_SETFL, O_NONBLOCK);
    w->list = list[1];
    w->voice = voice[0];
    return 0;
close_voice:
    close(voice[0]);
    close(voice[1]);
close_list:
    close(list[0]);
    close(list[1]);
    return -error;
}

// ---- What it says

static void hear_byte(struct observed *w, char c)
{
    if (c != '\n') {
        if (w->length < OBSERVER_LINE - 1)
            w->line[w->length++] = c;
        return;
    }
    w->line[w->length] = '\0';
    w->length = 0;
    if (w->observer->said)
        w->observer->said(w->observer->arg, w->line);
}

static void hear(struct observed *w)
{
    char text[4096];
    long n;
    while (w->voice >= 0 && (n = files_read(w->voice, text, sizeof text)) != -EAGAIN) {
        for (long i = 0; i < n; i++)
            hear_byte(w, text[i]);
        if (n > 0)
            continue;
        close(w->voice);
        w->voice = -1;
    }
}

// ---- What it uses

static void note_size(struct observed *w, const struct tree_size *size)
{
    double memory = (double)size->memory;
    if (w->samples < OBSERVER_SAMPLES)
        w->memory[w->samples++] = memory;
    w->peak = memory > w->peak ? memory : w->peak;
    w->processes = size->processes > w->processes ? size->processes : w->processes;
    w->threads = size->threads > w->threads ? size->threads : w->threads;
}

static void sample(struct observed *w, int64_t now)
{
    struct tree_size size;
    if (w->observer->report->phase != SUBJECT_MEASURING || now < w->sample_at)
        return;
    if (tree_take_size(&size, w->pid) == 0)
        note_size(w, &size);
    int64_t after = clock_mono(), rest = (after - now) * OBSERVER_REST;
    w->sample_at = clock_after(after, rest > OBSERVER_TICK ? rest : OBSERVER_TICK);
}

// ---- Waiting for its end

// Whether it has got anywhere lately.
static bool is_stuck(struct observed *w, int64_t now)
{
    uint64_t moved = w->observer->report->done + (uint64_t)w->observer->report->phase;
    if (moved != w->moved || w->moved_at == 0) {
        w->moved = moved;
        w->moved_at = now;
    }
    const struct crawl_settings *s = w->order->crawl;
    return now - w->moved_at > clock_after(OBSERVER_PATIENCE, s->max_time + s->connect_timeout);
}

// Looks after everything once. Errors: -EINTR, -ETIMEDOUT: it has to be ended.
static int look_after(struct observed *w)
{
    struct pollfd fds[2] = { { .fd = w->list, .events = POLLOUT },
                             { .fd = w->voice, .events = POLLIN } };
    poll(fds, 2, OBSERVER_ROUND_MS);
    if (w->list >= 0 && fds[0].revents && feed_write(w->observer->feed, w->list) < 0) {
        close(w->list); // it does not read any more
        w->list = -1;
    }
    hear(w);
    int64_t now = clock_mono();
    sample(w, now);
    if (is_stuck(w, now))
        return -ETIMEDOUT;
    if (!w->observer->tick || now < w->tick_at)
        return 0;
    w->tick_at = now + OBSERVER_TICK;
    return w->observer->tick(w->observer->arg, w->observer->report) ? 0 : -EINTR;
}

static bool has_ended(struct observed *w, int options)
{
    pid_t r;
    while ((r = wait4(w->pid, &w->status, options, &w->used)) < 0 && errno == EINTR)
        ;
    return r != 0;
}

// Its workers die with it: see sys/zygote.h.
static int follow(struct observed *w)
{
    int r = 0;
    while (r == 0 && !has_ended(w, WNOHANG))
        r = look_after(w);
    if (r < 0) {
        kill(w->pid, SIGKILL);
        has_ended(w, 0);
    }
    hear(w);
    if (w->list >= 0)
        close(w->list);
    if (w->voice >= 0)
        close(w->voice);
    return r;
}

// What its end means.
static int verdict(struct observed *w)
{
    char line[OBSERVER_LINE];
    int result = w->observer->report->result;
    if (WIFEXITED(w->status) && (WEXITSTATUS(w->status) == 0 || result < 0))
        return result;
    if (WIFSIGNALED(w->status))
        snprintf(line, sizeof line,
                 "trawl: error: the process that is measured was killed by signal %d (%s)",
                 WTERMSIG(w->status), strsignal(WTERMSIG(w->status)));
    else
        snprintf(line, sizeof line,
                 "trawl: error: the process that is measured ended with status %d",
                 WEXITSTATUS(w->status));
    if (w->observer->said)
        w->observer->said(w->observer->arg, line);
    return -ECHILD;
}

// ---- Figures

static double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

static void fill_latency(double *value, const struct histogram *h)
{
    static const double share[] = { 0.5, 0.9, 0.99, 0.999, 1 };
    for (unsigned i = 0; i < sizeof share / sizeof *share; i++)
        value[BENCH_P50 + i] = h->count ? (double)histogram_quantile(h, share[i]) : NAN;
    value[BENCH_MEAN] = ratio((double)h->sum, (double)h->count);
}

// CPUs that everything else kept busy. In a container /proc/stat may be that of a larger machine
// than the one it counts: what is more than there are is nothing that can be told.
static double others(const struct subject_report *r)
{
    double cpus = (double)r->others / (double)r->length;
    if (!r->strained || cpus > (double)sysconf(_SC_NPROCESSORS_ONLN))
        return NAN;
    return cpus > 0 ? cpus : 0;
}

static void fill_cpu(double *value, const struct subject_report *r, double good)
{
    double ns = (double)r->length, total = (double)r->used.total;
    double both = (double)(r->used.user + r->used.system);
    double user = both > 0 ? (double)r->used.user / both : 0.5; // too short for the timer's tick
    value[BENCH_CPU_USER] = ratio(total * user / 1e3, good);
    value[BENCH_CPU_SYSTEM] = ratio(total * (1 - user) / 1e3, good);
    value[BENCH_CPUS] = total / ns;
    value[BENCH_OTHERS] = others(r);
    value[BENCH_STEAL] = r->strained ? (double)r->steal / ns : NAN;
    value[BENCH_THROTTLED] = r->strained ? (double)r->throttled / 1e6 : NAN;
}

static void fill_origin(double *value, const struct subject_report *r, unsigned origins,
                        double good)
{
    value[BENCH_ORIGIN_BUSY] = origins ? (double)r->origin_most / (double)r->length : NAN;
    value[BENCH_ORIGIN_CPU] = origins ? ratio((double)r->origin.total / 1e3, good) : NAN;
}

static void fill_memory(struct observed *w, double *value)
{
    if (w->observer->report->size.processes)
        note_size(w, &w->observer->report->size);
    struct bench_figure memory = figure_of(w->memory, w->samples);
    bool known = memory.count > 0;
    value[BENCH_MEMORY] = known ? memory.median : NAN;
    value[BENCH_MEMORY_PEAK] = known ? w->peak : NAN;
    value[BENCH_MEMORY_EACH] = known ? ratio(memory.median, value[BENCH_IN_FLIGHT]) : NAN;
    value[BENCH_PROCESSES] = known ? (double)w->processes : NAN;
    value[BENCH_THREADS] = known ? (double)w->threads : NAN;
}

static void fill_outcomes(struct bench_repetition *out, const struct crawl_stats *window)
{
    struct kind kind[KINDS_MOST];
    unsigned n = kinds_ends(window, kind, BENCH_OUTCOMES);
    for (out->outcomes = 0; out->outcomes < n; out->outcomes++) {
        struct bench_outcome *o = &out->outcome[out->outcomes];
        snprintf(o->name, sizeof o->name, "%s", kind[out->outcomes].name);
        o->count = kind[out->outcomes].count;
    }
}

static void fill(struct observed *w, struct bench_repetition *out)
{
    const struct subject_report *r = w->observer->report;
    const struct crawl_stats *s = &r->window;
    double good = (double)(s->records - s->failed);
    *out = (struct bench_repetition){
        .succeeded = s->records - s->failed,
        .failed = s->failed,
        .bytes = s->bytes,
        .swapped = r->swapped,
        .window = (double)r->length / 1e9,
    };
    double *value = out->value;
    value[BENCH_RATE] = good / out->window;
    value[BENCH_IN_FLIGHT] = ratio(r->in_flight, (double)s->records);
    value[BENCH_START] = (double)r->start / 1e6;
    value[BENCH_SWITCHES_VOLUNTARY] = ratio((double)w->used.ru_nvcsw, (double)r->exchanges);
    value[BENCH_SWITCHES_INVOLUNTARY] = ratio((double)w->used.ru_nivcsw, (double)r->exchanges);
    fill_latency(value, &s->latency);
    fill_cpu(value, r, good);
    fill_origin(value, r, w->order->origins, good);
    fill_memory(w, value);
    fill_outcomes(out, s);
}

int observer_run(struct observer *o, const struct subject_order *order,
                 struct bench_repetition *out, struct histogram *latency)
{
    static struct observed w; // large, and there is only one
    w = (struct observed){ .observer = o, .order = order, .list = -1, .voice = -1 };
    memset(o->report, 0, sizeof *o->report);
    feed_rewind(o->feed);
    int r = begin(&w);
    if (r == 0)
        r = follow(&w);
    if (r == 0)
        r = verdict(&w);
    if (r < 0)
        return r;
    fill(&w, out);
    histogram_merge(latency, &o->report->window.latency);
    return 0;
}

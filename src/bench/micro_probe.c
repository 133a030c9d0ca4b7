// SPDX-License-Identifier: MIT
#include "bench/micro_probe.h"
#include "bench/micro_measure.h"
#include "sys/clock.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// What goes up the pipe, whole: it is shorter than PIPE_BUF.
struct probe_report {
    int result;
    struct micro_sample sample;
};

int micro_probe_pin(int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return 0;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}

// A child that goes when its parent goes, however that may be.
static void probe_bind_to(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); // it was gone before that took effect
}

static _Noreturn void probe_measure(micro_measure *measure, const struct micro_plan *plan, int fd)
{
    struct probe_report report;
    memset(&report, 0, sizeof report);
    report.result = micro_probe_pin(plan->cpu[0]);
    if (report.result == 0)
        report.result = measure(plan, &report.sample);
    _exit(files_write_all(fd, &report, sizeof report) < 0);
}

// Waits for the report. The pipe ends when the process does.
static int probe_hear(int fd, struct probe_report *out, int64_t deadline)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int64_t left;
    while ((left = deadline - clock_mono()) > 0) {
        if (poll(&p, 1, (int)(left / CLOCK_MS) + 1) <= 0)
            continue;
        return files_read(fd, out, sizeof *out) == (long)sizeof *out ? 0 : -ECHILD;
    }
    return -ETIMEDOUT;
}

int micro_probe(micro_measure *measure, const struct micro_plan *plan, struct micro_sample *out,
                int64_t deadline)
{
    struct probe_report report;
    int r, fd[2];
    if (pipe2(fd, O_CLOEXEC) < 0)
        return -errno;
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        r = -errno;
        goto close_pipe;
    }
    if (pid == 0) {
        probe_bind_to(parent);
        close(fd[0]);
        probe_measure(measure, plan, fd[1]);
    }
    close(fd[1]);
    fd[1] = -1;
    r = probe_hear(fd[0], &report, deadline);
    if (r < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (r == 0)
        r = report.result;
    if (r == 0)
        *out = report.sample;
close_pipe:
    close(fd[0]);
    if (fd[1] >= 0)
        close(fd[1]);
    return r;
}

pid_t micro_probe_fork(int (*body)(void *arg), void *arg, int cpu)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -errno;
    if (pid > 0)
        return pid;
    probe_bind_to(parent);
    _exit(micro_probe_pin(cpu) < 0 || body(arg) != 0);
}

int micro_probe_join(pid_t peer)
{
    int status;
    while (waitpid(peer, &status, 0) < 0)
        if (errno != EINTR)
            return -ECHILD;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

static int64_t watch_read(clockid_t clock)
{
    struct timespec t = { 0 };
    clock_gettime(clock, &t);
    return t.tv_sec * CLOCK_S + t.tv_nsec;
}

static int64_t watch_cpu(const struct micro_watch *w)
{
    clockid_t peer;
    int64_t cpu = watch_read(CLOCK_PROCESS_CPUTIME_ID);
    if (w->peer > 0 && clock_getcpuclockid(w->peer, &peer) == 0)
        cpu += watch_read(peer);
    return cpu;
}

void micro_watch_begin(struct micro_watch *w, pid_t peer)
{
    w->peer = peer;
    w->cpu = watch_cpu(w);
    w->wall = clock_mono();
}

void micro_watch_end(const struct micro_watch *w, struct micro_sample *out)
{
    out->wall = clock_mono() - w->wall;
    out->cpu = watch_cpu(w) - w->cpu;
}

int64_t micro_watch_children(void)
{
    struct rusage r = { 0 };
    getrusage(RUSAGE_CHILDREN, &r);
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * CLOCK_S +
           (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * CLOCK_US;
}

int micro_system_call(const struct micro_plan *plan, struct micro_sample *out)
{
    enum { BATCH = 256 };
    struct micro_watch watch;
    micro_watch_begin(&watch, 0);
    do {
        for (int i = 0; i < BATCH; i++)
            syscall(SYS_getppid);
        out->count += BATCH;
    } while (clock_mono() - watch.wall < plan->span);
    micro_watch_end(&watch, out);
    return 0;
}

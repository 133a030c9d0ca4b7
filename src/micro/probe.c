// SPDX-License-Identifier: MIT
#include "micro/probe.h"
#include "sys/clock.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// What goes up the pipe, whole: it is shorter than PIPE_BUF.
struct probe_report {
    int result;
    struct probe_sample sample;
};

int probe_pin(int cpu)
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

static _Noreturn void probe_measure(probe_function *measure, const struct probe_plan *plan, int fd)
{
    struct probe_report report;
    memset(&report, 0, sizeof report);
    report.result = probe_pin(plan->cpu[0]);
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

int probe(probe_function *measure, const struct probe_plan *plan, struct probe_sample *out,
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

pid_t probe_fork(int (*body)(void *arg), void *arg, int cpu)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -errno;
    if (pid > 0)
        return pid;
    probe_bind_to(parent);
    _exit(probe_pin(cpu) < 0 || body(arg) != 0);
}

int probe_join(pid_t peer)
{
    int status;
    while (waitpid(peer, &status, 0) < 0)
        if (errno != EINTR)
            return -ECHILD;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

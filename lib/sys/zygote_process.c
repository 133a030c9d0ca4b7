// SPDX-License-Identifier: MIT
#include "sys/zygote_process.h"
#include "data/list.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESS_SOCKET = 3, PROCESS_KEPT = 4 };

// A worker not reaped yet: its pid cannot be another's.
struct zygote_child {
    struct list node;
    pid_t pid;
    uint64_t tag;
};

// There is one a process. Static: its buffer costs nobody memory who does not touch it.
static struct {
    struct list children;
    zygote_worker *worker;
    pid_t coordinator, self;
    int signals;
    sigset_t mask; // as it was at zygote_start
    bool ending;
    struct zygote_request request;
    _Alignas(max_align_t) char setup[ZYGOTE_SETUP];
    size_t setup_length;
    int fds[ZYGOTE_FDS];
    unsigned nfds;
} process;

// ---- Reports

// Waits for room: a coordinator that does not read its reports gets no more workers.
static void process_report(const struct zygote_report *r)
{
    ssize_t n;
    int flags = process.ending ? MSG_NOSIGNAL | MSG_DONTWAIT : MSG_NOSIGNAL;
    do
        n = send(PROCESS_SOCKET, r, sizeof *r, flags);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        process.ending = true;
}

static void process_report_failure(uint64_t tag, int error)
{
    struct zygote_report r;
    memset(&r, 0, sizeof r); // the padding travels, too
    r.event = ZYGOTE_FAILED;
    r.tag = tag;
    r.error = error;
    process_report(&r);
}

// ---- Workers

// What a worker does first. Signals the terminal sends to all of its foreground processes are for
// the coordinator.
static _Noreturn void process_become_worker(void)
{
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &process.mask, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != process.self)
        _exit(0); // the zygote died before that took effect
    prctl(PR_SET_NAME, "trawl-worker");
    close(PROCESS_SOCKET);
    close(process.signals);
    _exit(process.worker(process.request.kind, process.setup, process.setup_length, process.fds,
                         process.nfds));
}

static void process_spawn(void)
{
    struct zygote_report r;
    struct zygote_child *c = malloc(sizeof *c);
    memset(&r, 0, sizeof r);
    r.event = ZYGOTE_SPAWNED;
    r.tag = process.request.tag;
    r.pid = c ? fork() : -1;
    if (r.pid == 0)
        process_become_worker();
    if (r.pid < 0) {
        process_report_failure(r.tag, c ? errno : ENOMEM);
        free(c);
        return;
    }
    *c = (struct zygote_child){ .pid = r.pid, .tag = r.tag };
    list_push(&process.children, &c->node);
    process_report(&r);
}

static void process_kill(uint64_t tag)
{
    list_each(node, next, &process.children)
    {
        struct zygote_child *c = list_entry(node, struct zygote_child, node);
        if (c->tag == tag)
            kill(c->pid, SIGKILL);
    }
}

static void process_bury(pid_t pid, int status, const struct rusage *used)
{
    list_each(node, next, &process.children)
    {
        struct zygote_child *c = list_entry(node, struct zygote_child, node);
        if (c->pid != pid)
            continue;
        struct zygote_report r;
        memset(&r, 0, sizeof r);
        r.event = ZYGOTE_DIED;
        r.tag = c->tag;
        r.pid = pid;
        r.status = status;
        zygote_usage_of(&r.usage, used);
        list_remove(&c->node);
        free(c);
        process_report(&r);
        return;
    }
}

// Reaps whoever has ended. `flags` as for waitpid(2).
static void process_reap(int flags)
{
    for (;;) {
        int status;
        struct rusage used;
        pid_t pid = wait4(-1, &status, flags, &used);
        if (pid > 0)
            process_bury(pid, status, &used);
        else if (pid == 0 || errno != EINTR)
            return;
    }
}

// ---- Requests

static void process_close_received(void)
{
    for (unsigned i = 0; i < process.nfds; i++)
        close(process.fds[i]);
    process.nfds = 0;
}

static void process_take_descriptors(struct msghdr *m)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    process.nfds = 0;
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
        return;
    process.nfds = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(process.fds, CMSG_DATA(c), process.nfds * sizeof(int));
}

static void process_serve(void)
{
    union zygote_control control;
    struct iovec part[2] = { { &process.request, sizeof process.request },
                             { process.setup, sizeof process.setup } };
    struct msghdr m = { .msg_iov = part,
                        .msg_iovlen = 2,
                        .msg_control = control.bytes,
                        .msg_controllen = sizeof control };
    ssize_t n = recvmsg(PROCESS_SOCKET, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < (ssize_t)sizeof process.request) {
        process.ending = true; // the coordinator is gone, or has asked for this
        return;
    }
    process_take_descriptors(&m);
    process.setup_length = (size_t)n - sizeof process.request;
    if (process.request.what == ZYGOTE_KILL)
        process_kill(process.request.tag);
    else if (m.msg_flags & MSG_CTRUNC) // there were no free numbers for the descriptors
        process_report_failure(process.request.tag, EMFILE);
    else
        process_spawn();
    process_close_received();
}

// ---- Life and death

static void process_heed_signals(void)
{
    struct signalfd_siginfo s;
    while (read(process.signals, &s, sizeof s) == sizeof s)
        // The kernel sends SIGTERM when the coordinator is dead, as a second way to learn of it: a
        // process that has inherited its end of the socket may keep that open. From anybody else it
        // means nothing to us.
        if (s.ssi_signo == SIGTERM && getppid() != process.coordinator)
            process.ending = true;
    process_reap(WNOHANG);
}

static _Noreturn void process_end(void)
{
    list_each(node, next, &process.children)
        kill(list_entry(node, struct zygote_child, node)->pid, SIGKILL);
    process_reap(0);
    _exit(0);
}

// Keeps standard error, and of all else only the socket and what is to be kept.
static int process_settle_descriptors(int fd, int keep)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, PROCESS_KEPT + 1);
    int kept = keep < 0 ? -1 : fcntl(keep, F_DUPFD_CLOEXEC, PROCESS_KEPT + 1);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), first = PROCESS_SOCKET + 1;
    if (high < 0 || null < 0 || (keep >= 0 && kept < 0))
        return -1;
    if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup3(high, PROCESS_SOCKET, O_CLOEXEC) < 0)
        return -1;
    if (kept >= 0 && (first = dup3(kept, PROCESS_KEPT, O_CLOEXEC) + 1) <= PROCESS_KEPT)
        return -1;
    if (close_range((unsigned)first, ~0U, 0) < 0) // not known to the kernel, or to an emulator
        for (int i = first, end = (int)sysconf(_SC_OPEN_MAX); i < end; i++)
            close(i);
    return 0;
}

static int process_settle_signals(void)
{
    static const int ignored[] = { SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };
    sigset_t heeded;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL); // ignored, it would take the children's statuses with it
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&heeded);
    sigaddset(&heeded, SIGCHLD);
    sigaddset(&heeded, SIGTERM);
    sigprocmask(SIG_BLOCK, &heeded, &process.mask);
    sigdelset(&process.mask, SIGCHLD);
    sigdelset(&process.mask, SIGTERM);
    process.signals = signalfd(-1, &heeded, SFD_CLOEXEC | SFD_NONBLOCK);
    return process.signals < 0 ? -1 : 0;
}

_Noreturn void zygote_process(int fd, int keep, pid_t coordinator, zygote_worker *worker)
{
    process.worker = worker;
    process.coordinator = coordinator;
    process.self = getpid();
    list_init(&process.children);
    if (process_settle_descriptors(fd, keep) < 0 || process_settle_signals() < 0)
        _exit(1); // the coordinator sees the socket close
    prctl(PR_SET_NAME, "trawl-zygote");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    process.ending = getppid() != coordinator;
    struct pollfd p[2] = { { .fd = PROCESS_SOCKET, .events = POLLIN },
                           { .fd = process.signals, .events = POLLIN } };
    while (!process.ending) {
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents)
            process_heed_signals();
        if (p[0].revents)
            process_serve();
    }
    process_end();
}

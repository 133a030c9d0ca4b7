// SPDX-License-Identifier: MIT
#include "sys/zygote.h"
#include "sys/clock.h"
#include "sys/zygote_process.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ZYGOTE_PATIENCE (2 * CLOCK_S)

struct zygote {
    int fd;
    pid_t pid;
};

int zygote_start(struct zygote **out, zygote_worker *worker)
{
    return zygote_start_keeping(out, worker, -1);
}

int zygote_start_keeping(struct zygote **out, zygote_worker *worker, int keep)
{
    int error, pair[2];
    struct zygote *z = malloc(sizeof *z);
    if (!z)
        return -ENOMEM;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        error = -errno;
        goto free_zygote;
    }
    pid_t coordinator = getpid();
    z->pid = fork();
    if (z->pid < 0) {
        error = -errno;
        goto close_pair;
    }
    if (z->pid == 0)
        zygote_process(pair[1], keep, coordinator, worker);
    close(pair[1]);
    z->fd = pair[0];
    *out = z;
    return 0;
close_pair:
    close(pair[0]);
    close(pair[1]);
free_zygote:
    free(z);
    return error;
}

void zygote_usage_of(struct zygote_usage *out, const struct rusage *r)
{
    out->user = r->ru_utime.tv_sec * CLOCK_S + r->ru_utime.tv_usec * CLOCK_US;
    out->system = r->ru_stime.tv_sec * CLOCK_S + r->ru_stime.tv_usec * CLOCK_US;
    out->max_resident = r->ru_maxrss * INT64_C(1024);
    out->voluntary = r->ru_nvcsw;
    out->involuntary = r->ru_nivcsw;
}

// Tells the zygote to end and waits until its side of the socket closes; not for ever: it could be
// stopped, or held by a debugger.
static void zygote_end(struct zygote *z)
{
    struct zygote_report unheard;
    struct pollfd p = { .fd = z->fd, .events = POLLIN };
    int64_t left, deadline = clock_mono() + ZYGOTE_PATIENCE;
    shutdown(z->fd, SHUT_WR);
    while (zygote_read(z, &unheard) >= 0) {
        left = deadline - clock_mono();
        if (left <= 0) {
            kill(z->pid, SIGKILL);
            return;
        }
        poll(&p, 1, (int)(left / CLOCK_MS) + 1);
    }
}

void zygote_stop(struct zygote *z, struct zygote_usage *total)
{
    if (!z)
        return;
    struct rusage used;
    memset(&used, 0, sizeof used);
    zygote_end(z);
    close(z->fd);
    // Its usage has that of all workers in it, for it has waited for each of them.
    while (wait4(z->pid, NULL, 0, &used) < 0 && errno == EINTR)
        ;
    if (total)
        zygote_usage_of(total, &used);
    free(z);
}

static int zygote_send(struct zygote *z, const struct msghdr *m)
{
    ssize_t n;
    do
        n = sendmsg(z->fd, m, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return 0;
    return errno == ECONNRESET ? -EPIPE : -errno;
}

int zygote_spawn(struct zygote *z, unsigned kind, const void *setup, size_t n, const int *fds,
                 unsigned nfds, uint64_t tag)
{
    if (n > ZYGOTE_SETUP)
        return -EMSGSIZE;
    if (nfds > ZYGOTE_FDS)
        return -EINVAL;
    struct zygote_request r = { .what = ZYGOTE_SPAWN, .kind = kind, .tag = tag };
    union zygote_control control;
    struct iovec part[2] = { { &r, sizeof r }, { (void *)(uintptr_t)setup, n } };
    struct msghdr m = { .msg_iov = part, .msg_iovlen = n ? 2 : 1 };
    if (nfds) {
        memset(&control, 0, sizeof control);
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(&control.head), fds, nfds * sizeof(int));
    }
    return zygote_send(z, &m);
}

int zygote_kill(struct zygote *z, uint64_t tag)
{
    struct zygote_request r = { .what = ZYGOTE_KILL, .tag = tag };
    struct iovec part = { &r, sizeof r };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    return zygote_send(z, &m);
}

int zygote_fd(const struct zygote *z)
{
    return z->fd;
}

int zygote_read(struct zygote *z, struct zygote_report *out)
{
    struct zygote_report r;
    for (;;) {
        ssize_t n = recv(z->fd, &r, sizeof r, MSG_DONTWAIT);
        if (n == (ssize_t)sizeof r) {
            *out = r;
            return 1;
        }
        if (n >= 0)
            return -EPIPE;
        if (errno == EAGAIN)
            return 0;
        // A zygote that died with requests unread resets the socket; what it reported before is
        // behind that error.
        if (errno != EINTR && errno != ECONNRESET)
            return -errno;
    }
}

pid_t zygote_pid(const struct zygote *z)
{
    return z->pid;
}

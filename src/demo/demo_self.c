// SPDX-License-Identifier: MIT
#include "demo/demo_self.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SELF_ARGUMENTS = 64, SELF_LOOK = 20 * 1000000, SELF_NO_PROGRAM = 127 };

static _Noreturn void self_become(const struct demo_self *s, pid_t parent, const sigset_t *mask)
{
    const char *argv[SELF_ARGUMENTS + 2] = { "trawl" };
    for (unsigned i = 0; i < SELF_ARGUMENTS && s->arguments[i]; i++)
        argv[i + 1] = s->arguments[i];
    int null = s->silent ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (getppid() == parent)
        execv("/proc/self/exe", (char *const *)argv);
    _exit(SELF_NO_PROGRAM);
}

// Waits for its end, which may be of our making. `signals` are blocked.
static int self_wait(const struct demo_self *s, pid_t pid, const sigset_t *signals, int *status)
{
    static const struct timespec look = { .tv_nsec = SELF_LOOK };
    int how, stopped = 0;
    while (waitpid(pid, &how, WNOHANG) == 0) {
        int n = sigtimedwait(signals, NULL, &look);
        if (n == SIGINT || n == SIGTERM)
            stopped = n;
        if (stopped || (s->enough && s->enough(s->arg)))
            kill(pid, SIGKILL);
    }
    *status = stopped ? stopped : WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    return stopped ? -EINTR : 0;
}

int demo_self_run(const struct demo_self *s, int *status)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &before);
    pid_t parent = getpid(), pid = fork();
    int r = 0;
    if (pid == 0)
        self_become(s, parent, &before);
    if (pid < 0) {
        r = -errno;
        log_error("cannot start another process: %s", strerror(-r));
    } else {
        r = self_wait(s, pid, &signals, status);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return r;
}

// SPDX-License-Identifier: MIT
#include "engine/obituary.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static void obituary_write_signal(char out[KEEPER_WHY], pid_t pid, int signal)
{
    const char *name = sigabbrev_np(signal);
    if (name)
        snprintf(out, KEEPER_WHY, "worker %d was killed by signal %d (SIG%s)", pid, signal, name);
    else
        snprintf(out, KEEPER_WHY, "worker %d was killed by signal %d", pid, signal);
}

void obituary_write(char out[KEEPER_WHY], const struct keeper *k)
{
    if (k->verdict == KEEPER_HUNG)
        snprintf(out, KEEPER_WHY, "worker %d hung past its job's time and was killed", k->pid);
    else if (k->verdict == KEEPER_MAD)
        snprintf(out, KEEPER_WHY, "worker %d gave a damaged outcome and was killed", k->pid);
    else if (k->verdict == KEEPER_ABANDONED)
        snprintf(out, KEEPER_WHY, "stopped");
    else if (k->failure == EPIPE)
        snprintf(out, KEEPER_WHY, "the process that starts workers is dead");
    else if (k->failure)
        snprintf(out, KEEPER_WHY, "no worker could be started: %s%s", strerror(k->failure),
                 k->failure == EMFILE   ? "; raise ulimit -n"
                 : k->failure == EAGAIN ? "; raise ulimit -u"
                                        : "");
    else if (WIFSIGNALED(k->status))
        obituary_write_signal(out, k->pid, WTERMSIG(k->status));
    else
        snprintf(out, KEEPER_WHY, "worker %d ended with status %d", k->pid, WEXITSTATUS(k->status));
}

void obituary_add_usage(struct engine_usage *total, const struct zygote_usage *used)
{
    struct zygote_usage *t = &total->processes;
    t->user += used->user;
    t->system += used->system;
    t->voluntary += used->voluntary;
    t->involuntary += used->involuntary;
    if (used->max_resident > t->max_resident)
        t->max_resident = used->max_resident;
}

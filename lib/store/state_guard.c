// SPDX-License-Identifier: MIT
#include "store/state_guard.h"
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static pthread_once_t guard_once = PTHREAD_ONCE_INIT;
static struct sigaction guard_former_segv, guard_former_bus;
static __thread const char *guard_dir;

static void guard_write(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; // nothing is left to do
}

_Noreturn void state_guard_die(const char *dir)
{
    guard_write("trawl: ");
    guard_write(dir);
    guard_write(": the database is damaged, or its disk cannot be read: nothing was changed; "
                "restore the directory from a copy, or begin again with another --state\n");
    _exit(1);
}

static void guard_on_fault(int number, siginfo_t *info, void *context)
{
    const struct sigaction *former = number == SIGBUS ? &guard_former_bus : &guard_former_segv;
    if (guard_dir && info->si_code > 0)
        state_guard_die(guard_dir);
    if (former->sa_flags & SA_SIGINFO) {
        former->sa_sigaction(number, info, context);
    } else if (former->sa_handler != SIG_DFL && former->sa_handler != SIG_IGN) {
        former->sa_handler(number);
    } else {
        signal(number,
               SIG_DFL); // the instruction runs again, with the effect that it would have had
        if (info->si_code <= 0)
            raise(number);
    }
}

static void guard_install(void)
{
    struct sigaction a = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
    a.sa_sigaction = guard_on_fault;
    sigemptyset(&a.sa_mask);
    sigaction(SIGSEGV, &a, &guard_former_segv);
    sigaction(SIGBUS, &a, &guard_former_bus);
}

const char *state_guard_enter(const char *dir)
{
    const char *was = guard_dir;
    pthread_once(&guard_once, guard_install);
    guard_dir = dir;
    return was;
}

// SPDX-License-Identifier: MIT
#include "sys/halt.h"
#include "sys/clock.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

// One of the signals that nobody gives a meaning to.
#define HALT_SIGNAL (SIGRTMIN + 7)

static pthread_once_t halt_once = PTHREAD_ONCE_INIT;
static sigset_t halt_let_through;

static void halt_nothing(int number)
{
    (void)number;
}

static void halt_install(void)
{
    struct sigaction a = { .sa_handler =
                               halt_nothing }; // no SA_RESTART: to end calls is all it does
    sigemptyset(&a.sa_mask);
    sigaction(HALT_SIGNAL, &a, NULL);
    // Of all others only what a thread does to itself.
    sigfillset(&halt_let_through);
    sigdelset(&halt_let_through, HALT_SIGNAL);
    sigdelset(&halt_let_through, SIGSEGV);
    sigdelset(&halt_let_through, SIGBUS);
    sigdelset(&halt_let_through, SIGFPE);
    sigdelset(&halt_let_through, SIGILL);
    sigdelset(&halt_let_through, SIGABRT);
}

void halt_init(struct halt *h)
{
    pthread_once(&halt_once, halt_install);
    __atomic_store_n(&h->unsaid, 1, __ATOMIC_RELEASE);
}

void halt_listen(sigset_t *former)
{
    pthread_once(&halt_once, halt_install);
    sigset_t blocked = halt_let_through;
    sigaddset(&blocked, HALT_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &blocked, former);
}

const sigset_t *halt_mask(void)
{
    return &halt_let_through;
}

int halt_sleep(struct halt *h, int64_t until)
{
    struct timespec t = { .tv_sec = until / CLOCK_S, .tv_nsec = until % CLOCK_S };
    while (!halt_said(h)) {
        // The kernel looks at the word before it lets the thread sleep.
        long r = syscall(SYS_futex, &h->unsaid, FUTEX_WAIT_BITSET_PRIVATE, 1,
                         until == CLOCK_NEVER ? NULL : &t, NULL, FUTEX_BITSET_MATCH_ANY);
        if (r < 0 && errno == ETIMEDOUT)
            return 0;
    }
    return -ECANCELED;
}

void halt_say(struct halt *h)
{
    __atomic_store_n(&h->unsaid, 0, __ATOMIC_RELEASE);
    syscall(SYS_futex, &h->unsaid, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

void halt_interrupt(pthread_t thread)
{
    pthread_kill(thread, HALT_SIGNAL);
}

// SPDX-License-Identifier: MIT
#include "fiber/overflow.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A signal's frame alone can be several KB (AVX-512), and a former handler may want to print a
// report.
enum { OVERFLOW_STACK = 64 * 1024 };

static pthread_once_t overflow_once = PTHREAD_ONCE_INIT;
static struct sigaction overflow_former;

// A line put together without anything that a signal handler may not call.
struct overflow_line {
    char text[512];
    size_t n;
};

static void line_add(struct overflow_line *l, const char *s)
{
    while (*s && l->n < sizeof l->text - 1)
        l->text[l->n++] = *s++;
}

static void line_add_number(struct overflow_line *l, size_t v)
{
    char digits[24], *p = digits + sizeof digits;
    *--p = '\0';
    do
        *--p = (char)('0' + v % 10);
    while (v /= 10);
    line_add(l, p);
}

static void overflow_say(const struct fiber *f)
{
    struct overflow_line l = { .n = 0 };
    line_add(&l, "trawl: stack overflow in fiber '");
    line_add(&l, f->name);
    line_add(&l, "' (spawned at ");
    line_add(&l, f->file);
    line_add(&l, ":");
    line_add_number(&l, f->line);
    line_add(&l, "), ");
    line_add_number(&l, stack_size(f->stack) / 1024);
    line_add(&l, " KB\n");
    // Nothing is left to do if this fails.
    if (write(STDERR_FILENO, l.text, l.n) < 0)
        return;
}

void overflow_die(const struct fiber *f)
{
    overflow_say(f);
    abort();
}

// Lets the signal do what it does by default: the faulting instruction runs again when the handler
// returns. One that was sent (kill) has no such instruction.
static void overflow_default(int number, const siginfo_t *info)
{
    signal(number, SIG_DFL);
    if (info->si_code <= 0)
        raise(number);
}

static void overflow_on_fault(int number, siginfo_t *info, void *context)
{
    const struct fiber *f = fiber_current();
    if (info->si_code > 0 && f && f->stack && stack_guards(f->stack, info->si_addr)) {
        overflow_say(f);
        overflow_default(number, info);
    } else if (overflow_former.sa_flags & SA_SIGINFO) {
        overflow_former.sa_sigaction(number, info, context);
    } else if (overflow_former.sa_handler != SIG_DFL && overflow_former.sa_handler != SIG_IGN) {
        overflow_former.sa_handler(number);
    } else {
        overflow_default(number, info);
    }
}

static void overflow_install(void)
{
    struct sigaction a = { .sa_flags = SA_SIGINFO | SA_ONSTACK };
    a.sa_sigaction = overflow_on_fault;
    sigemptyset(&a.sa_mask);
    sigaction(SIGSEGV, &a, &overflow_former);
}

int overflow_watch_begin(struct overflow_watch *w)
{
    *w = (struct overflow_watch){ 0 };
    stack_t now;
    if (sigaltstack(NULL, &now) < 0)
        return -errno;
    if (now.ss_flags & SS_DISABLE) {
        void *p = mmap(NULL, OVERFLOW_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return -ENOMEM;
        stack_t own = { .ss_sp = p, .ss_size = OVERFLOW_STACK };
        if (sigaltstack(&own, NULL) < 0) {
            int error = errno;
            munmap(p, OVERFLOW_STACK);
            return -error;
        }
        w->stack = p;
    }
    pthread_once(&overflow_once, overflow_install);
    return 0;
}

void overflow_watch_end(struct overflow_watch *w)
{
    if (!w->stack)
        return;
    stack_t none = { .ss_flags = SS_DISABLE };
    sigaltstack(&none, NULL);
    munmap(w->stack, OVERFLOW_STACK);
    w->stack = NULL;
}

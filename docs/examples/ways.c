// SPDX-License-Identifier: MIT
// The same visit in six ways of waiting: ask, wait for the answer, ask again with what came, wait.
// Three visits each. Only the serial one takes three times as long as a visit.
#include "sched/future.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VISITS = 3 };
#define ANSWER_TIME (20 * CLOCK_MS) // a server far away

struct visit {
    int seed, sum;
    // What a way that has no stack for each visit must keep by hand:
    int first;
    struct loop_timer timer;
    struct future *answer[2]; // promises
    struct list *over;        // callbacks: who waits for the end
};

static struct visit *visits; // in memory that child processes share

static int64_t answered(void)
{
    return clock_after(clock_mono(), ANSWER_TIME);
}

// ---- Blocking: serial, threads, processes

static int ask(int question)
{
    clock_sleep(answered()); // the whole thread stands still
    return 2 * question;
}

static void visit_blocking(struct visit *v)
{
    int first = ask(v->seed);
    v->sum = first + ask(first);
}

static int serial(void)
{
    for (int i = 0; i < VISITS; i++)
        visit_blocking(&visits[i]);
    return 0;
}

static void *visit_on_thread(void *arg)
{
    visit_blocking(arg);
    return NULL;
}

static int threads(void)
{
    pthread_t thread[VISITS];
    int started = 0;
    while (started < VISITS &&
           pthread_create(&thread[started], NULL, visit_on_thread, &visits[started]) == 0)
        started++;
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    return started == VISITS ? 0 : -1;
}

static int processes(void)
{
    int r = 0;
    for (int i = 0; i < VISITS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            visit_blocking(&visits[i]);
            _exit(0);
        }
        r = pid < 0 ? -1 : r;
    }
    while (wait(NULL) > 0)
        ;
    return r;
}

// ---- Callbacks: each wait cuts the visit in two

static struct visit *visit_of(struct loop_timer *t)
{
    return (struct visit *)((char *)t - offsetof(struct visit, timer));
}

static void second_came(struct loop_timer *t)
{
    struct visit *v = visit_of(t);
    v->sum = v->first + 2 * v->first;
    wake_all(v->over, 0);
}

static void first_came(struct loop_timer *t)
{
    struct visit *v = visit_of(t);
    v->first = 2 * v->seed;      // a local variable would not outlive the wait
    v->timer.fire = second_came; // what would be the next line
    loop_arm(loop_current(), &v->timer, answered());
}

static int callbacks(void *arg)
{
    struct list over;
    (void)arg;
    list_init(&over);
    for (int i = 0; i < VISITS; i++) {
        visits[i].over = &over;
        visits[i].timer.fire = first_came;
        loop_arm(loop_current(), &visits[i].timer, answered());
    }
    for (int i = 0; i < VISITS; i++)
        while (visits[i].sum == 0)
            park_on(&over, CLOCK_NEVER);
    return 0;
}

// ---- Promises: an answer that is not there yet is a value, on which more can be built

static void answer_came(struct loop_timer *t)
{
    struct visit *v = visit_of(t);
    struct future *promise = v->answer[v->first ? 1 : 0];
    int *answer = v->first ? &v->sum : &v->first;
    *answer = v->first ? v->first + 2 * v->first : 2 * v->seed;
    future_settle(promise, 0, answer);
}

static int ask_later(struct visit *v)
{
    v->timer.fire = answer_came;
    return loop_arm(loop_current(), &v->timer, answered());
}

// What to do with the first answer once it is there. Must not wait: it makes sure that the second
// promise will be kept.
static int then_ask_again(int error, void **value, void *arg)
{
    struct visit *v = arg;
    (void)value;
    if (error == 0)
        error = ask_later(v);
    if (error < 0)
        future_settle(v->answer[1], error, NULL);
    return error;
}

static int promise_visit(struct visit *v)
{
    struct future *asked_again = NULL;
    int r = future_new(&v->answer[0], NULL);
    if (r == 0)
        r = future_new(&v->answer[1], NULL);
    if (r == 0)
        r = future_then(&asked_again, v->answer[0], then_ask_again, v);
    future_drop(asked_again);
    return r < 0 ? r : ask_later(v);
}

static int promises(void *arg)
{
    struct future *second[VISITS], *all = NULL;
    int r = 0;
    (void)arg;
    for (int i = 0; i < VISITS && r == 0; i++) {
        r = promise_visit(&visits[i]);
        second[i] = visits[i].answer[1];
    }
    if (r == 0)
        r = future_all(&all, second, VISITS);
    if (r == 0)
        r = future_await(all, NULL, CLOCK_NEVER);
    future_drop(all);
    for (int i = 0; i < VISITS; i++) {
        loop_disarm(loop_current(), &visits[i].timer);
        future_drop(visits[i].answer[0]);
        future_drop(visits[i].answer[1]);
    }
    return r;
}

// ---- Coroutines: the blocking visit again, word for word but for what `ask` does

static int ask_parking(int question, int *answer)
{
    int r = sleep_until(answered()); // this coroutine stands still; the thread goes on with others
    *answer = 2 * question;
    return r;
}

static int visit_parking(void *arg)
{
    struct visit *v = arg;
    int first, second;
    int r = ask_parking(v->seed, &first);
    if (r == 0)
        r = ask_parking(first, &second);
    if (r == 0)
        v->sum = first + second;
    return r;
}

static int coroutines(void *arg)
{
    struct nursery n;
    int r = 0;
    (void)arg;
    nursery_init(&n, "visits");
    for (int i = 0; i < VISITS && r == 0; i++)
        r = nursery_spawn(&n, "visit", visit_parking, &visits[i]);
    int closed = nursery_close(&n);
    return r < 0 ? r : closed;
}

// ---- All of them

static int in_loop(int (*body)(void *arg))
{
    struct loop *l;
    int r = loop_new(&l, NULL);
    if (r < 0)
        return r;
    r = loop_run(l, body, NULL);
    loop_free(l);
    return r;
}

// A way is a function that blocks, or one for a loop.
static bool try_way(const char *name, int (*blocking)(void), int (*in_a_loop)(void *arg))
{
    bool good;
    memset(visits, 0, VISITS * sizeof *visits);
    for (int i = 0; i < VISITS; i++)
        visits[i].seed = i + 1;
    int64_t began = clock_mono();
    good = (blocking ? blocking() : in_loop(in_a_loop)) == 0;
    printf("%-10s %3lld ms\n", name, (long long)((clock_mono() - began) / CLOCK_MS));
    for (int i = 0; i < VISITS; i++)
        good &= visits[i].sum == 6 * visits[i].seed;
    return good;
}

int main(void)
{
    bool good = true;
    visits = mmap(NULL, VISITS * sizeof *visits, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                  -1, 0);
    if (visits == MAP_FAILED)
        return 1;
    good &= try_way("serial", serial, NULL);
    good &= try_way("threads", threads, NULL);
    good &= try_way("processes", processes, NULL);
    good &= try_way("callbacks", NULL, callbacks);
    good &= try_way("promises", NULL, promises);
    good &= try_way("coroutines", NULL, coroutines);
    return good ? 0 : 1;
}

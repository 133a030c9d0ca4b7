// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/bell.h"
#include "sched/park.h"
#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

// Before libev's: as many additions to an epoll set as this says fail, as on a machine without
// memory.
static atomic_int refuse;
int epoll_ctl(int set, int what, int fd, struct epoll_event *e);
int epoll_ctl(int set, int what, int fd, struct epoll_event *e)
{
    if (what == EPOLL_CTL_ADD && atomic_load(&refuse) > 0 && atomic_fetch_sub(&refuse, 1) > 0) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, set, what, fd, e);
}

struct heard {
    struct bell bell; // first
    atomic_int stored, seen, rings;
};

static void hear(struct bell *b)
{
    struct heard *h = (struct heard *)(void *)b;
    atomic_fetch_add(&h->rings, 1);
    atomic_store(&h->seen, atomic_load(&h->stored));
}

static void *ring_thousand(void *arg)
{
    struct heard *h = arg;
    for (int i = 1; i <= 1000; i++) {
        atomic_store(&h->stored, i);
        bell_ring(&h->bell);
    }
    return NULL;
}

static void wait_for(atomic_int *what, int value)
{
    while (atomic_load(what) != value)
        assert_int_equal(sleep_until(in_ms(1)), 0);
}

IN_LOOP(what_was_stored_before_the_last_ring_is_seen)
{
    struct heard h = { 0 };
    pthread_t thread;
    assert_int_equal(bell_open(&h.bell, loop_current(), hear), 0);
    assert_int_equal(pthread_create(&thread, NULL, ring_thousand, &h), 0);
    wait_for(&h.seen, 1000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    bell_close(&h.bell);
    bell_close(&h.bell);
    return 0;
}

IN_LOOP(a_bell_that_the_kernel_cannot_watch_is_heard_all_the_same)
{
    struct heard h = { 0 };
    atomic_store(&refuse, 5);
    assert_int_equal(bell_open(&h.bell, loop_current(), hear), 0);
    wait_for(&refuse, 0);
    int before = atomic_load(&h.rings);
    atomic_store(&h.stored, 7);
    bell_ring(&h.bell);
    wait_for(&h.seen, 7);
    assert_true(atomic_load(&h.rings) > before);
    sleep_until(in_ms(5));
    before = atomic_load(&h.rings);
    sleep_until(in_ms(20));
    assert_int_equal(atomic_load(&h.rings), before); // watched again, it is called for rings only
    bell_close(&h.bell);
    return 0;
}

struct waker {
    struct bell bell; // first
    struct list waits;
};

static void wake_them(struct bell *b)
{
    wake_all(&((struct waker *)(void *)b)->waits, 0);
}

// libev says only after it has waited that it does not watch something.
IN_LOOP(a_bell_that_rings_before_it_is_watched_is_not_left_unheard)
{
    struct waker w;
    list_init(&w.waits);
    atomic_store(&refuse, 1);
    assert_int_equal(bell_open(&w.bell, loop_current(), wake_them), 0);
    bell_ring(&w.bell);
    ev_ref(loop_ev(loop_current())); // as if it waited for something else as well
    int64_t until = in_ms(30000);    // by then the loop would look for itself
    assert_int_equal(park_on(&w.waits, until), 0);
    assert_true(loop_now(loop_current()) < until);
    ev_unref(loop_ev(loop_current()));
    bell_close(&w.bell);
    return 0;
}

static atomic_int came;

static void on_signal(struct bell_signal *s)
{
    assert_int_equal(s->number, SIGUSR2);
    atomic_fetch_add((atomic_int *)s->arg, 1);
}

IN_LOOP(a_signal_is_heard_until_it_is_given_back)
{
    struct bell_signal s = { .came = on_signal, .arg = &came }, other = s;
    signal(SIGUSR2, SIG_IGN);
    assert_int_equal(bell_signal_begin(&s, loop_current(), SIGUSR2), 0);
    assert_int_equal(bell_signal_begin(&other, loop_current(), SIGUSR2), -EBUSY);
    for (int i = 1; i <= 3; i++) {
        raise(SIGUSR2);
        wait_for(&came, i);
    }
    bell_signal_end(&other);
    bell_signal_end(&s);
    raise(SIGUSR2); // ignored again
    bell_signal_end(&s);
    return 0;
}

static void on_signal_wake(struct bell_signal *s)
{
    wake_all(s->arg, 0);
}

// Past what ThreadSanitizer has in the place of raise, which waits for the handler.
static void signal_myself(void)
{
    assert_int_equal(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR2), 0);
}

static int signal_and_end(void *arg)
{
    (void)arg;
    signal_myself();
    return 0;
}

static int signal_and_wait(void *forever)
{
    signal_myself();
    assert_int_equal(park_on(forever, CLOCK_NEVER), -ECANCELED);
    return 0;
}

IN_LOOP(a_signal_is_heard_whichever_fiber_it_finds_running_and_whatever_that_does_next)
{
    int (*const bodies[])(void *arg) = { signal_and_end, signal_and_wait };
    struct list waits, forever;
    struct bell_signal s = { .came = on_signal_wake, .arg = &waits };
    struct nursery n;
    list_init(&waits);
    list_init(&forever);
    nursery_init(&n, "signalled");
    assert_int_equal(bell_signal_begin(&s, loop_current(), SIGUSR2), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(nursery_spawn(&n, "signalled", bodies[i], &forever), 0);
        assert_int_equal(park_on(&waits, in_ms(30000)), 0);
    }
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    bell_signal_end(&s);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stored_before_the_last_ring_is_seen),
        cmocka_unit_test(a_bell_that_the_kernel_cannot_watch_is_heard_all_the_same),
        cmocka_unit_test(a_bell_that_rings_before_it_is_watched_is_not_left_unheard),
        cmocka_unit_test(a_signal_is_heard_until_it_is_given_back),
        cmocka_unit_test(
            a_signal_is_heard_whichever_fiber_it_finds_running_and_whatever_that_does_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

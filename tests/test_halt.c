// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/clock.h"
#include "sys/halt.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static struct halt halt;

// Says how far it is before it blocks.
struct sleeper {
    pthread_t thread;
    bool late;    // is told before it blocks
    int about_to; // 1: it is
    int result;
};

static void sleeper_wait(const int *word)
{
    while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
        usleep(100);
}

static void *sleeper_sleep(void *arg)
{
    struct sleeper *s = arg;
    __atomic_store_n(&s->about_to, 1, __ATOMIC_RELEASE);
    s->result = halt_sleep(&halt, clock_mono() + 60 * CLOCK_S);
    return NULL;
}

static void *sleeper_poll(void *arg)
{
    struct sleeper *s = arg;
    struct timespec minute = { .tv_sec = 60 };
    __atomic_store_n(&s->about_to, 1, __ATOMIC_RELEASE);
    while (s->late && !halt_said(&halt))
        ;
    usleep(s->late ? 20000 : 0); // by now the signal is there
    s->result = ppoll(NULL, 0, &minute, halt_mask()) < 0 ? errno : 0;
    return NULL;
}

static void start(struct sleeper *s, void *(*body)(void *))
{
    sigset_t former;
    halt_init(&halt);
    halt_listen(&former);
    assert_int_equal(pthread_create(&s->thread, NULL, body, s), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &former, NULL), 0);
    sleeper_wait(&s->about_to);
}

static void a_sleep_ends_at_its_time_or_when_it_is_said(void **state)
{
    (void)state;
    struct sleeper s = { .late = false };
    int64_t before = clock_mono();
    halt_init(&halt);
    assert_int_equal(halt_sleep(&halt, before + 20 * CLOCK_MS), 0);
    assert_true(clock_mono() >= before + 20 * CLOCK_MS);
    start(&s, sleeper_sleep);
    usleep(20000);
    halt_say(&halt);
    pthread_join(s.thread, NULL);
    assert_int_equal(s.result, -ECANCELED);
    assert_int_equal(halt_sleep(&halt, CLOCK_NEVER), -ECANCELED);
}

static void a_call_under_the_mask_ends_also_when_it_begins_too_late(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct sleeper s = { .late = late };
        start(&s, sleeper_poll);
        usleep(late ? 0 : 20000);
        halt_say(&halt);
        halt_interrupt(s.thread);
        pthread_join(s.thread, NULL);
        assert_int_equal(s.result, EINTR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sleep_ends_at_its_time_or_when_it_is_said),
        cmocka_unit_test(a_call_under_the_mask_ends_also_when_it_begins_too_late),
    };
    alarm(100);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

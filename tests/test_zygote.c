// SPDX-License-Identifier: MIT
#include "check.h"
#include "patience.h"
#include "sys/clock.h"
#include "sys/zygote.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- What the workers do

enum { EXIT_WITH, WAIT_FOR_EVER, TELL, BURN, CRASH, ECHO };

// What a worker finds around itself.
struct surroundings {
    pid_t pid, parent;
    unsigned descriptors; // open ones, 0 to 2 included
    char name[16];
    bool interrupt_ignored, hangup_ignored, quit_ignored, term_default, term_blocked, stdin_null;
};

static bool disposition_is(int sig, void (*handler)(int))
{
    struct sigaction a;
    sigaction(sig, NULL, &a);
    return a.sa_handler == handler;
}

static int tell(const int *fds)
{
    struct surroundings s;
    sigset_t mask;
    char c;
    memset(&s, 0, sizeof s);
    s.pid = getpid();
    s.parent = getppid();
    for (int fd = 0; fd < 1000; fd++)
        s.descriptors += fcntl(fd, F_GETFD) >= 0;
    prctl(PR_GET_NAME, s.name);
    s.interrupt_ignored = disposition_is(SIGINT, SIG_IGN);
    s.hangup_ignored = disposition_is(SIGHUP, SIG_IGN);
    s.quit_ignored = disposition_is(SIGQUIT, SIG_IGN);
    s.term_default = disposition_is(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    s.term_blocked = sigismember(&mask, SIGTERM);
    s.stdin_null = read(STDIN_FILENO, &c, 1) == 0;
    return write(fds[0], &s, sizeof s) == sizeof s ? 0 : 1;
}

static int burn(int64_t ns)
{
    struct rusage r;
    do
        getrusage(RUSAGE_SELF, &r);
    while ((r.ru_utime.tv_sec + r.ru_stime.tv_sec) * CLOCK_S +
               (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * CLOCK_US <
           ns);
    return 0;
}

static int worker(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    static const struct rlimit none;
    switch (kind) {
    case EXIT_WITH:
        return n == sizeof(int) ? *(const int *)setup : 255;
    case WAIT_FOR_EVER:
        for (;;)
            pause();
    case TELL:
        return tell(fds);
    case BURN:
        return burn(100 * CLOCK_MS);
    case CRASH:
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
        return 0;
    case ECHO: // its setup, to each of its descriptors
        for (unsigned i = 0; i < nfds; i++)
            if (write(fds[i], setup, n) != (ssize_t)n)
                return 1;
        return 0;
    default:
        return 255;
    }
}

// ---- The coordinator's side

static struct zygote *fresh(void)
{
    struct zygote *z;
    assert_int_equal(zygote_start(&z, worker), 0);
    return z;
}

// The next report, within ten seconds; a negative errno as zygote_read gives it.
static int next_report(struct zygote *z, struct zygote_report *r)
{
    int some;
    struct pollfd p = { .fd = zygote_fd(z), .events = POLLIN };
    while ((some = zygote_read(z, r)) == 0)
        if (poll(&p, 1, 10000) == 0)
            return -ETIMEDOUT;
    return some;
}

static struct zygote_report expect(struct zygote *z, enum zygote_event event, uint64_t tag)
{
    struct zygote_report r;
    assert_int_equal(next_report(z, &r), 1);
    assert_int_equal(r.event, event);
    assert_int_equal(r.tag, tag);
    return r;
}

// The process's state as ps(1) shows it, 'X' when there is none.
static char state_of(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 'X';
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *end = strrchr(text, ')');
    return end ? end[2] : 'X';
}

// Whether it comes to one of `states` within ten seconds.
static bool becomes(pid_t pid, const char *states)
{
    for (int i = 0; i < 5000; i++, usleep(2000))
        if (strchr(states, state_of(pid)))
            return true;
    return false;
}

// Whether it ends; it may be a zombie that somebody else is to reap.
static bool goes_away(pid_t pid)
{
    return becomes(pid, "XZ");
}

static void a_worker_runs_with_its_setup_and_its_status_comes_back(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    for (int status = 0; status < 3; status++) {
        assert_int_equal(
            zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, 70 + (unsigned)status), 0);
        struct zygote_report born = expect(z, ZYGOTE_SPAWNED, 70 + (unsigned)status);
        struct zygote_report died = expect(z, ZYGOTE_DIED, 70 + (unsigned)status);
        assert_int_equal(born.pid, died.pid);
        assert_true(WIFEXITED(died.status));
        assert_int_equal(WEXITSTATUS(died.status), status);
    }
    struct zygote_report r;
    assert_int_equal(zygote_read(z, &r), 0);
    zygote_stop(z, NULL);
}

static void descriptors_cross_and_the_zygote_keeps_none(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    char *setup = malloc(ZYGOTE_SETUP);
    char piece[4096];
    int pipes[ZYGOTE_FDS][2], ends[ZYGOTE_FDS];
    assert_non_null(setup);
    for (size_t i = 0; i < ZYGOTE_SETUP; i++)
        setup[i] = (char)(i * 7 % 253);
    for (int i = 0; i < ZYGOTE_FDS; i++) {
        assert_int_equal(pipe2(pipes[i], O_CLOEXEC), 0);
        fcntl(pipes[i][1], F_SETPIPE_SZ, 2 * ZYGOTE_SETUP);
        ends[i] = pipes[i][1];
    }
    assert_int_equal(zygote_spawn(z, ECHO, setup, ZYGOTE_SETUP, ends, ZYGOTE_FDS, 1), 0);
    for (int i = 0; i < ZYGOTE_FDS; i++)
        close(ends[i]);
    expect(z, ZYGOTE_SPAWNED, 1);
    for (int i = 0; i < ZYGOTE_FDS; i++) {
        ssize_t n;
        size_t total = 0;
        // Ends only when nobody holds the other end, while the zygote lives on.
        while ((n = read(pipes[i][0], piece, sizeof piece)) > 0) {
            assert_memory_equal(piece, setup + total, (size_t)n);
            total += (size_t)n;
        }
        assert_int_equal(total, ZYGOTE_SETUP);
        close(pipes[i][0]);
    }
    assert_int_equal(WEXITSTATUS(expect(z, ZYGOTE_DIED, 1).status), 0);
    assert_int_equal(zygote_spawn(z, ECHO, setup, ZYGOTE_SETUP + 1, NULL, 0, 2), -EMSGSIZE);
    assert_int_equal(zygote_spawn(z, ECHO, setup, 1, ends, ZYGOTE_FDS + 1, 2), -EINVAL);
    assert_int_equal(zygote_spawn(z, ECHO, setup, 1, ends, 1, 2), -EBADF);
    free(setup);
    zygote_stop(z, NULL);
}

static void a_worker_has_only_what_it_needs(void **state)
{
    (void)state;
    // Opened before the zygote is: it could leak into the workers.
    int leak = open("/dev/null", O_RDONLY);
    struct zygote *z = fresh();
    struct surroundings s;
    int channel[2];
    assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
    assert_int_equal(zygote_spawn(z, TELL, NULL, 0, &channel[1], 1, 5), 0);
    pid_t pid = expect(z, ZYGOTE_SPAWNED, 5).pid;
    assert_int_equal(read(channel[0], &s, sizeof s), sizeof s);
    assert_int_equal(s.pid, pid);
    assert_int_equal(s.parent, zygote_pid(z));
    assert_int_equal(s.descriptors, 4);
    assert_string_equal(s.name, "trawl-worker");
    assert_true(s.interrupt_ignored && s.hangup_ignored && s.quit_ignored);
    assert_true(s.term_default && !s.term_blocked && s.stdin_null);
    close(leak);
    close(channel[0]);
    close(channel[1]);
    zygote_stop(z, NULL);
}

static void a_killed_or_crashed_worker_is_reported_and_replaced(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 1), 0);
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 2), 0);
    pid_t first = expect(z, ZYGOTE_SPAWNED, 1).pid;
    pid_t second = expect(z, ZYGOTE_SPAWNED, 2).pid;
    assert_int_equal(zygote_kill(z, 1), 0);
    struct zygote_report r = expect(z, ZYGOTE_DIED, 1);
    assert_int_equal(r.pid, first);
    assert_int_equal(WTERMSIG(r.status), SIGKILL);
    assert_int_equal(kill(first, 0), -1);
    assert_int_equal(kill(second, 0), 0);
    assert_int_equal(zygote_kill(z, 1), 0); // dead already: nothing happens
    assert_int_equal(zygote_spawn(z, CRASH, NULL, 0, NULL, 0, 1), 0);
    expect(z, ZYGOTE_SPAWNED, 1);
    assert_int_equal(WTERMSIG(expect(z, ZYGOTE_DIED, 1).status), SIGSEGV);
    kill(second, SIGTERM);
    assert_int_equal(WTERMSIG(expect(z, ZYGOTE_DIED, 2).status), SIGTERM);
    zygote_stop(z, NULL);
}

static void two_hundred_rapid_deaths_are_all_told(void **state)
{
    (void)state;
    enum { DEATHS = 200 };
    struct zygote *z = fresh();
    static unsigned char born[DEATHS], died[DEATHS];
    struct zygote_report r;
    unsigned asked = 0, dead = 0;
    while (dead < DEATHS) {
        int status = (int)(asked % 7);
        if (asked < DEATHS &&
            zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, asked) == 0) {
            asked++;
            continue;
        }
        // All are asked for, or the socket is full: listen.
        assert_int_equal(next_report(z, &r), 1);
        assert_true(r.tag < DEATHS);
        if (r.event == ZYGOTE_SPAWNED) {
            assert_int_equal(born[r.tag]++, 0);
            continue;
        }
        assert_int_equal(r.event, ZYGOTE_DIED);
        assert_int_equal(born[r.tag], 1);
        assert_int_equal(died[r.tag]++, 0);
        assert_int_equal(WEXITSTATUS(r.status), r.tag % 7);
        dead++;
    }
    zygote_stop(z, NULL);
}

static void the_terminals_signals_and_sigterm_leave_the_zygote_alone(void **state)
{
    (void)state;
    static const int signals[] = { SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGTERM };
    struct zygote *z = fresh();
    int status = 0;
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 1), 0);
    pid_t pid = expect(z, ZYGOTE_SPAWNED, 1).pid;
    usleep(20000); // until the worker waits
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        kill(zygote_pid(z), signals[i]);
        if (signals[i] != SIGTERM)
            kill(pid, signals[i]);
    }
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, 2), 0);
    expect(z, ZYGOTE_SPAWNED, 2);
    expect(z, ZYGOTE_DIED, 2);
    assert_int_equal(kill(pid, 0), 0);
    zygote_stop(z, NULL);
    assert_int_equal(kill(pid, 0), -1);
}

static void cpu_time_is_accounted_down_the_tree(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    struct zygote_usage total;
    memset(&total, 0, sizeof total);
    int64_t used = 0;
    for (uint64_t tag = 0; tag < 2; tag++)
        assert_int_equal(zygote_spawn(z, BURN, NULL, 0, NULL, 0, tag), 0);
    for (unsigned dead = 0; dead < 2;) {
        struct zygote_report r;
        assert_int_equal(next_report(z, &r), 1);
        if (r.event != ZYGOTE_DIED)
            continue;
        assert_in_range(r.usage.user + r.usage.system, 99 * CLOCK_MS, 5 * CLOCK_S);
        assert_true(r.usage.max_resident > 100000);
        used += r.usage.user + r.usage.system;
        dead++;
    }
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 9), 0);
    zygote_stop(z, &total);
    assert_true(total.user + total.system >= used - 2 * CLOCK_MS);
}

static void stopping_kills_and_reaps_every_worker(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    pid_t pid[20];
    for (uint64_t i = 0; i < 20; i++)
        assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, i), 0);
    for (uint64_t i = 0; i < 20; i++)
        pid[i] = expect(z, ZYGOTE_SPAWNED, i).pid;
    zygote_stop(z, NULL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(kill(pid[i], 0), -1);
    zygote_stop(NULL, NULL);
}

static void a_stopped_zygote_does_not_hold_up_the_coordinator(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 1), 0);
    pid_t pid = expect(z, ZYGOTE_SPAWNED, 1).pid;
    kill(zygote_pid(z), SIGSTOP);
    int64_t start = clock_mono();
    zygote_stop(z, NULL);
    assert_in_range(clock_mono() - start, 0, patience(9 * CLOCK_S));
    assert_true(goes_away(pid));
}

static void workers_die_with_their_zygote_and_the_coordinator_learns_of_it(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    struct zygote_report r;
    pid_t pid[3];
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, i), 0);
    for (uint64_t i = 0; i < 3; i++)
        pid[i] = expect(z, ZYGOTE_SPAWNED, i).pid;
    kill(zygote_pid(z), SIGKILL);
    assert_int_equal(next_report(z, &r), -EPIPE);
    for (int i = 0; i < 3; i++)
        assert_true(goes_away(pid[i]));
    assert_int_equal(zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, 9), -EPIPE);
    assert_int_equal(zygote_kill(z, 1), -EPIPE);
    zygote_stop(z, NULL);
}

static void what_was_reported_before_the_zygotes_death_is_still_read(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    struct zygote_report r;
    int status = 3;
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, 1), 0);
    expect(z, ZYGOTE_SPAWNED, 1);
    struct pollfd p = { .fd = zygote_fd(z), .events = POLLIN };
    assert_int_equal(poll(&p, 1, 10000), 1); // the second report is there, and not read
    kill(zygote_pid(z), SIGSTOP);
    assert_true(becomes(zygote_pid(z), "T"));
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, 2), 0);
    kill(zygote_pid(z), SIGKILL); // with a request unread
    assert_true(goes_away(zygote_pid(z)));
    expect(z, ZYGOTE_DIED, 1);
    // A sanitizer's thread may hold the socket a little longer than the process seems to live.
    assert_int_equal(next_report(z, &r), -EPIPE);
    assert_int_equal(zygote_read(z, &r), -EPIPE);
    zygote_stop(z, NULL);
}

// A coordinator that spawns three workers, tells their pids and its zygote's, and waits to be
// killed. `leak`: something else it has forked holds its end of the zygote's socket open.
static void be_coordinator(int tell_fd, bool leak)
{
    struct zygote *z;
    pid_t told[5] = { 0 };
    struct zygote_report r;
    alarm((unsigned)patience(60));
    if (zygote_start(&z, worker) < 0)
        _exit(1);
    told[0] = zygote_pid(z);
    for (uint64_t i = 0; i < 3; i++) {
        if (zygote_spawn(z, WAIT_FOR_EVER, NULL, 0, NULL, 0, i) < 0 || next_report(z, &r) != 1)
            _exit(1);
        told[i + 1] = r.pid;
    }
    if (leak && (told[4] = fork()) == 0)
        for (;;)
            pause();
    if (write(tell_fd, told, sizeof told) != sizeof told)
        _exit(1);
    for (;;)
        pause();
}

static void a_killed_coordinator_leaves_nothing_behind(void **state)
{
    (void)state;
    for (int leak = 0; leak < 2; leak++) {
        int channel[2];
        pid_t told[5];
        assert_int_equal(pipe2(channel, O_CLOEXEC), 0);
        pid_t coordinator = fork();
        if (coordinator == 0)
            be_coordinator(channel[1], leak);
        close(channel[1]);
        assert_int_equal(read(channel[0], told, sizeof told), sizeof told);
        kill(coordinator, SIGKILL);
        assert_int_equal(waitpid(coordinator, NULL, 0), coordinator);
        for (int i = 0; i < 4; i++)
            assert_true(goes_away(told[i]));
        if (leak)
            kill(told[4], SIGKILL);
        close(channel[0]);
    }
}

static void a_worker_that_cannot_be_made_is_a_report(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    int status = 1, fds[3] = { 0, 1, 2 };
    struct rlimit few = { 6, 6 };
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, NULL, 0, 0), 0);
    expect(z, ZYGOTE_SPAWNED, 0); // it has settled
    expect(z, ZYGOTE_DIED, 0);
    assert_int_equal(prlimit(zygote_pid(z), RLIMIT_NOFILE, &few, NULL), 0);
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, fds, 3, 1), 0);
    assert_int_equal(expect(z, ZYGOTE_FAILED, 1).error, EMFILE);
    assert_int_equal(zygote_spawn(z, EXIT_WITH, &status, sizeof status, fds, 1, 2), 0);
    expect(z, ZYGOTE_SPAWNED, 2);
    expect(z, ZYGOTE_DIED, 2);
    zygote_stop(z, NULL);
}

static void requests_nobody_serves_are_bounded(void **state)
{
    (void)state;
    struct zygote *z = fresh();
    int error = 0;
    unsigned sent = 0;
    kill(zygote_pid(z), SIGSTOP);
    assert_true(becomes(zygote_pid(z), "T"));
    while (sent < 100000 && (error = zygote_kill(z, 1)) == 0)
        sent++;
    assert_int_equal(error, -EAGAIN);
    kill(zygote_pid(z), SIGCONT);
    zygote_stop(z, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_runs_with_its_setup_and_its_status_comes_back),
        cmocka_unit_test(descriptors_cross_and_the_zygote_keeps_none),
        cmocka_unit_test(a_worker_has_only_what_it_needs),
        cmocka_unit_test(a_killed_or_crashed_worker_is_reported_and_replaced),
        cmocka_unit_test(two_hundred_rapid_deaths_are_all_told),
        cmocka_unit_test(the_terminals_signals_and_sigterm_leave_the_zygote_alone),
        cmocka_unit_test(cpu_time_is_accounted_down_the_tree),
        cmocka_unit_test(stopping_kills_and_reaps_every_worker),
        cmocka_unit_test(a_stopped_zygote_does_not_hold_up_the_coordinator),
        cmocka_unit_test(workers_die_with_their_zygote_and_the_coordinator_learns_of_it),
        cmocka_unit_test(what_was_reported_before_the_zygotes_death_is_still_read),
        cmocka_unit_test(a_killed_coordinator_leaves_nothing_behind),
        cmocka_unit_test(a_worker_that_cannot_be_made_is_a_report),
        cmocka_unit_test(requests_nobody_serves_are_bounded),
    };
    alarm((unsigned)patience(300));
    return cmocka_run_group_tests(tests, NULL, NULL);
}

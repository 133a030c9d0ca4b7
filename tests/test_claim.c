// SPDX-License-Identifier: MIT
#include "check.h"
#include "fiber/annotate.h"
#include "ledger/claim.h"
#include "sys/clock.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char top[64], dir[96], lock[112], why[CLAIM_WHY];

static int make_dir(void **state)
{
    (void)state;
    strcpy(top, "/tmp/test-claim-XXXXXX");
    if (!mkdtemp(top))
        return -1;
    snprintf(dir, sizeof dir, "%s/a/b", top);
    snprintf(lock, sizeof lock, "%s/lock", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    char between[80];
    snprintf(between, sizeof between, "%s/a", top);
    unlink(lock);
    rmdir(dir);
    rmdir(between);
    return rmdir(top);
}

static void the_directory_is_made_and_only_its_owner_can_read_it(void **state)
{
    (void)state;
    struct stat st;
    int fd = claim_take(dir, 0, why);
    assert_true(fd >= 0);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(lock, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    claim_drop(fd);
    fd = claim_take(dir, 0, why);
    assert_true(fd >= 0);
    claim_drop(fd);
}

// A process that has it: an owner, or what one has left. Its end is that of the pipe.
struct holder {
    pid_t pid;
    int pipe[2];
};

static void hold(struct holder *h, bool owner_is_dead)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(h->pipe), 0);
    assert_int_equal(pipe(ready), 0);
    h->pid = fork();
    if (h->pid == 0) {
        int fd = claim_take(dir, 0, why);
        if (owner_is_dead && fork() > 0)
            _exit(fd < 0); // the child has the lock, too
        close(h->pipe[1]);
        if (write(ready[1], fd < 0 ? "0" : "1", 1) == 1 && read(h->pipe[0], &byte, 1) < 0)
            _exit(1);
        _exit(0);
    }
    close(h->pipe[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, '1');
    close(ready[0]);
    close(ready[1]);
    if (owner_is_dead)
        assert_int_equal(waitpid(h->pid, NULL, 0), h->pid);
}

static void let_go(struct holder *h, bool owner_is_dead)
{
    close(h->pipe[1]);
    if (!owner_is_dead)
        waitpid(h->pid, NULL, 0);
}

static void a_second_one_is_told_who_has_it(void **state)
{
    (void)state;
    struct holder h;
    char word[32];
    int64_t pid = 0, since = 0;
    hold(&h, false);
    assert_int_equal(claim_take(dir, 10 * CLOCK_S, why), -EBUSY);
    snprintf(word, sizeof word, "process %ld since 20", (long)h.pid);
    assert_non_null(strstr(why, word));
    if (!annotate_under_valgrind()) // whose name stands there then
        assert_non_null(strstr(why, "test_claim"));
    assert_true(claim_look(dir, &pid, &since));
    assert_int_equal(pid, h.pid);
    assert_true(since > 0 && since <= clock_wall());
    let_go(&h, false);
    assert_false(claim_look(dir, &pid, &since));
    int fd = claim_take(dir, 0, why);
    assert_true(fd >= 0);
    claim_drop(fd);
}

static void what_a_dead_owner_has_left_is_waited_for(void **state)
{
    (void)state;
    struct holder h;
    int64_t pid = 0, since = 0;
    hold(&h, true);
    assert_false(claim_look(dir, &pid, &since));
    assert_int_equal(claim_take(dir, 50 * CLOCK_MS, why), -EBUSY);
    assert_non_null(strstr(why, "earlier run"));
    pid_t waker = fork();
    if (waker == 0) {
        clock_sleep(clock_mono() + 100 * CLOCK_MS);
        close(h.pipe[1]);
        _exit(0);
    }
    let_go(&h, true);
    int fd = claim_take(dir, 20 * CLOCK_S, why);
    assert_true(fd >= 0);
    claim_drop(fd);
    waitpid(waker, NULL, 0);
}

static void where_nothing_can_be_kept_is_said(void **state)
{
    (void)state;
    assert_true(claim_take("/proc/nowhere", 0, why) < 0);
    assert_non_null(strstr(why, "/proc/nowhere"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_directory_is_made_and_only_its_owner_can_read_it),
        TEST(a_second_one_is_told_who_has_it),
        TEST(what_a_dead_owner_has_left_is_waited_for),
        cmocka_unit_test(where_nothing_can_be_kept_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

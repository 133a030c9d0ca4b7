// SPDX-License-Identifier: MIT
// Damage to a state's file: it is refused, or not met.
#include "data/buffer.h"
#include "state_fixture.h"
#include "store/state_frontier.h"
#include "store/state_held.h"
#include "store/state_hosts.h"
#include "store/state_pages.h"
#include "store/state_seen.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fill(void)
{
    struct state *s = begun(STATE_WRITE);
    char item[64];
    for (uint64_t n = 1; n <= 400; n++) {
        snprintf(item, sizeof item, "the item number %llu of this state", (unsigned long long)n);
        append(s, n % 7, 0, n, item);
        assert_int_equal(state_held_put(s, n, span_of(item)), 0);
        assert_int_equal(state_pages_put(s, n, n, span_of(item)), 0);
        assert_int_equal(state_hosts_put(s, n, span_of(item)), 0);
        assert_int_equal(state_seen_add(s, n, n), 1);
    }
    assert_int_equal(state_commit(s), 0);
    state_close(s);
}

static int ignore_row(void *arg, uint64_t number, struct span item)
{
    (void)arg, (void)number, (void)item;
    return 0;
}

static int ignore_page(void *arg, uint64_t host, uint64_t hash, struct span item)
{
    (void)arg, (void)host, (void)hash, (void)item;
    return 0;
}

static int ignore_item(void *arg, const struct state_place *at, struct span item)
{
    (void)arg, (void)at, (void)item;
    return 0;
}

// Reads everything. 0, or the error.
static int read_all(void)
{
    struct state *s;
    int r = state_open(&s, dir, STATE_READ, 0, why);
    if (r < 0)
        return r;
    r = state_begin(s);
    if (r == 0)
        r = state_frontier_each(s, ignore_item, NULL);
    if (r == 0)
        r = state_held_each(s, ignore_row, NULL);
    if (r == 0)
        r = state_hosts_each(s, ignore_row, NULL);
    if (r == 0)
        r = state_pages_each(s, ignore_page, NULL);
    state_close(s);
    return r;
}

static void patch(long at, const void *bytes, size_t n)
{
    int fd = open(file, O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, n, at), n);
    close(fd);
}

static void every_changed_byte_of_a_value_is_noticed(void **state)
{
    (void)state;
    fill();
    struct buffer b = { 0 };
    FILE *f = fopen(file, "r");
    for (int c; (c = fgetc(f)) != EOF;)
        buffer_add_byte(&b, (char)c);
    fclose(f);
    char *at = memmem(b.p, b.n, "number 123 of", 13);
    assert_non_null(at);
    patch(at - b.p, "X", 1);
    assert_int_equal(read_all(), -EUCLEAN);
    buffer_fini(&b);
}

// Reads everything in a process of its own, which has none of cmocka's signal handlers: this
// program with the directory as argument. Returns its status: 0, 1 when the guard ended it, 2 when
// it was refused; -1 when it was killed by a signal.
static int read_apart(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        alarm(60);
        execl("/proc/self/exe", "test_state_damage", dir, NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void damage_of_any_kind_is_refused_or_not_met(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252U;
    struct stat st;
    for (int round = 0; round < 60; round++) {
        remove_dir(NULL);
        fill();
        assert_int_equal(stat(file, &st), 0);
        for (int k = 0; k < 20; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            long at = 8192 + (long)(x % (uint64_t)(st.st_size - 8192 - 8));
            // Half of it where pages have their heads, which lead LMDB on.
            at = k % 2 ? at & ~4095L : at;
            patch(at, &x, 1 + x % 8);
        }
        int status = read_apart(); // damage may lie where nothing is in use any more
        assert_true(status >= 0 && status <= 2);
    }
}

static void a_file_that_was_cut_is_refused(void **state)
{
    (void)state;
    struct stat st;
    fill();
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(truncate(file, st.st_size / 2 & ~4095L), 0);
    int status = read_apart();
    assert_true(status == 1 || status == 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(int argc, char **argv)
{
    if (argc > 1) {
        snprintf(dir, sizeof dir, "%s", argv[1]);
        return read_all() < 0 ? 2 : 0;
    }
    const struct CMUnitTest tests[] = {
        TEST(every_changed_byte_of_a_value_is_noticed),
        TEST(damage_of_any_kind_is_refused_or_not_met),
        TEST(a_file_that_was_cut_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BIG = 3000000 };

static void *read_slowly(void *arg)
{
    int fd = *(int *)arg;
    static char piece[10000];
    size_t total = 0;
    long n;
    while ((n = files_read(fd, piece, sizeof piece)) > 0) {
        for (long i = 0; i < n; i++)
            assert_int_equal(piece[i], (char)((total + (size_t)i) % 251));
        total += (size_t)n;
    }
    assert_int_equal(n, 0);
    assert_int_equal(total, BIG);
    return NULL;
}

static void everything_is_written_even_where_write_would_block(void **state)
{
    (void)state;
    int pipe_fd[2];
    assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
    assert_int_equal(fcntl(pipe_fd[1], F_SETFL, O_NONBLOCK), 0);
    char *big = malloc(BIG);
    assert_non_null(big);
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i % 251);
    pthread_t reader;
    pthread_create(&reader, NULL, read_slowly, &pipe_fd[0]);
    assert_int_equal(files_write_all(pipe_fd[1], big, BIG), 0);
    close(pipe_fd[1]);
    pthread_join(reader, NULL);
    close(pipe_fd[0]);
    free(big);
}

static void what_the_system_refuses_is_a_negative_errno(void **state)
{
    (void)state;
    char c = 0;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(files_write_all(fd, &c, 1), -ENOSPC);
    assert_int_equal(files_read(fd, &c, 1), -EBADF);
    close(fd);
    assert_int_equal(files_create("/nonexistent/x"), -ENOENT);
    assert_int_equal(files_open_for_more("/nonexistent/x"), -ENOENT);
    assert_int_equal(files_sync_directory("/nonexistent/x"), -ENOENT);
}

static void a_created_file_is_empty_and_does_not_outlive_exec(void **state)
{
    (void)state;
    char path[] = "test-files-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(files_write_all(fd, "old", 3), 0);
    close(fd);
    fd = files_create(path);
    assert_true(fd >= 0);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_written_even_where_write_would_block),
        cmocka_unit_test(what_the_system_refuses_is_a_negative_errno),
        cmocka_unit_test(a_created_file_is_empty_and_does_not_outlive_exec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

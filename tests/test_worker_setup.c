// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/worker_setup.h"
#include <errno.h>
#include <stdlib.h>

static const struct visit_settings setup_example = { .fetch = { .user_agent = "trawl/1",
                                                                .insecure = true,
                                                                .min_speed = 100,
                                                                .min_speed_time = 7,
                                                                .buffer_size = 4096 },
                                                     .save_dir = "bodies" };

static void what_was_written_reads_back(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct visit_settings s;
    assert_int_equal(worker_setup_write(&b, &setup_example, 1000), 0);
    assert_int_equal(worker_setup_read(&s, b.p, b.n), 0);
    assert_string_equal(s.fetch.user_agent, "trawl/1");
    assert_string_equal(s.save_dir, "bodies");
    assert_null(s.fetch.ca_file);
    assert_true(s.fetch.insecure && !s.fetch.http2 && !s.fetch.compressed);
    assert_int_equal(s.fetch.min_speed, 100);
    assert_int_equal(s.fetch.min_speed_time, 7);
    assert_int_equal(s.fetch.buffer_size, 4096);
    buffer_fini(&b);
}

static void strings_too_long_for_a_worker_are_said(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    char *path = malloc(2000);
    assert_non_null(path);
    memset(path, 'x', 1999);
    path[1999] = '\0';
    struct visit_settings s = { .save_dir = path };
    assert_int_equal(worker_setup_write(&b, &s, 2000), -EMSGSIZE);
    assert_int_equal(worker_setup_write(&b, &s, 3000), 0);
    free(path);
    buffer_fini(&b);
}

static void damaged_bytes_are_refused_or_harmless(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    assert_int_equal(worker_setup_write(&b, &setup_example, 1000), 0);
    srand(4);
    for (int i = 0; i < 50000; i++) {
        struct visit_settings s;
        size_t n = rand() % 8 ? b.n : (size_t)rand() % b.n;
        char *exact = malloc(n ? n : 1);
        assert_non_null(exact);
        memcpy(exact, b.p, n);
        if (n)
            exact[(size_t)rand() % n] = (char)rand();
        if (worker_setup_read(&s, exact, n) == 0) {
            assert_true(!s.save_dir || strlen(s.save_dir) < n);
            assert_true(!s.fetch.user_agent || strlen(s.fetch.user_agent) < n);
            assert_true(!s.fetch.ca_file || strlen(s.fetch.ca_file) < n);
        }
        free(exact);
    }
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_reads_back),
        cmocka_unit_test(strings_too_long_for_a_worker_are_said),
        cmocka_unit_test(damaged_bytes_are_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "resolve/hosts.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static void assert_has(const struct hosts *h, const char *name, unsigned i, const char *address)
{
    char text[ADDRESS_TEXT_ROOM];
    const struct hosts_entry *e = hosts_find(h, span_of(name));
    assert_non_null(e);
    assert_true(i < e->count);
    address_text(&e->address[i], text);
    assert_string_equal(text, address);
}

static void add(struct hosts *h, const char *line)
{
    assert_int_equal(hosts_add_line(h, span_of(line)), 0);
}

static void every_name_of_a_line_has_its_address(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    add(&h, "192.0.2.1\talpha alpha.test  a # beta\n");
    assert_has(&h, "alpha", 0, "192.0.2.1");
    assert_has(&h, "alpha.test", 0, "192.0.2.1");
    assert_has(&h, "a", 0, "192.0.2.1");
    assert_null(hosts_find(&h, span_of("beta")));
    assert_null(hosts_find(&h, span_of("alph")));
    hosts_fini(&h);
}

static void a_name_on_several_lines_has_the_addresses_of_all(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    add(&h, "192.0.2.1 a");
    add(&h, "2001:db8::1 a b");
    add(&h, "192.0.2.1 a");
    assert_int_equal(hosts_find(&h, span_of("a"))->count, 2);
    assert_has(&h, "a", 0, "192.0.2.1");
    assert_has(&h, "a", 1, "2001:db8::1");
    hosts_fini(&h);
}

static void names_are_kept_in_lower_case_without_a_last_dot(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    add(&h, "192.0.2.1 Mixed.TEST.");
    assert_has(&h, "mixed.test", 0, "192.0.2.1");
    hosts_fini(&h);
}

static void lines_of_no_use_are_passed_over(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    static const char *const line[] = {
        "",           "\n",           "# 192.0.2.1 a", "192.0.2.1",  "192.0.2 a",
        "nonsense a", "fe80::1%lo a", "192.0.2.1 # a", "\xff\xfe a", "1.2.3.4.5 a",
        "   "
    };
    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        add(&h, line[i]);
    assert_int_equal(h.names.count, 0);
    assert_null(hosts_find(&h, span_of("a")));
    hosts_fini(&h);
}

static void a_file_is_read_and_a_missing_one_is_empty(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    char path[] = "/tmp/test_hosts.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char text[] = "127.0.0.1 localhost\r\n\n192.0.2.9 nine.test";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    assert_int_equal(hosts_load(&h, path), 0);
    unlink(path);
    assert_has(&h, "localhost", 0, "127.0.0.1");
    assert_has(&h, "nine.test", 0, "192.0.2.9");
    assert_int_equal(hosts_load(&h, path), 0);
    hosts_fini(&h);
}

static void a_file_that_we_may_not_open_is_not_taken_for_empty(void **state)
{
    (void)state;
    struct hosts h = { 0 };
    struct rlimit l;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    struct rlimit none = { .rlim_cur = 0, .rlim_max = l.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int err = hosts_load(&h, "/etc/hosts");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(err, -EMFILE);
    hosts_fini(&h);
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    for (unsigned nth = 1, again = 1; again; nth++) {
        struct hosts h = { 0 };
        faults_fail_allocation(nth);
        int err = hosts_add_line(&h, span_of("192.0.2.1 a b c"));
        again = !faults_pending();
        faults_fail_allocation(0);
        assert_true(err == 0 || err == -ENOMEM);
        hosts_fini(&h);
    }
}

static void names_that_are_never_asked_for_are_told(void **state)
{
    (void)state;
    assert_true(hosts_is_localhost(span_of("localhost")));
    assert_true(hosts_is_localhost(span_of("a.localhost")));
    assert_false(hosts_is_localhost(span_of("notlocalhost")));
    assert_false(hosts_is_localhost(span_of("localhost.test")));
    assert_true(hosts_is_nowhere(span_of("abc.onion")));
    assert_true(hosts_is_nowhere(span_of("a.invalid")));
    assert_false(hosts_is_nowhere(span_of("union")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_of_a_line_has_its_address),
        cmocka_unit_test(a_name_on_several_lines_has_the_addresses_of_all),
        cmocka_unit_test(names_are_kept_in_lower_case_without_a_last_dot),
        cmocka_unit_test(lines_of_no_use_are_passed_over),
        cmocka_unit_test(a_file_is_read_and_a_missing_one_is_empty),
        cmocka_unit_test(a_file_that_we_may_not_open_is_not_taken_for_empty),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
        cmocka_unit_test(names_that_are_never_asked_for_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

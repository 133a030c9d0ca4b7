// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/endpoint.h"
#include <errno.h>
#include <unistd.h>

static void assert_endpoint(const char *text, const char *expected)
{
    struct endpoint e;
    char shown[ENDPOINT_TEXT];
    assert_int_equal(endpoint_parse(&e, text), 0);
    assert_string_equal(endpoint_text(&e, shown), expected);
}

static void an_address_and_a_port_are_read_and_shown(void **state)
{
    (void)state;
    assert_endpoint("53", "127.0.0.1:53");
    assert_endpoint("0", "127.0.0.1:0");
    assert_endpoint("127.0.0.53:65535", "127.0.0.53:65535");
    assert_endpoint("[::1]:53", "[::1]:53");
    static const char *const none[] = { "",
                                        ":",
                                        "x",
                                        "65536",
                                        "-1",
                                        "1.2.3:5",
                                        "127.0.0.1:",
                                        "localhost:5",
                                        "[::1:5",
                                        "[127.0.0.1]:5",
                                        "5x",
                                        " 5",
                                        "1234567890123456789012345678901234567890123456789012:5" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct endpoint e = { .n = 77 };
        assert_int_equal(endpoint_parse(&e, none[i]), -EINVAL);
        assert_int_equal(e.n, 77);
    }
}

static void brackets_may_stand_around_ipv6_only(void **state)
{
    (void)state;
    struct endpoint e;
    assert_int_equal(endpoint_of(&e, "::1", 1), 0);
    assert_int_equal(endpoint_of(&e, "[::1]", 1), 0);
    assert_int_equal(endpoint_of(&e, "[]", 1), -EINVAL);
    assert_int_equal(endpoint_of(&e, "[127.0.0.1]", 1), -EINVAL);
}

static void loopback_and_any_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool loopback, any;
    } cases[] = {
        { "127.0.0.1", true, false },
        { "127.255.0.9", true, false },
        { "126.0.0.1", false, false },
        { "128.0.0.1", false, false },
        { "0.0.0.0", false, true },
        { "::1", true, false },
        { "::", false, true },
        { "::ffff:127.0.0.1", true, false },
        { "::ffff:10.0.0.1", false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint e;
        assert_int_equal(endpoint_of(&e, cases[i].address, 1), 0);
        assert_int_equal(endpoint_is_loopback(&e), cases[i].loopback);
        assert_int_equal(endpoint_is_any(&e), cases[i].any);
    }
}

static void opening_gives_the_port_and_a_second_time_an_error(void **state)
{
    (void)state;
    struct endpoint e, again;
    assert_int_equal(endpoint_of(&e, "127.0.0.1", 0), 0);
    int fd = endpoint_open(&e, SOCK_STREAM);
    assert_true(fd >= 0);
    assert_int_not_equal(endpoint_port(&e), 0);
    again = e;
    assert_int_equal(endpoint_open(&again, SOCK_STREAM), -EADDRINUSE);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_and_a_port_are_read_and_shown),
        cmocka_unit_test(brackets_may_stand_around_ipv6_only),
        cmocka_unit_test(loopback_and_any_are_known),
        cmocka_unit_test(opening_gives_the_port_and_a_second_time_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

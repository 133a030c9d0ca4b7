// SPDX-License-Identifier: MIT
// Whether this machine has a way to an address: here, and in a network namespace that has nothing.
#include "check.h"
#include "sys/route.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>

static bool to_four(const char *text)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
    assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
    return route_exists((struct sockaddr *)&a, sizeof a);
}

static bool to_six(const char *text)
{
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
    assert_int_equal(inet_pton(AF_INET6, text, &a.sin6_addr), 1);
    return route_exists((struct sockaddr *)&a, sizeof a);
}

static void there_is_a_way_to_this_machine(void **state)
{
    (void)state;
    assert_true(to_four("127.0.0.1"));
    assert_true(to_four("127.9.8.7"));
}

static void what_cannot_be_asked_counts_as_a_way(void **state)
{
    (void)state;
    struct sockaddr nobody = { .sa_family = AF_UNSPEC };
    assert_true(route_exists(&nobody, sizeof nobody));
}

// The last one: the process stays in that namespace.
static void there_is_none_where_every_device_is_down(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        skip();
    assert_false(to_four("198.51.100.1"));
    assert_false(to_four("127.0.0.1"));
    assert_false(to_six("2001:db8::1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_way_to_this_machine),
        cmocka_unit_test(what_cannot_be_asked_counts_as_a_way),
        cmocka_unit_test(there_is_none_where_every_device_is_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

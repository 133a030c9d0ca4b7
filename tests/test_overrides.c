// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "resolve/overrides.h"
#include <errno.h>

static char why[128];

static void add(struct overrides *o, const char *text)
{
    assert_int_equal(overrides_add(o, text, why, sizeof why), 0);
}

static void assert_entry(const struct overrides *o, const char *name, uint16_t port, unsigned count,
                         const char *first)
{
    char text[ADDRESS_TEXT_ROOM];
    const struct overrides_entry *e = overrides_find(o, span_of(name), port);
    assert_non_null(e);
    assert_int_equal(e->count, count);
    address_text(&e->address[0], text);
    assert_string_equal(text, first);
}

static void an_entry_holds_for_its_host_and_port_only(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    add(&o, "Example.TEST:443:192.0.2.1,192.0.2.2,[2001:db8::1],2001:db8::2");
    assert_entry(&o, "example.test", 443, 4, "192.0.2.1");
    assert_null(overrides_find(&o, span_of("example.test"), 80));
    assert_null(overrides_find(&o, span_of("www.example.test"), 443));
    overrides_fini(&o);
}

static void hosts_may_be_ipv6_addresses_and_have_a_last_dot(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    add(&o, "[2001:db8::5]:80:192.0.2.1");
    add(&o, "a.test.:80:::1");
    assert_entry(&o, "2001:db8::5", 80, 1, "192.0.2.1");
    assert_entry(&o, "a.test", 80, 1, "::1");
    overrides_fini(&o);
}

static void a_star_stands_for_hosts_without_an_entry(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    add(&o, "*:80:192.0.2.1");
    add(&o, "a.test:80:192.0.2.2");
    assert_entry(&o, "a.test", 80, 1, "192.0.2.2");
    assert_entry(&o, "b.test", 80, 1, "192.0.2.1");
    assert_null(overrides_find(&o, span_of("b.test"), 81));
    overrides_fini(&o);
}

static void a_later_entry_replaces_an_earlier_one_and_a_plus_changes_nothing(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    add(&o, "a.test:80:192.0.2.1,192.0.2.2");
    add(&o, "+a.test:80:192.0.2.3");
    assert_entry(&o, "a.test", 80, 1, "192.0.2.3");
    overrides_fini(&o);
}

static void what_cannot_be_read_is_refused_in_a_sentence(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    static const struct {
        const char *text, *why;
    } bad[] = {
        { "", "--resolve \"\": not HOST:PORT:ADDRESS[,ADDRESS]..." },
        { "a.test", "--resolve \"a.test\": not HOST:PORT:ADDRESS[,ADDRESS]..." },
        { "a.test:80", "--resolve \"a.test:80\": not HOST:PORT:ADDRESS[,ADDRESS]..." },
        { ":80:192.0.2.1", "--resolve \":80:192.0.2.1\": not HOST:PORT:ADDRESS[,ADDRESS]..." },
        { "[::1:80:1.2.3.4", "--resolve \"[::1:80:1.2.3.4\": not HOST:PORT:ADDRESS[,ADDRESS]..." },
        { "a.test:80:", "--resolve \"a.test:80:\": no address after HOST:PORT:" },
        { "a.test:x:1.2.3.4", "--resolve \"a.test:x:1.2.3.4\": \"x\" is not a port" },
        { "a.test:0:1.2.3.4", "--resolve \"a.test:0:1.2.3.4\": \"0\" is not a port" },
        { "a.test:65536:1.2.3.4", "--resolve \"a.test:65536:1.2.3.4\": \"65536\" is not a port" },
        { "a.test:80:b.test", "--resolve \"a.test:80:b.test\": \"b.test\" is not an IP address" },
        { "a.test:80:1.2.3.4,,", "--resolve \"a.test:80:1.2.3.4,,\": \"\" is not an IP address" },
        { "-a.test:80",
          "--resolve \"-a.test:80\": nothing is kept that could be removed; leave out "
          "the entry that added it" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(overrides_add(&o, bad[i].text, why, sizeof why), -EINVAL);
        assert_string_equal(why, bad[i].why);
    }
    assert_int_equal(o.entries.count, 0);
    overrides_fini(&o);
}

static void long_entries_are_bounded(void **state)
{
    (void)state;
    struct overrides o = { 0 };
    char text[2000];
    memset(text, 'x', 1000);
    strcpy(text + 300, ":80:192.0.2.1");
    assert_int_equal(overrides_add(&o, text, why, sizeof why), -EINVAL);
    strcpy(text, "a.test:80:1.2.3.4");
    for (int i = 0; i < 64; i++)
        strcat(text, ",1.2.3.4");
    assert_int_equal(overrides_add(&o, text, why, sizeof why), -EINVAL);
    assert_null(overrides_find(&o, (struct span){ text, 1000 }, 80));
    overrides_fini(&o);
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    for (unsigned nth = 1, again = 1; again; nth++) {
        struct overrides o = { 0 };
        faults_fail_allocation(nth);
        int err = overrides_add(&o, "a.test:80:192.0.2.1", why, sizeof why);
        again = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(err, again ? -ENOMEM : 0);
        overrides_fini(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_holds_for_its_host_and_port_only),
        cmocka_unit_test(hosts_may_be_ipv6_addresses_and_have_a_last_dot),
        cmocka_unit_test(a_star_stands_for_hosts_without_an_entry),
        cmocka_unit_test(a_later_entry_replaces_an_earlier_one_and_a_plus_changes_nothing),
        cmocka_unit_test(what_cannot_be_read_is_refused_in_a_sentence),
        cmocka_unit_test(long_entries_are_bounded),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

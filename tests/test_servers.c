// SPDX-License-Identifier: MIT
#include "check.h"
#include "fiber/annotate.h"
#include "resolve/servers.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct servers s;
static char why[128];

static void parse(const char *list)
{
    assert_int_equal(servers_parse(&s, list, why, sizeof why), 0);
}

static void assert_refused(const char *list, const char *sentence)
{
    assert_int_equal(servers_parse(&s, list, why, sizeof why), -EINVAL);
    assert_string_equal(why, sentence);
}

static void a_list_names_addresses_with_and_without_ports(void **state)
{
    (void)state;
    parse("192.0.2.1, 192.0.2.2:5353 ,2001:db8::1,[2001:db8::2],[2001:db8::3]:54");
    assert_int_equal(s.count, 5);
    assert_string_equal(s.server[0].name, "192.0.2.1");
    assert_string_equal(s.server[1].name, "192.0.2.2:5353");
    assert_string_equal(s.server[2].name, "2001:db8::1");
    assert_string_equal(s.server[3].name, "2001:db8::2");
    assert_string_equal(s.server[4].name, "[2001:db8::3]:54");
    assert_int_equal(s.server[0].port, 53);
    const struct sockaddr_in6 *at = (const struct sockaddr_in6 *)&s.server[4].at;
    assert_int_equal(at->sin6_family, AF_INET6);
    assert_int_equal(ntohs(at->sin6_port), 54);
    assert_int_equal(s.searches, 0);
}

static void a_link_local_server_has_a_scope(void **state)
{
    (void)state;
    parse("fe80::1%lo,[fe80::2%3]:54");
    assert_true(((const struct sockaddr_in6 *)&s.server[0].at)->sin6_scope_id > 0);
    assert_int_equal(((const struct sockaddr_in6 *)&s.server[1].at)->sin6_scope_id, 3);
    assert_string_equal(s.server[0].name, "fe80::1%lo");
    assert_string_equal(s.server[1].name, "[fe80::2%3]:54");
}

static void what_cannot_be_read_is_refused_in_a_sentence(void **state)
{
    (void)state;
    assert_refused("", "--dns-servers: no server given");
    assert_refused(" , ", "--dns-servers: no server given");
    assert_refused("dns.test", "--dns-servers: \"dns.test\" is not ADDRESS[:PORT]");
    assert_refused("192.0.2.1,192.0.2.2:", "--dns-servers: \"192.0.2.2:\" is not ADDRESS[:PORT]");
    assert_refused("192.0.2.2:0", "--dns-servers: \"192.0.2.2:0\" is not ADDRESS[:PORT]");
    assert_refused("192.0.2.2:65536", "--dns-servers: \"192.0.2.2:65536\" is not ADDRESS[:PORT]");
    assert_refused("[::1", "--dns-servers: \"[::1\" is not ADDRESS[:PORT]");
    assert_refused("[::1]53", "--dns-servers: \"[::1]53\" is not ADDRESS[:PORT]");
    assert_refused("fe80::1%nosuchif", "--dns-servers: \"fe80::1%nosuchif\" is not ADDRESS[:PORT]");
    assert_refused("192.0.2.1%lo", "--dns-servers: \"192.0.2.1%lo\" is not ADDRESS[:PORT]");
    char many[400] = "";
    for (int i = 0; i < 17; i++)
        strcat(many, "192.0.2.1,");
    assert_refused(many, "--dns-servers: more than 16 servers");
}

static void lines_of_resolv_conf_are_understood(void **state)
{
    (void)state;
    static const char *const line[] = { "# nameserver 192.0.2.99\n",
                                        "; nameserver 192.0.2.99\n",
                                        "nameserver 192.0.2.1\n",
                                        "nameserver\t2001:db8::1   # comment\r\n",
                                        "nameserver nonsense\n",
                                        "nameserver\n",
                                        "nameserver [192.0.2.2]:5353\n",
                                        "sortlist 192.0.2.0\n",
                                        "domain ignored.test\n",
                                        "search .Corp.TEST. a..b lab.test\n",
                                        "options rotate ndots:2 ndots:x use-vc timeout:1" };
    s = (struct servers){ .ndots = 1 };
    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        servers_add_line(&s, span_of(line[i]));
    assert_int_equal(s.count, 3);
    assert_string_equal(s.server[0].name, "192.0.2.1");
    assert_string_equal(s.server[1].name, "2001:db8::1");
    assert_string_equal(s.server[2].name, "192.0.2.2:5353");
    assert_int_equal(s.searches, 2);
    assert_string_equal(s.search[0], "corp.test");
    assert_string_equal(s.search[1], "lab.test");
    assert_int_equal(s.ndots, 2);
    assert_true(s.tcp);
}

static void long_lists_are_bounded(void **state)
{
    (void)state;
    char line[4000] = "search";
    s = (struct servers){ .ndots = 1 };
    for (int i = 0; i < 100; i++) {
        sprintf(line + strlen(line), " d%d.test", i);
        servers_add_line(&s, span_of("nameserver 192.0.2.1"));
    }
    servers_add_line(&s, span_of(line));
    servers_add_line(&s, span_of("options ndots:99999999999999999999"));
    assert_int_equal(s.searches, SERVERS_SEARCH);
    assert_int_equal(s.count, SERVERS_MOST);
    assert_int_equal(s.ndots, SERVERS_NDOTS_MOST);
}

static void without_a_nameserver_it_is_this_machine(void **state)
{
    (void)state;
    servers_load(&s, "/nonexistent/resolv.conf");
    assert_int_equal(s.count, 1);
    assert_string_equal(s.server[0].name, "127.0.0.1");
    assert_int_equal(s.ndots, 1);

    char path[] = "/tmp/test_servers.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "search a.test\nnameserver 192.0.2.7", 34), 34);
    close(fd);
    servers_load(&s, path);
    unlink(path);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.server[0].name, "192.0.2.7");
    assert_string_equal(s.search[0], "a.test");
}

static void what_we_may_not_open_is_not_taken_for_empty(void **state)
{
    (void)state;
    struct rlimit l;
    if (annotate_under_valgrind())
        skip(); // it has descriptors of its own, and heeds no limit below them
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    struct rlimit none = { .rlim_cur = 0, .rlim_max = l.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int err = servers_load(&s, "/nonexistent/resolv.conf"); // nor whether it is there
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(err, -EMFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_names_addresses_with_and_without_ports),
        cmocka_unit_test(a_link_local_server_has_a_scope),
        cmocka_unit_test(what_cannot_be_read_is_refused_in_a_sentence),
        cmocka_unit_test(lines_of_resolv_conf_are_understood),
        cmocka_unit_test(long_lists_are_bounded),
        cmocka_unit_test(without_a_nameserver_it_is_this_machine),
        cmocka_unit_test(what_we_may_not_open_is_not_taken_for_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

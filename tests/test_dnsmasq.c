// SPDX-License-Identifier: MIT
#include "check.h"
#include "dns_responder.h"
#include "in_loop.h"
#include "resolve/resolver.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The resolver against a server that people run: dnsmasq, started here on a free port of 127.0.0.1.
// Without it the test is skipped.
enum { SKIPPED = 77, NAMES = 600, BIG = 100 };

static char server[32];
static unsigned port;
static struct resolver *resolver;
static struct resolve_answer a;

static unsigned free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
    do {
        at.sin_port = 0;
        close(udp);
        udp = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(udp, (struct sockaddr *)&at, n) < 0 ||
            getsockname(udp, (struct sockaddr *)&at, &n) < 0)
            abort();
    } while (bind(tcp, (struct sockaddr *)&at, n) < 0);
    close(udp);
    close(tcp);
    return ntohs(at.sin_port);
}

// Whether a UDP port of 127.0.0.1 is taken.
static bool taken(unsigned at_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)at_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool is = bind(fd, (struct sockaddr *)&at, sizeof at) < 0;
    close(fd);
    return is;
}

// Starts a dnsmasq with further options on `at_port`, and waits until it listens.
static pid_t start_dnsmasq_at(unsigned at_port, char *const *options)
{
    char port_option[32];
    char *argv[200] = { "dnsmasq",
                        "--keep-in-foreground",
                        "--conf-file=/dev/null",
                        "--no-resolv",
                        "--no-hosts",
                        "--listen-address=127.0.0.1",
                        "--pid-file=",
                        "--bind-interfaces",
                        "--cache-size=0",
                        "--local-ttl=300",
                        port_option };
    int n = 11;
    port = at_port;
    snprintf(server, sizeof server, "127.0.0.1:%u", port);
    snprintf(port_option, sizeof port_option, "--port=%u", port);
    if (geteuid() == 0)
        argv[n++] = "--user=root";
    while (*options && n < 199)
        argv[n++] = *options++;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp("dnsmasq", argv);
        _exit(127);
    }
    for (int i = 0; i < 500 && !taken(port); i++)
        usleep(10000);
    return waitpid(pid, NULL, WNOHANG) == 0 ? pid : -1;
}

static pid_t start_dnsmasq(char *const *options)
{
    pid_t pid = -1;
    for (int i = 0; i < 10 && pid < 0; i++) // somebody else may be quicker to take the port
        pid = start_dnsmasq_at(free_port(), options);
    assert_true(pid > 0);
    return pid;
}

static void stop_dnsmasq(pid_t pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static void open_resolver(void)
{
    char why[128];
    struct resolver_options options = { .servers = server };
    assert_int_equal(resolver_new(&resolver, loop_current(), &options, why, sizeof why), 0);
}

static void look_up(const char *name)
{
    assert_int_equal(resolver_lookup(resolver, span_of(name), 80, &a, in_ms(20000)), 0);
}

// As many addresses as `count`: what the slower family has joins those of the other when it is
// there.
static void look_up_all(const char *name, unsigned count)
{
    look_up(name);
    for (int i = 0; i < 1000 && a.count < count; i++) {
        sleep_until(in_ms(10));
        look_up(name);
    }
    assert_int_equal(a.count, count);
}

static void assert_address(unsigned i, const char *text)
{
    char got[ADDRESS_TEXT_ROOM];
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_true(i < a.count);
    address_text(&a.address[i], got);
    assert_string_equal(got, text);
}

IN_LOOP(addresses_chains_and_absence_come_as_configured)
{
    char *const options[] = { "--host-record=both.test,192.0.2.5,2001:db8::5",
                              "--cname=alias.test,both.test",
                              "--cname=alias2.test,alias.test",
                              "--address=/wild.test/192.0.2.6",
                              "--local=/test/",
                              NULL };
    pid_t pid = start_dnsmasq(options);
    open_resolver();
    look_up_all("both.test", 2);
    assert_address(0, "2001:db8::5");
    assert_address(1, "192.0.2.5");
    assert_string_equal(a.server, server);
    int64_t left = a.expires - loop_now(loop_current());
    assert_true(left > 290 * CLOCK_S && left <= 300 * CLOCK_S);
    look_up_all("alias2.test", 2);
    look_up("any.wild.test");
    assert_int_equal(a.count, 1);
    assert_address(0, "192.0.2.6");
    look_up("gone.test");
    assert_int_equal(a.status, RESOLVE_NOTFOUND);
    resolver_free(resolver);
    stop_dnsmasq(pid);
    return 0;
}

IN_LOOP(a_long_answer_comes_over_tcp)
{
    static char record[BIG][64];
    char *options[BIG + 1];
    for (int i = 0; i < BIG; i++) {
        snprintf(record[i], sizeof record[i], "--host-record=big.test,192.0.2.%d", i + 1);
        options[i] = record[i];
    }
    options[BIG] = NULL;
    pid_t pid = start_dnsmasq(options);
    open_resolver();
    look_up("big.test");
    assert_int_equal(a.status, RESOLVE_FOUND);
    assert_int_equal(a.count, RESOLVE_ADDRESSES);
    resolver_free(resolver);
    stop_dnsmasq(pid);
    return 0;
}

IN_LOOP(a_server_that_was_away_is_asked_again_when_it_is_back)
{
    char *const options[] = { "--address=/test/192.0.2.7", NULL };
    pid_t pid = start_dnsmasq(options);
    open_resolver();
    look_up("a.test");
    assert_address(0, "192.0.2.7");
    stop_dnsmasq(pid);
    look_up("b.test");
    assert_int_equal(a.status, RESOLVE_FAILED);
    char *const changed[] = { "--address=/test/192.0.2.8", NULL };
    pid = start_dnsmasq_at(port, changed);
    sleep_until(in_ms(1000)); // for so long a failure is known
    look_up("b.test");
    assert_address(0, "192.0.2.8");
    resolver_free(resolver);
    stop_dnsmasq(pid);
    return 0;
}

static unsigned found;

static int look_up_one(void *arg)
{
    struct resolve_answer mine;
    char name[32];
    snprintf(name, sizeof name, "ok%u.test", (unsigned)(uintptr_t)arg);
    int err = resolver_lookup(resolver, span_of(name), 80, &mine, in_ms(20000));
    if (err == 0 && mine.status == RESOLVE_FOUND)
        found++;
    else
        print_message("%s: %s\n", name, err ? strerror(-err) : mine.why);
    return 0;
}

// A dnsmasq that forwards refuses what goes beyond 150 questions at once. Nothing is lost by that.
IN_LOOP(a_forwarder_that_is_overrun_gives_every_answer_in_the_end)
{
    struct dns_responder upstream;
    struct nursery n;
    char option[64];
    dns_responder_start(&upstream);
    upstream.slow = 1;
    snprintf(option, sizeof option, "--server=127.0.0.1#%u", upstream.port);
    char *const options[] = { option, NULL };
    pid_t pid = start_dnsmasq(options);
    open_resolver();
    found = 0;
    nursery_init(&n, "test");
    for (unsigned i = 0; i < NAMES; i++)
        nursery_spawn(&n, "lookup", look_up_one, (void *)(uintptr_t)i);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(found, NAMES);
    struct resolver_stats s;
    resolver_stats(resolver, &s);
    print_message("%u names, %u questions\n", NAMES, (unsigned)s.queries);
    resolver_free(resolver);
    stop_dnsmasq(pid);
    dns_responder_stop(&upstream);
    return 0;
}

int main(void)
{
    if (system("command -v dnsmasq >/dev/null 2>&1 || test -x /usr/sbin/dnsmasq") != 0)
        return SKIPPED;
    setenv("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_chains_and_absence_come_as_configured),
        cmocka_unit_test(a_long_answer_comes_over_tcp),
        cmocka_unit_test(a_server_that_was_away_is_asked_again_when_it_is_back),
        cmocka_unit_test(a_forwarder_that_is_overrun_gives_every_answer_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// What a name costs: many names that nothing is known of, A and AAAA each, from a dnsmasq on
// loopback that this program starts (and that runs beside it: give them a CPU each). Prints
// microseconds of CPU a name, of this process alone, and how much of it is the kernel's.
//
// usage: resolve [NAMES] [FIBERS]
#include "resolve/resolver.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sys/clock.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    struct resolver *resolver;
    unsigned names, fibers, next, found;
    char server[32];
} bench;

static int one_fiber(void *arg)
{
    (void)arg;
    struct resolve_answer a;
    char name[32];
    while (bench.next < bench.names) {
        int n = snprintf(name, sizeof name, "h%u.bench.test", bench.next++);
        int err =
            resolver_lookup(bench.resolver, (struct span){ name, (size_t)n }, 80, &a, CLOCK_NEVER);
        if (err < 0)
            return err;
        bench.found += a.status == RESOLVE_FOUND;
    }
    return 0;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void report(const struct rusage *before, const struct rusage *after, int64_t wall)
{
    double user = seconds(after->ru_utime) - seconds(before->ru_utime);
    double system = seconds(after->ru_stime) - seconds(before->ru_stime);
    struct resolver_stats stats;
    resolver_stats(bench.resolver, &stats);
    printf("%u of %u names found, %u fibers: %.1f us CPU a name (%.1f user, %.1f system), "
           "%.0f names/s, %llu queries, %zu bytes cached a name\n",
           bench.found, bench.names, bench.fibers, (user + system) * 1e6 / bench.names,
           user * 1e6 / bench.names, system * 1e6 / bench.names,
           (double)bench.names / ((double)wall / 1e9), (unsigned long long)stats.queries,
           stats.cache_bytes / bench.names);
}

static int run(void *arg)
{
    struct rusage before, after;
    char why[128];
    struct nursery n;
    struct resolver_options options = { .servers = bench.server };
    int err = resolver_new(&bench.resolver, arg, &options, why, sizeof why);
    if (err < 0) {
        fprintf(stderr, "resolver_new: %s\n", why);
        return err;
    }
    getrusage(RUSAGE_SELF, &before);
    int64_t begun = clock_mono();
    nursery_init(&n, "lookups");
    for (unsigned i = 0; i < bench.fibers; i++)
        nursery_spawn(&n, "lookup", one_fiber, NULL);
    err = nursery_close(&n);
    getrusage(RUSAGE_SELF, &after);
    report(&before, &after, clock_mono() - begun);
    resolver_free(bench.resolver);
    return err;
}

// A UDP and TCP port that was free a moment ago.
static unsigned free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int tcp = socket(AF_INET, SOCK_STREAM, 0), udp;
    do {
        udp = socket(AF_INET, SOCK_DGRAM, 0);
        a.sin_port = 0;
        bind(udp, (struct sockaddr *)&a, n);
        getsockname(udp, (struct sockaddr *)&a, &n);
        close(udp);
    } while (bind(tcp, (struct sockaddr *)&a, n) < 0);
    close(tcp);
    return ntohs(a.sin_port);
}

static pid_t start_dnsmasq(unsigned port)
{
    char option[32];
    snprintf(option, sizeof option, "--port=%u", port);
    pid_t pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execlp("dnsmasq", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
           "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces", "--cache-size=0",
           "--local-ttl=300", "--address=/bench.test/127.0.0.1", "--pid-file=", "--user=root",
           option, (char *)NULL);
    perror("dnsmasq");
    _exit(1);
}

int main(int argc, char **argv)
{
    struct loop *l;
    bench.names = argc > 1 ? (unsigned)atoi(argv[1]) : 20000;
    bench.fibers = argc > 2 ? (unsigned)atoi(argv[2]) : 256;
    const char *given = getenv("DNS_SERVER");
    pid_t pid = 0;
    if (given) {
        snprintf(bench.server, sizeof bench.server, "%s", given);
    } else {
        unsigned port = free_port();
        pid = start_dnsmasq(port);
        snprintf(bench.server, sizeof bench.server, "127.0.0.1:%u", port);
        usleep(200000);
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return 1;
    }
    int err = loop_new(&l, NULL);
    if (err == 0)
        err = loop_run(l, run, l);
    loop_free(l);
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    return err < 0;
}

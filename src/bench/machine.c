// SPDX-License-Identifier: MIT
#include "config.h"

#include "bench/machine.h"
#include "proc/cgroup.h"
#include "proc/peek.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MACHINE_TEXT = 16384 };

#if defined(__has_feature)
#define MACHINE_FEATURE(f) __has_feature(f)
#else
#define MACHINE_FEATURE(f) 0
#endif

// What makes every figure one of the tools, not of the program.
#if defined(__SANITIZE_ADDRESS__) || MACHINE_FEATURE(address_sanitizer)
static const char build[] = "AddressSanitizer";
#elif defined(__SANITIZE_THREAD__) || MACHINE_FEATURE(thread_sanitizer)
static const char build[] = "ThreadSanitizer";
#elif !defined(__OPTIMIZE__)
static const char build[] = "no optimization";
#else
static const char build[] = "";
#endif

static void read_cpu(struct bench_machine *m)
{
    char text[MACHINE_TEXT];
    peek_file(text, sizeof text, "/proc/cpuinfo");
    peek_word(m->cpu, sizeof m->cpu, text, "model name");
    if (!m->cpu[0])
        peek_word(m->cpu, sizeof m->cpu, text, "CPU implementer");
    m->is_virtual = strstr(text, " hypervisor") != NULL;
    peek_file(m->governor, sizeof m->governor,
              "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    m->governor[strcspn(m->governor, "\n")] = '\0';
    double limit = cgroup_cpus();
    if (limit > 0)
        snprintf(m->cpu_limit, sizeof m->cpu_limit, "%.3g CPUs", limit);
}

void machine_read(struct bench_machine *out)
{
    struct bench_machine m = { 0 };
    struct utsname name;
    struct sysinfo info;
    char load[64];
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (uname(&name) == 0) {
        snprintf(m.host, sizeof m.host, "%.63s", name.nodename);
        snprintf(m.system, sizeof m.system, "%.20s %.50s %.20s", name.sysname, name.release,
                 name.machine);
    }
    if (sysinfo(&info) == 0)
        m.memory = (uint64_t)info.totalram * info.mem_unit;
    m.cpus = cpus > 0 ? (unsigned)cpus : 1;
    if (peek_file(load, sizeof load, "/proc/loadavg") > 0)
        m.load = strtod(load, NULL);
    read_cpu(&m);
    snprintf(m.build, sizeof m.build, "%s", build);
    snprintf(m.version, sizeof m.version, "%s %s, libcurl %s", PACKAGE_NAME, PACKAGE_VERSION,
             curl_version_info(CURLVERSION_NOW)->version);
    *out = m;
}

void machine_place(struct bench_machine *m, const cpu_set_t *crawler, const cpu_set_t *origin,
                   bool pinned)
{
    cpu_set_t both;
    machine_show_cpus(m->crawler, sizeof m->crawler, crawler);
    m->pinned = pinned;
    if (!origin)
        return;
    machine_show_cpus(m->origin, sizeof m->origin, origin);
    CPU_AND(&both, crawler, origin);
    m->shared = CPU_COUNT(&both) > 0;
}

int machine_complain(struct bench_texts *to, const struct bench_machine *m)
{
    int r = 0;
    if (m->build[0])
        r |= result_say(to, "This is a build with %s: its figures say nothing about another.",
                        m->build);
    if (m->load > 0.25 * m->cpus)
        r |= result_say(to,
                        "The machine was not idle: its load was %.2f before the start, on %u CPUs.",
                        m->load, m->cpus);
    if (m->governor[0] && strcmp(m->governor, "performance") != 0)
        r |= result_say(to,
                        "The CPU's frequency is governed by \"%s\": it changes with the load, and "
                        "figures with it. \"performance\" keeps it.",
                        m->governor);
    if (m->cpu_limit[0])
        r |= result_say(to,
                        "A limit of the control group allows %s; who passes it stands still for "
                        "the rest of a tenth of a second.",
                        m->cpu_limit);
    if (m->shared)
        r |= result_say(to,
                        "The origin may run on the same CPUs as the crawl (%s and %s), and takes "
                        "time from it. --cpus and --origin-cpus keep them apart.",
                        m->origin, m->crawler);
    return r ? -ENOMEM : 0;
}

// ---- Lists of CPUs

static bool read_number(const char **at, unsigned *out)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    unsigned long n = strtoul(*at, &end, 10);
    *at = end;
    *out = n < CPU_SETSIZE ? (unsigned)n : CPU_SETSIZE;
    return true;
}

int machine_read_cpus(cpu_set_t *out, const char *text, const char **why)
{
    cpu_set_t set, allowed;
    CPU_ZERO(&set);
    do {
        unsigned from, to;
        if (!read_number(&text, &from))
            goto no_list;
        to = from;
        if (*text == '-' && (text++, !read_number(&text, &to)))
            goto no_list;
        for (; from <= to && from < CPU_SETSIZE; from++)
            CPU_SET(from, &set);
        if (to >= CPU_SETSIZE)
            goto no_cpu;
    } while (*text == ',' && text++);
    if (*text || CPU_COUNT(&set) == 0)
        goto no_list;
    cpu_set_t both;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        return -errno;
    CPU_AND(&both, &set, &allowed);
    if (!CPU_EQUAL(&both, &set))
        goto no_cpu;
    *out = set;
    return 0;
no_list:
    *why = "is no list of CPUs: write 0-3 or 0,2";
    return -EINVAL;
no_cpu:
    *why = "names a CPU that this process may not run on: taskset -p $$ shows those that it may";
    return -EINVAL;
}

const char *machine_show_cpus(char *out, size_t room, const cpu_set_t *set)
{
    size_t at = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < CPU_SETSIZE && at < room; i++) {
        unsigned last = i;
        if (!CPU_ISSET(i, set))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
            last++;
        int n = last > i ? snprintf(out + at, room - at, "%s%u-%u", at ? "," : "", i, last)
                         : snprintf(out + at, room - at, "%s%u", at ? "," : "", i);
        at += n > 0 ? (size_t)n : 0;
        i = last;
    }
    return out;
}

double machine_capacity(const cpu_set_t *set)
{
    double cpus = CPU_COUNT(set), limit = cgroup_cpus();
    return limit > 0 && limit < cpus ? limit : cpus;
}

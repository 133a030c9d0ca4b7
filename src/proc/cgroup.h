// SPDX-License-Identifier: MIT
#ifndef PROC_CGROUP_H
#define PROC_CGROUP_H
#include <stdint.h>

// The limit on CPU that a container or a service lives under: a group of processes (cgroups(7))
// that may use so much CPU in each tenth of a second, and then stands still.

// CPUs that we and whoever shares the limit may keep busy; 0: no limit that could be seen. Looks at
// our group and those around it, version 2 and 1.
double cgroup_cpus(void);

// ns in which somebody of a group around us that has a limit was made to stand still.
int64_t cgroup_throttled(void);

// From texts, for these two and their test: CPUs of a cpu.max ("150000 100000", "max 100000"; 0: no
// limit), and the throttled time of a cpu.stat of either version.
double cgroup_parse_max(const char *text);
int64_t cgroup_parse_stat(const char *text);
#endif

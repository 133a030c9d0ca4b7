// SPDX-License-Identifier: MIT
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H
#include "bench/result.h"
#include <sched.h>

// Where figures come from, and what about it could spoil them.

// Fills in what the machine says of itself; what it does not say stays empty.
void machine_read(struct bench_machine *out);

// Says which CPUs crawl and origin may run on; `origin` NULL: it is somewhere else.
void machine_place(struct bench_machine *m, const cpu_set_t *crawler, const cpu_set_t *origin,
                   bool pinned);

// Adds a sentence to `to` for each of those that are no good for measuring: load, governor, a limit
// of the cgroup, a build for debugging, CPUs shared with the origin. Errors: -ENOMEM.
int machine_complain(struct bench_texts *to, const struct bench_machine *m);

// CPUs as people write them: "0-3,8". Reading: -EINVAL with half a sentence in `why` (a literal)
// when it is no list, or names a CPU that this process may not run on.
int machine_read_cpus(cpu_set_t *out, const char *text, const char **why);
const char *machine_show_cpus(char *out, size_t room, const cpu_set_t *set);

// CPUs that may be kept busy by those that run on `set`, as far as a limit of the cgroup goes.
double machine_capacity(const cpu_set_t *set);
#endif

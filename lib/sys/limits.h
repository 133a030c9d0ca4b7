// SPDX-License-Identifier: MIT
#ifndef SYS_LIMITS_H
#define SYS_LIMITS_H
#include <stdbool.h>
#include <stddef.h>

// Raises the soft limit of open descriptors to the hard one. Returns the limit then in force.
size_t limits_raise_descriptors(void);

// Whether the process could have one more descriptor now, beside the spare ones (sys/spare.h).
bool limits_has_descriptor(void);

// vm.max_map_count, 65530 when it cannot be read.
size_t limits_max_maps(void);

// CPUs this process may run on (sched_getaffinity), at least 1.
unsigned limits_cpus(void);
#endif

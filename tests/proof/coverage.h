// SPDX-License-Identifier: MIT
#ifndef PROOF_COVERAGE_H
#define PROOF_COVERAGE_H
#ifndef __ASSEMBLER__
// Included before everything else in a build with --enable-coverage: gcov writes its counters down
// at exit(3), and a process that ends by _exit(2), as a forked worker does, would lose them.
#include <unistd.h>

void __gcov_dump(void);

static inline __attribute__((noreturn, unused)) void coverage_exit(int status)
{
    __gcov_dump();
    _exit(status);
}
#define _exit(status) coverage_exit(status)
#endif
#endif

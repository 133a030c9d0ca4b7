// SPDX-License-Identifier: MIT
#ifndef VISIT_WORK_H
#define VISIT_WORK_H
#include <stdint.h>

// Work for a CPU and nothing else, for measurements: what a worker that parsed, ranked or packed
// each body would do. A round mixes a block of 1 KB, in integers, in registers and the first cache;
// it takes no lock, no memory and no system call, so that what is measured is who may use a CPU.
enum { WORK_ROUNDS_MOST = 1 << 30 };

// Does `rounds` of it, a fraction of a microsecond each, in the calling thread, which it keeps.
void work_do(uint32_t rounds);
#endif

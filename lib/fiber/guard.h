// SPDX-License-Identifier: MIT
#ifndef FIBER_GUARD_H
#define FIBER_GUARD_H
#include "fiber/stack.h"

// Making the last page of a stack inaccessible, as well as this kernel lets.

// What STACK_GUARD_BEST means here, decided once a process; any other is returned as it is.
enum stack_guard guard_choose(enum stack_guard wanted);

// Guards the page of `size` bytes at `low` as `wanted` (not BEST), or as well as it goes: returns
// what it has become. Never fails, for a canary needs nothing. Says once when it has to fall back
// to canaries.
enum stack_guard guard_install(enum stack_guard wanted, void *low, size_t size);

// The mapping with such a guard in it is about to be unmapped.
void guard_forget(enum stack_guard guard);
#endif

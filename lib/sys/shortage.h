// SPDX-License-Identifier: MIT
#ifndef SYS_SHORTAGE_H
#define SYS_SHORTAGE_H
#include <stdbool.h>

// Whether an errno (positive) of a call about a socket says that this machine ran out of something:
// descriptors, ports, memory. No host is to blame, and doing less at once, or later, helps.
// `family` is that of the address, 4 or 6: for IPv6 EADDRNOTAVAIL means that this machine has no
// such address to speak from, which is no shortage. 0: the call was about no address.
bool shortage_is(int error, int family);
#endif

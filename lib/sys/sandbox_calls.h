// SPDX-License-Identifier: MIT
#ifndef SYS_SANDBOX_CALLS_H
#define SYS_SANDBOX_CALLS_H
#include <linux/filter.h>
#include <stdint.h>

// Which system calls the sandbox refuses, as the program that the kernel runs at each call
// (seccomp(2), classic BPF). Pure, and without memory of its own: it must not be what fails when a
// worker is short of it. (libseccomp 2.5 frees a filter twice then.)
enum { SANDBOX_CALLS_MOST = 160 };

// Writes the program of the process `self`. Returns how many instructions it has; 0: none is known
// for this architecture.
//
// Refused calls give EPERM; clone3 gives ENOSYS, for its flags lie in memory, where no filter can
// look, and libc goes back to clone. A call by another architecture's numbers ends the process.
unsigned sandbox_calls_filter(struct sock_filter out[SANDBOX_CALLS_MOST], uint32_t self);
#endif

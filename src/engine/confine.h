// SPDX-License-Identifier: MIT
#ifndef ENGINE_CONFINE_H
#define ENGINE_CONFINE_H

// The sandbox (sys/sandbox.h) of a worker process: beside its queues it needs the internet, the
// files that TLS is set up from, and the directories that bodies and archives go to.
struct visit_settings;

// Enters it as far as the kernel has it, unless the settings say not to. To be called by a process
// that has no other thread yet. Says on the log when it cannot be had where it should. Errors:
// those of sandbox_enter: the worker had better not go on.
int confine(const struct visit_settings *settings);
#endif

// SPDX-License-Identifier: MIT
#ifndef SYS_SANDBOX_H
#define SYS_SANDBOX_H

// What a process gives up that handles bytes from strangers, so that whoever takes it over has
// little: no other program is run, no other process is looked at or signalled, no socket but of the
// internet is made and none listens, nothing of the machine is changed (seccomp(2)); and no file is
// opened but below what was named (landlock(7), from Linux 5.13 on). Descriptors that are open stay
// as they are. It cannot be undone, and holds for every thread made afterwards.
struct sandbox {
    const char *const *readable; // files and directories, NULL-terminated; what is not there is
                                 // passed over
    const char *const *writable; // directories, in which files are made, written, renamed, removed
};

enum sandbox_part {
    SANDBOX_CALLS = 1 << 0, // system calls are filtered
    SANDBOX_FILES = 1 << 1, // files are
};

// Enters it. To be called by a process with one thread. Returns which of the parts this kernel has
// and are in force; the others could not be had, which is no error. Errors: -ENOMEM, -EMFILE,
// -ENFILE, or what the kernel gave for a part that it has: then some of it may be in force.
int sandbox_enter(const struct sandbox *s);
#endif

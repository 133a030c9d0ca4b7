// SPDX-License-Identifier: MIT
#include "sys/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// ---- files

// Rights that this system's header may not know yet.
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (UINT64_C(1) << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif

static const uint64_t sandbox_reads = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t sandbox_writes =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_TRUNCATE;
// What only makes sense for a file itself.
static const uint64_t sandbox_of_files =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;

// All rights that a kernel with this version of landlock can take away.
static uint64_t sandbox_handled(long version)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

static int sandbox_permit(int rules, const char *path, uint64_t rights)
{
    struct stat st;
    struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
    int r = 0;
    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return 0; // not there: nothing can be done with it
    if (fstat(beneath.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
        beneath.allowed_access &= sandbox_of_files;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
        r = -errno;
    close(beneath.parent_fd);
    return r;
}

static int sandbox_permit_all(int rules, const char *const *paths, uint64_t rights)
{
    int r = 0;
    for (; paths && *paths && r == 0; paths++)
        r = sandbox_permit(rules, *paths, rights);
    return r;
}

static int sandbox_files(const struct sandbox *s)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0; // this kernel has none, or it is turned off
    struct landlock_ruleset_attr attr = { .handled_access_fs = sandbox_handled(version) };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules < 0)
        return -errno;
    int r = sandbox_permit_all(rules, s->readable, sandbox_reads & attr.handled_access_fs);
    if (r == 0)
        r = sandbox_permit_all(rules, s->writable, sandbox_writes & attr.handled_access_fs);
    if (r == 0 && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
        r = -errno;
    close(rules);
    return r < 0 ? r : SANDBOX_FILES;
}

// ---- calls

// What nobody who fetches and writes has any use for.
static const int sandbox_calls[] = {
    // other programs, other processes
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(vfork),
    SCMP_SYS(fork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(tkill),
    // who serves
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    // other rights, other views of the machine
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(setfsuid),
    SCMP_SYS(setfsgid),
    SCMP_SYS(capset),
    SCMP_SYS(personality),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    // files that are none
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    // the machine itself, and interfaces in which kernels have had their worst faults
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
};

static int sandbox_refuse_calls(scmp_filter_ctx filter)
{
    int r = 0;
    for (size_t i = 0; i < sizeof sandbox_calls / sizeof *sandbox_calls && r == 0; i++) {
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), sandbox_calls[i], 0);
        if (r == -EDOM || r == -EINVAL) // this architecture has no such call
            r = 0;
    }
    return r;
}

// Signals go to oneself only, and new threads are threads.
static int sandbox_refuse_processes(scmp_filter_ctx filter)
{
    const uint32_t no = SCMP_ACT_ERRNO(EPERM);
    uint64_t self = (uint64_t)getpid();
    int r = seccomp_rule_add(filter, no, SCMP_SYS(kill), 1, SCMP_A0(SCMP_CMP_NE, self, 0));
    if (r == 0)
        r = seccomp_rule_add(filter, no, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_NE, self, 0));
    if (r == 0)
        r = seccomp_rule_add(filter, no, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    // Its flags lie in memory, where a filter cannot look: libc goes back to clone.
    if (r == 0)
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return r;
}

// Families other than IPv4 and IPv6.
static int sandbox_refuse_sockets(scmp_filter_ctx filter)
{
    const uint32_t no = SCMP_ACT_ERRNO(EPERM);
    int r = seccomp_rule_add(filter, no, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_LT, AF_INET, 0));
    if (r == 0)
        r = seccomp_rule_add(filter, no, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_INET6, 0));
    for (uint64_t family = AF_INET + 1; family < AF_INET6 && r == 0; family++)
        r = seccomp_rule_add(filter, no, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, family, 0));
    return r;
}

static int sandbox_filter_calls(void)
{
    if (seccomp_api_get() < 1)
        return 0; // this kernel has no filters
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -ENOMEM;
    // The rules as a tree, for kernels before 5.11, which go through them at each call.
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    int r = sandbox_refuse_calls(filter);
    if (r == 0)
        r = sandbox_refuse_processes(filter);
    if (r == 0)
        r = sandbox_refuse_sockets(filter);
    if (r == 0)
        r = seccomp_load(filter);
    seccomp_release(filter);
    if (r == -EINVAL || r == -ENOSYS)
        return 0;
    return r < 0 ? r : SANDBOX_CALLS;
}

int sandbox_enter(const struct sandbox *s)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    int files = sandbox_files(s);
    if (files < 0)
        return files;
    int calls = sandbox_filter_calls();
    return calls < 0 ? calls : files | calls;
}

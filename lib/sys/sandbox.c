// SPDX-License-Identifier: MIT
#include "sys/sandbox.h"
#include "sys/sandbox_calls.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
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

// Whether nothing could be done with it anyway. For want of a descriptor or of memory it must not
// be closed to a process that has been told of it.
static bool sandbox_is_absent(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP ||
           error == ENAMETOOLONG;
}

static int sandbox_permit(int rules, const char *path, uint64_t rights)
{
    struct stat st;
    struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
    int r = 0;
    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return sandbox_is_absent(errno) ? 0 : -errno;
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

static int sandbox_filter_calls(void)
{
    struct sock_filter rule[SANDBOX_CALLS_MOST];
    struct sock_fprog program = { .filter = rule };
    program.len = (unsigned short)sandbox_calls_filter(rule, (uint32_t)getpid());
    if (program.len == 0)
        return 0;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
        return SANDBOX_CALLS;
    return errno == EINVAL || errno == ENOSYS ? 0 : -errno; // this kernel has no filters
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

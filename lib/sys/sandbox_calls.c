// SPDX-License-Identifier: MIT
#include "sys/sandbox_calls.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

// What calls are numbered by, and where the lower half of a call's first argument is.
#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#else
#define SANDBOX_ARCH 0
#endif

// What nobody who fetches and writes has any use for.
static const uint32_t sandbox_refused[] = {
    // other programs, other processes
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_tkill,
    // who serves
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    // other rights, other views of the machine
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setgroups,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_capset,
    SYS_personality,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_mount,
    SYS_umount2,
    SYS_fsopen,
    SYS_fsmount,
    SYS_fsconfig,
    SYS_fspick,
    SYS_move_mount,
    SYS_open_tree,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    // files that are none
    SYS_mknodat,
    SYS_symlinkat,
    SYS_fchown,
    SYS_fchownat,
    // the machine itself, and interfaces in which kernels have had their worst faults
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_acct,
    SYS_quotactl,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_fanotify_init,
    SYS_syslog,
    SYS_vhangup,
#ifdef __x86_64__ // whose numbers have the old calls, too
    SYS_vfork,
    SYS_fork,
    SYS_mknod,
    SYS_symlink,
    SYS_chown,
    SYS_lchown,
    SYS_iopl,
    SYS_ioperm,
    SYS_lookup_dcookie,
#endif
};

enum { SANDBOX_REFUSED = sizeof sandbox_refused / sizeof *sandbox_refused };

// The program, by the places of its parts:
//
//     the architecture, the number ──► kill
//     each call that is refused ─────► refuse
//     kill, tgkill: to oneself ──────► allow, else refuse
//     clone: of a thread ────────────► allow, else refuse
//     socket: IPv4, IPv6 ────────────► allow, else refuse
//     clone3 ────────────────────────► absent
//     allow │ refuse │ absent │ kill
enum {
    AT_REFUSED = 4,
    AT_OTHERS = AT_REFUSED + SANDBOX_REFUSED,
    AT_SELF = AT_OTHERS + 6,
    AT_THREAD = AT_SELF + 2,
    AT_FAMILY = AT_THREAD + 2,
    AT_ALLOW = AT_FAMILY + 3,
    AT_REFUSE,
    AT_ABSENT,
    AT_KILL,
    AT_END,
};
_Static_assert((int)AT_END <= (int)SANDBOX_CALLS_MOST, "there is room for the whole filter");

static struct sock_filter sandbox_load(size_t offset)
{
    return (struct sock_filter){ BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset };
}

static struct sock_filter sandbox_return(uint32_t what)
{
    return (struct sock_filter){ BPF_RET | BPF_K, 0, 0, what };
}

// At `at`: goes to `yes` when the value is (or is at least, or has bits of) `k`, else to `no`.
static struct sock_filter sandbox_test(uint16_t test, uint32_t k, unsigned at, unsigned yes,
                                       unsigned no)
{
    return (struct sock_filter){ (uint16_t)(BPF_JMP | test | BPF_K), (uint8_t)(yes - at - 1),
                                 (uint8_t)(no - at - 1), k };
}

// Goes to `to` when the value is `k`, else on.
static struct sock_filter sandbox_branch(uint32_t k, unsigned at, unsigned to)
{
    return sandbox_test(BPF_JEQ, k, at, to, at + 1);
}

unsigned sandbox_calls_filter(struct sock_filter out[SANDBOX_CALLS_MOST], uint32_t self)
{
    // Process ids, flags and families are 32 bits wide: the kernel looks at no more.
    static const size_t argument = offsetof(struct seccomp_data, args);
    if (!SANDBOX_ARCH)
        return 0;
    out[0] = sandbox_load(offsetof(struct seccomp_data, arch));
    out[1] = sandbox_test(BPF_JEQ, SANDBOX_ARCH, 1, 2, AT_KILL);
    out[2] = sandbox_load(offsetof(struct seccomp_data, nr));
    out[3] = sandbox_test(BPF_JGE, 0x40000000, 3, AT_KILL, 4); // the numbers of x32
    for (unsigned i = 0; i < SANDBOX_REFUSED; i++)
        out[AT_REFUSED + i] = sandbox_branch(sandbox_refused[i], AT_REFUSED + i, AT_REFUSE);
    out[AT_OTHERS] = sandbox_branch(SYS_kill, AT_OTHERS, AT_SELF);
    out[AT_OTHERS + 1] = sandbox_branch(SYS_tgkill, AT_OTHERS + 1, AT_SELF);
    out[AT_OTHERS + 2] = sandbox_branch(SYS_clone, AT_OTHERS + 2, AT_THREAD);
    out[AT_OTHERS + 3] = sandbox_branch(SYS_socket, AT_OTHERS + 3, AT_FAMILY);
    out[AT_OTHERS + 4] = sandbox_branch(SYS_clone3, AT_OTHERS + 4, AT_ABSENT);
    out[AT_OTHERS + 5] = sandbox_return(SECCOMP_RET_ALLOW);
    out[AT_SELF] = sandbox_load(argument);
    out[AT_SELF + 1] = sandbox_test(BPF_JEQ, self, AT_SELF + 1, AT_ALLOW, AT_REFUSE);
    out[AT_THREAD] = sandbox_load(argument);
    out[AT_THREAD + 1] = sandbox_test(BPF_JSET, CLONE_THREAD, AT_THREAD + 1, AT_ALLOW, AT_REFUSE);
    out[AT_FAMILY] = sandbox_load(argument);
    out[AT_FAMILY + 1] = sandbox_branch(AF_INET, AT_FAMILY + 1, AT_ALLOW);
    out[AT_FAMILY + 2] = sandbox_test(BPF_JEQ, AF_INET6, AT_FAMILY + 2, AT_ALLOW, AT_REFUSE);
    out[AT_ALLOW] = sandbox_return(SECCOMP_RET_ALLOW);
    out[AT_REFUSE] = sandbox_return(SECCOMP_RET_ERRNO | EPERM);
    out[AT_ABSENT] = sandbox_return(SECCOMP_RET_ERRNO | ENOSYS);
    out[AT_KILL] = sandbox_return(SECCOMP_RET_KILL_PROCESS);
    return AT_END;
}

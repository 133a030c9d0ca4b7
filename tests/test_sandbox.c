// SPDX-License-Identifier: MIT
#include "check.h"
#include "fiber/annotate.h"
#include "sys/sandbox.h"
#include "sys/sandbox_calls.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// ThreadSanitizer ends the process itself when the kernel refuses what its interceptors ask for.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANDBOX_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SANDBOX_TSAN 1
#endif

// What a process in the sandbox tries, and what must come of it: each returns 0 when it was refused
// as it must be, or was let through as it must be.
static char home[] = "/tmp/trawl-sandbox-XXXXXX";
static char inside[256], outside[256];

static int refused(long result)
{
    return result < 0 && (errno == EPERM || errno == EACCES) ? 0 : 1;
}

static int run_another_program(void)
{
    char *const arguments[] = { "true", NULL };
    return refused(execv("/bin/true", arguments));
}

static int fork_a_process(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return refused(pid);
}

static int signal_its_parent(void)
{
    return refused(kill(getppid(), SIGUSR2));
}

static int look_into_its_parent(void)
{
    return refused(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
}

static int open_a_local_socket(void)
{
    return refused(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int listen_for_connections(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? 1 : refused(listen(fd, 1));
}

static int become_somebody_else(void)
{
    return refused(setuid(getuid()));
}

static int read_a_file_outside(void)
{
    return refused(open("/etc/passwd", O_RDONLY));
}

static int write_a_file_outside(void)
{
    return refused(open(outside, O_WRONLY | O_CREAT, 0600));
}

static int write_a_file_inside(void)
{
    int fd = open(inside, O_RDWR | O_CREAT, 0600);
    return fd < 0 || write(fd, "x", 1) != 1 || close(fd) < 0 || unlink(inside) < 0;
}

static int make_connections(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_INET6, SOCK_STREAM, 0) < 0;
}

static void *nothing(void *arg)
{
    return arg;
}

static int start_a_thread(void)
{
    pthread_t t;
    return pthread_create(&t, NULL, nothing, NULL) || pthread_join(t, NULL);
}

static int raise_a_signal(void)
{
    signal(SIGUSR2, SIG_IGN);
    return raise(SIGUSR2);
}

// Runs `try` in a sandbox in a process of its own. Returns its exit status; 77: this kernel does
// not have `part`.
static int in_sandbox(int (*try)(void), int part)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const char *readable[] = { "/usr/share", NULL }, *writable[] = { home, NULL };
        struct sandbox s = { readable, writable };
        int parts = sandbox_enter(&s);
        if (parts < 0)
            _exit(99);
        _exit(parts & part ? try() : 77);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void check_all(int (*const *try)(void), size_t n, int part)
{
    for (size_t i = 0; i < n; i++) {
        int status = in_sandbox(try[i], part);
        if (status == 77)
            skip();
        if (status != 0)
            print_error("attempt %zu came to %d\n", i, status);
        assert_int_equal(status, 0);
    }
}

static void a_worker_taken_over_can_do_nothing_to_others(void **state)
{
    (void)state;
#ifdef SANDBOX_TSAN
    skip();
#endif
    static int (*const tries[])(void) = {
        run_another_program, fork_a_process,         signal_its_parent,    look_into_its_parent,
        open_a_local_socket, listen_for_connections, become_somebody_else,
    };
    check_all(tries, sizeof tries / sizeof *tries, SANDBOX_CALLS);
}

static void it_reaches_no_file_but_those_it_was_given(void **state)
{
    (void)state;
    static int (*const tries[])(void) = { read_a_file_outside, write_a_file_outside };
    check_all(tries, sizeof tries / sizeof *tries, SANDBOX_FILES);
}

static void what_its_work_needs_goes_on(void **state)
{
    (void)state;
    static int (*const tries[])(void) = { write_a_file_inside, make_connections, start_a_thread,
                                          raise_a_signal };
    check_all(tries, sizeof tries / sizeof *tries, SANDBOX_CALLS | SANDBOX_FILES);
}

// With descriptors for the rules, and none to name a directory by.
static int enter_short_of_descriptors(void)
{
    const char *writable[] = { home, NULL };
    struct sandbox s = { NULL, writable };
    int next = dup(0);
    struct rlimit limit = { (rlim_t)next + 1, (rlim_t)next + 1 };
    close(next);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1;
    int parts = sandbox_enter(&s);
    return parts == -EMFILE || (parts >= 0 && !(parts & SANDBOX_FILES)) ? 0 : 1;
}

static void what_could_not_be_permitted_for_want_of_descriptors_is_an_error(void **state)
{
    (void)state;
    if (annotate_under_valgrind())
        skip(); // it has descriptors of its own, and heeds no limit below them
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(enter_short_of_descriptors());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

// ---- the program by itself

enum { OURSELVES = 4711 };
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

// What the kernel would come to: the few instructions that there are, run over a call.
static uint32_t verdict(const struct seccomp_data *call)
{
    struct sock_filter rule[SANDBOX_CALLS_MOST];
    unsigned n = sandbox_calls_filter(rule, OURSELVES);
    uint32_t value = 0;
    for (unsigned at = 0; at < n; at++) {
        const struct sock_filter *r = &rule[at];
        bool yes = false;
        switch (r->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            memcpy(&value, (const char *)call + r->k, sizeof value);
            continue;
        case BPF_RET | BPF_K:
            return r->k;
        case BPF_JMP | BPF_JEQ | BPF_K:
            yes = value == r->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            yes = value >= r->k;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            yes = (value & r->k) != 0;
            break;
        default:
            fail_msg("instruction %u is of no known kind", at);
        }
        at += yes ? r->jt : r->jf;
    }
    fail_msg("the program runs out");
    return 0;
}

static uint32_t of_call(long number, uint64_t argument)
{
#ifdef __aarch64__
    struct seccomp_data call = { (int)number, AUDIT_ARCH_AARCH64, 0, { argument } };
#else
    struct seccomp_data call = { (int)number, AUDIT_ARCH_X86_64, 0, { argument } };
#endif
    return verdict(&call);
}

static void each_call_comes_to_what_it_must(void **state)
{
    (void)state;
    static const long refused[] = { SYS_execve, SYS_ptrace, SYS_accept4,        SYS_setuid,
                                    SYS_bpf,    SYS_mount,  SYS_io_uring_setup, SYS_vhangup };
    static const long allowed[] = { SYS_read, SYS_openat, SYS_connect, SYS_mmap, SYS_exit_group };
    static const uint64_t families[] = { AF_UNSPEC, AF_UNIX, AF_AX25, AF_NETLINK, AF_PACKET, ~0u };
    const uint64_t thread = CLONE_VM | CLONE_THREAD, high = UINT64_C(1) << 32;
    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(of_call(refused[i], 0), REFUSED);
    for (unsigned i = 0; i < sizeof allowed / sizeof *allowed; i++)
        assert_int_equal(of_call(allowed[i], 0), SECCOMP_RET_ALLOW);
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++)
        assert_int_equal(of_call(SYS_socket, families[i]), REFUSED);
    assert_int_equal(of_call(SYS_socket, AF_INET), SECCOMP_RET_ALLOW);
    assert_int_equal(of_call(SYS_socket, AF_INET6), SECCOMP_RET_ALLOW);
    assert_int_equal(of_call(SYS_socket, AF_UNIX | high), REFUSED); // the kernel sees AF_UNIX
    assert_int_equal(of_call(SYS_clone, thread), SECCOMP_RET_ALLOW);
    assert_int_equal(of_call(SYS_clone, SIGCHLD), REFUSED);
    assert_int_equal(of_call(SYS_clone, CLONE_THREAD * high), REFUSED);
    assert_int_equal(of_call(SYS_clone3, 0), SECCOMP_RET_ERRNO | ENOSYS);
    for (unsigned i = 0; i < 2; i++) {
        long call = i ? SYS_kill : SYS_tgkill;
        assert_int_equal(of_call(call, OURSELVES), SECCOMP_RET_ALLOW);
        assert_int_equal(of_call(call, OURSELVES + 1), REFUSED);
        assert_int_equal(of_call(call, (uint32_t)-OURSELVES), REFUSED);
        assert_int_equal(of_call(call, 0), REFUSED);
    }
}

static void calls_by_other_numbers_end_the_process(void **state)
{
    (void)state;
    struct seccomp_data call = { SYS_read, AUDIT_ARCH_I386, 0, { 0 } };
    assert_int_equal(verdict(&call), SECCOMP_RET_KILL_PROCESS);
#ifdef __x86_64__
    assert_int_equal(of_call(0x40000000 + SYS_read, 0), SECCOMP_RET_KILL_PROCESS); // of x32
#endif
}

static int make_home(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(home));
    snprintf(inside, sizeof inside, "%s/file", home);
    snprintf(outside, sizeof outside, "%s.outside", home);
    return 0;
}

static int remove_home(void **state)
{
    (void)state;
    unlink(inside);
    unlink(outside);
    return rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_taken_over_can_do_nothing_to_others),
        cmocka_unit_test(it_reaches_no_file_but_those_it_was_given),
        cmocka_unit_test(what_its_work_needs_goes_on),
        cmocka_unit_test(what_could_not_be_permitted_for_want_of_descriptors_is_an_error),
        cmocka_unit_test(each_call_comes_to_what_it_must),
        cmocka_unit_test(calls_by_other_numbers_end_the_process),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}

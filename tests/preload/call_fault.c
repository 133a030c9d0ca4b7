// SPDX-License-Identifier: MIT
// A machine that runs out of something. Loaded with LD_PRELOAD, it counts the calls of a program
// and its libraries, by kind, over all processes, from the beginning of main() on, and has one
// fail:
//
//     CALL_FAULT_COUNT  a file that gets the counts: a struct tally a kind
//     CALL_FAULT_KIND   the kind that fails: a name in `tallies`; none: calls are only counted
//     CALL_FAULT_AT     the number of the call that fails, from 1
//     CALL_FAULT_TIMES  so many in a row do; by default 1
//     CALL_FAULT_ERRNO  with this number instead of what is usual for the call
//     CALL_FAULT_TRACE  a file to which each failing call's stack is appended
//
// What cannot fail in life is let through: writes to an eventfd, EPOLL_CTL_DEL, memory given back.
// Nothing is ever synced: that would wait for what others write to the disk, however long it takes.
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
    ALLOC,
    OPEN,
    READ,
    WRITE,
    SYNC,
    SEND,
    SOCKET,
    CONNECT,
    SOCKOPT,
    EPOLL,
    EVENTFD,
    TIMERFD,
    PIPE,
    FORK,
    THREAD,
    MMAP,
    MEMFD,
    RANDOM,
    DUP,
    KINDS
};

struct tally {
    char name[16];
    uint64_t count, struck;
};

static const char *const names[KINDS] = { "alloc",   "open",    "read",    "write",   "sync",
                                          "send",    "socket",  "connect", "sockopt", "epoll",
                                          "eventfd", "timerfd", "pipe",    "fork",    "thread",
                                          "mmap",    "memfd",   "random",  "dup" };
static struct tally *tallies;
static enum kind kind = KINDS;
static uint64_t at, times = 1;
static int error;
static const char *trace;
static bool armed;                                                      // main() has begun
static __thread bool within __attribute__((tls_model("initial-exec"))); // a call of our own

// The next function of that name. Looked for at the first call: malloc is needed before any
// constructor runs, and dlsym may call it.
#define NEXT(type, name, arguments) \
    static type(*real) arguments;   \
    if (!real)                      \
    *(void **)&real = find(#name)

static void *find(const char *name)
{
    bool before = within;
    within = true;
    void *p = dlsym(RTLD_NEXT, name);
    within = before;
    return p;
}

static void leave_trace(const char *name)
{
    void *frames[40];
    int fd = trace ? open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (!trace)
        return;
    if (fd < 0) // within a sandbox
        fd = dup(STDERR_FILENO);
    dprintf(fd, "%s in process %d\n", name, (int)getpid());
    backtrace_symbols_fd(frames, backtrace(frames, 40), fd);
    close(fd);
}

// Counts a call; whether it fails, with errno set to `usual`.
static bool fails(enum kind k, int usual)
{
    if (!armed || within || !tallies)
        return false;
    uint64_t n = __atomic_add_fetch(&tallies[k].count, 1, __ATOMIC_SEQ_CST);
    if (k != kind || n < at || n >= at + times)
        return false;
    __atomic_add_fetch(&tallies[k].struck, 1, __ATOMIC_SEQ_CST);
    within = true;
    leave_trace(names[k]);
    within = false;
    errno = error ? error : usual;
    return true;
}

static void begin(void)
{
    const char *path = getenv("CALL_FAULT_COUNT"), *which = getenv("CALL_FAULT_KIND"),
               *nth = getenv("CALL_FAULT_AT"), *many = getenv("CALL_FAULT_TIMES"),
               *number = getenv("CALL_FAULT_ERRNO");
    trace = getenv("CALL_FAULT_TRACE");
    at = nth ? strtoull(nth, NULL, 10) : 0;
    times = many ? strtoull(many, NULL, 10) : 1;
    error = number ? atoi(number) : 0;
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || ftruncate(fd, KINDS * sizeof *tallies) < 0)
        return;
    tallies = mmap(NULL, KINDS * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (tallies == MAP_FAILED) {
        tallies = NULL;
        return;
    }
    for (enum kind k = 0; k < KINDS; k++) {
        snprintf(tallies[k].name, sizeof tallies[k].name, "%s", names[k]);
        if (which && at && strcmp(which, names[k]) == 0)
            kind = k;
    }
    void *frame;
    backtrace(&frame, 1); // loads what it needs now, not within a failing call
}

typedef int main_function(int argc, char **argv, char **environment);
static main_function *real_main;

static int armed_main(int argc, char **argv, char **environment)
{
    begin();
    armed = true;
    return real_main(argc, argv, environment);
}

int __libc_start_main(main_function *m, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    NEXT(int, __libc_start_main,
         (main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *));
    real_main = m;
    return real(armed_main, argc, argv, init, fini, rtld_fini, stack_end);
}

// ---- memory

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t each);
extern void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
    static void *(*real)(size_t);
    if (!real) {
        if (within)
            return __libc_malloc(n);
        *(void **)&real = find("malloc");
    }
    return fails(ALLOC, ENOMEM) ? NULL : real(n);
}

void *calloc(size_t n, size_t each)
{
    static void *(*real)(size_t, size_t);
    if (!real) {
        if (within)
            return __libc_calloc(n, each);
        *(void **)&real = find("calloc");
    }
    return fails(ALLOC, ENOMEM) ? NULL : real(n, each);
}

void *realloc(void *p, size_t n)
{
    static void *(*real)(void *, size_t);
    if (!real) {
        if (within)
            return __libc_realloc(p, n);
        *(void **)&real = find("realloc");
    }
    return fails(ALLOC, ENOMEM) ? NULL : real(p, n);
}

void *reallocarray(void *p, size_t n, size_t each)
{
    NEXT(void *, reallocarray, (void *, size_t, size_t));
    return fails(ALLOC, ENOMEM) ? NULL : real(p, n, each);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    NEXT(void *, aligned_alloc, (size_t, size_t));
    return fails(ALLOC, ENOMEM) ? NULL : real(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    NEXT(int, posix_memalign, (void **, size_t, size_t));
    return fails(ALLOC, ENOMEM) ? ENOMEM : real(out, alignment, n);
}

char *strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = malloc(n);
    return p ? memcpy(p, s, n) : NULL;
}

void *mmap(void *where, size_t n, int protection, int flags, int fd, off_t from)
{
    NEXT(void *, mmap, (void *, size_t, int, int, int, off_t));
    return fails(MMAP, ENOMEM) ? MAP_FAILED : real(where, n, protection, flags, fd, from);
}

void *mmap64(void *where, size_t n, int protection, int flags, int fd, off_t from)
{
    return mmap(where, n, protection, flags, fd, from);
}

int mprotect(void *where, size_t n, int protection)
{
    NEXT(int, mprotect, (void *, size_t, int));
    return fails(MMAP, ENOMEM) ? -1 : real(where, n, protection);
}

int memfd_create(const char *name, unsigned flags)
{
    NEXT(int, memfd_create, (const char *, unsigned));
    return fails(MEMFD, EMFILE) ? -1 : real(name, flags);
}

// ---- files

static mode_t mode_of(int flags, va_list more)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
}

#define OPEN_AS(name)                                              \
    int name(const char *path, int flags, ...)                     \
    {                                                              \
        NEXT(int, name, (const char *, int, ...));                 \
        va_list more;                                              \
        va_start(more, flags);                                     \
        mode_t mode = mode_of(flags, more);                        \
        va_end(more);                                              \
        flags &= ~O_DSYNC;                                         \
        return fails(OPEN, EMFILE) ? -1 : real(path, flags, mode); \
    }
OPEN_AS(open)
OPEN_AS(open64)

#define OPENAT_AS(name)                                                       \
    int name(int directory, const char *path, int flags, ...)                 \
    {                                                                         \
        NEXT(int, name, (int, const char *, int, ...));                       \
        va_list more;                                                         \
        va_start(more, flags);                                                \
        mode_t mode = mode_of(flags, more);                                   \
        va_end(more);                                                         \
        flags &= ~O_DSYNC;                                                    \
        return fails(OPEN, EMFILE) ? -1 : real(directory, path, flags, mode); \
    }
OPENAT_AS(openat)
OPENAT_AS(openat64)

#define FOPEN_AS(name)                                        \
    FILE *name(const char *path, const char *mode)            \
    {                                                         \
        NEXT(FILE *, name, (const char *, const char *));     \
        return fails(OPEN, EMFILE) ? NULL : real(path, mode); \
    }
FOPEN_AS(fopen)
FOPEN_AS(fopen64)

// What a write to `fd` fails with; 0: it cannot.
static int write_error(int fd)
{
    struct stat s;
    int e = errno;
    if (fstat(fd, &s) < 0)
        s.st_mode = 0;
    errno = e;
    return S_ISREG(s.st_mode)    ? ENOSPC
           : S_ISFIFO(s.st_mode) ? EPIPE
           : S_ISSOCK(s.st_mode) ? ECONNRESET
           : S_ISCHR(s.st_mode)  ? EIO
                                 : 0;
}

static bool write_fails(int fd)
{
    int e = armed && !within ? write_error(fd) : 0;
    return e && fails(WRITE, e);
}

ssize_t write(int fd, const void *p, size_t n)
{
    NEXT(ssize_t, write, (int, const void *, size_t));
    return write_fails(fd) ? -1 : real(fd, p, n);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    NEXT(ssize_t, writev, (int, const struct iovec *, int));
    return write_fails(fd) ? -1 : real(fd, v, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t from)
{
    NEXT(ssize_t, pwrite64, (int, const void *, size_t, off_t));
    return write_fails(fd) ? -1 : real(fd, p, n, from);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t from)
{
    return pwrite(fd, p, n, from);
}

ssize_t read(int fd, void *p, size_t n)
{
    NEXT(ssize_t, read, (int, void *, size_t));
    int e = armed && !within ? write_error(fd) : 0;
    if (e && e != EPIPE && fails(READ, e == ENOSPC ? EIO : e))
        return -1;
    return real(fd, p, n);
}

int fsync(int fd)
{
    (void)fd;
    return fails(SYNC, EIO) ? -1 : 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

int syncfs(int fd)
{
    return fsync(fd);
}

// ---- sockets

int socket(int domain, int type, int protocol)
{
    NEXT(int, socket, (int, int, int));
    return fails(SOCKET, EMFILE) ? -1 : real(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *to, socklen_t n)
{
    NEXT(int, connect, (int, const struct sockaddr *, socklen_t));
    return fails(CONNECT, EADDRNOTAVAIL) ? -1 : real(fd, to, n);
}

int bind(int fd, const struct sockaddr *to, socklen_t n)
{
    NEXT(int, bind, (int, const struct sockaddr *, socklen_t));
    return fails(CONNECT, EADDRINUSE) ? -1 : real(fd, to, n);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
    NEXT(int, setsockopt, (int, int, int, const void *, socklen_t));
    return fails(SOCKOPT, ENOBUFS) ? -1 : real(fd, level, name, value, n);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *n)
{
    NEXT(int, getsockopt, (int, int, int, void *, socklen_t *));
    return fails(SOCKOPT, ENOBUFS) ? -1 : real(fd, level, name, value, n);
}

int getsockname(int fd, struct sockaddr *name, socklen_t *n)
{
    NEXT(int, getsockname, (int, struct sockaddr *, socklen_t *));
    return fails(SOCKOPT, ENOBUFS) ? -1 : real(fd, name, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    NEXT(ssize_t, send, (int, const void *, size_t, int));
    return fails(SEND, ECONNRESET) ? -1 : real(fd, p, n, flags);
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to,
               socklen_t room)
{
    NEXT(ssize_t, sendto, (int, const void *, size_t, int, const struct sockaddr *, socklen_t));
    return fails(SEND, ENOBUFS) ? -1 : real(fd, p, n, flags, to, room);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    NEXT(ssize_t, sendmsg, (int, const struct msghdr *, int));
    return fails(SEND, ENOBUFS) ? -1 : real(fd, m, flags);
}

int pipe2(int ends[2], int flags)
{
    NEXT(int, pipe2, (int *, int));
    return fails(PIPE, EMFILE) ? -1 : real(ends, flags);
}

int pipe(int ends[2])
{
    NEXT(int, pipe, (int *));
    return fails(PIPE, EMFILE) ? -1 : real(ends);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    NEXT(int, socketpair, (int, int, int, int *));
    return fails(PIPE, EMFILE) ? -1 : real(domain, type, protocol, ends);
}

int dup2(int from, int to)
{
    NEXT(int, dup2, (int, int));
    return fails(DUP, EMFILE) ? -1 : real(from, to);
}

int dup3(int from, int to, int flags)
{
    NEXT(int, dup3, (int, int, int));
    return fails(DUP, EMFILE) ? -1 : real(from, to, flags);
}

// ---- what is waited with

int epoll_create1(int flags)
{
    NEXT(int, epoll_create1, (int));
    return fails(EPOLL, EMFILE) ? -1 : real(flags);
}

int epoll_ctl(int fd, int what, int whom, struct epoll_event *e)
{
    NEXT(int, epoll_ctl, (int, int, int, struct epoll_event *));
    return what == EPOLL_CTL_ADD && fails(EPOLL, ENOSPC) ? -1 : real(fd, what, whom, e);
}

int eventfd(unsigned first, int flags)
{
    NEXT(int, eventfd, (unsigned, int));
    return fails(EVENTFD, EMFILE) ? -1 : real(first, flags);
}

int timerfd_create(int clock, int flags)
{
    NEXT(int, timerfd_create, (int, int));
    return fails(TIMERFD, EMFILE) ? -1 : real(clock, flags);
}

// ---- who does the work

pid_t fork(void)
{
    NEXT(pid_t, fork, (void));
    return fails(FORK, EAGAIN) ? -1 : real();
}

int pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*body)(void *), void *arg)
{
    NEXT(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *));
    return fails(THREAD, EAGAIN) ? EAGAIN : real(out, how, body, arg);
}

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
    NEXT(ssize_t, getrandom, (void *, size_t, unsigned));
    return fails(RANDOM, ENOSYS) ? -1 : real(p, n, flags);
}

// SPDX-License-Identifier: MIT
// A disk that fails. Loaded with LD_PRELOAD, it counts the calls that change files below the
// directory IO_FAULT_UNDER, over all processes, and has one of them fail:
//
//     IO_FAULT_COUNT  a file in which the count is kept, 8 bytes
//     IO_FAULT_AT     the number of the call that fails, from 1; 0: none, they are only counted
//     IO_FAULT_KIND   enospc, eio, short (half is written, then ENOSPC from the next on)
//     IO_FAULT_ON     if given: that call and all after it fail, as a full disk does
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t (*real_write)(int fd, const void *p, size_t n);
static ssize_t (*real_pwrite)(int fd, const void *p, size_t n, off_t at);
static ssize_t (*real_writev)(int fd, const struct iovec *v, int n);
static ssize_t (*real_pwritev)(int fd, const struct iovec *v, int n, off_t at);
static int (*real_ftruncate)(int fd, off_t n);
static int (*real_fallocate)(int fd, int mode, off_t at, off_t n);
static int (*real_fsync)(int fd);
static int (*real_fdatasync)(int fd);
static const char *under;
static uint64_t *count, at;
static bool onward, halves;
static int error;

__attribute__((constructor)) static void begin(void)
{
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    *(void **)&real_fallocate = dlsym(RTLD_NEXT, "fallocate64");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    const char *path = getenv("IO_FAULT_COUNT"), *kind = getenv("IO_FAULT_KIND"),
               *which = getenv("IO_FAULT_AT");
    under = getenv("IO_FAULT_UNDER");
    at = which ? strtoull(which, NULL, 10) : 0;
    onward = getenv("IO_FAULT_ON");
    halves = kind && strcmp(kind, "short") == 0;
    error = kind && strcmp(kind, "eio") == 0 ? EIO : ENOSPC;
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || real_ftruncate(fd, sizeof *count) < 0) {
        under = NULL;
        return;
    }
    count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (count == MAP_FAILED)
        under = NULL;
}

static bool is_below(int fd)
{
    char link[64], path[PATH_MAX];
    if (!under)
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return strncmp(path, under, strlen(under)) == 0;
}

// Counts a call; whether it fails.
static bool fails(int fd)
{
    int e = errno;
    if (!is_below(fd)) {
        errno = e;
        return false;
    }
    errno = e;
    uint64_t nth = __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
    return at && (onward || halves ? nth >= at : nth == at);
}

static ssize_t fail(void)
{
    errno = error;
    return -1;
}

// What is left of a write of `n` bytes that fails: half of it, the first time, when that is asked.
static size_t half(size_t n)
{
    return halves && __atomic_load_n(count, __ATOMIC_SEQ_CST) == at ? n / 2 : 0;
}

ssize_t write(int fd, const void *p, size_t n)
{
    if (!fails(fd))
        return real_write(fd, p, n);
    return half(n) ? real_write(fd, p, half(n)) : fail();
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t from)
{
    if (!fails(fd))
        return real_pwrite(fd, p, n, from);
    return half(n) ? real_pwrite(fd, p, half(n), from) : fail();
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t from)
{
    return pwrite64(fd, p, n, from);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return fails(fd) ? fail() : real_writev(fd, v, n);
}

ssize_t pwritev64(int fd, const struct iovec *v, int n, off_t from)
{
    return fails(fd) ? fail() : real_pwritev(fd, v, n, from);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t from)
{
    return pwritev64(fd, v, n, from);
}

int ftruncate64(int fd, off_t n)
{
    return fails(fd) ? (int)fail() : real_ftruncate(fd, n);
}

int ftruncate(int fd, off_t n)
{
    return ftruncate64(fd, n);
}

int fallocate64(int fd, int mode, off_t from, off_t n)
{
    return fails(fd) ? (int)fail() : real_fallocate(fd, mode, from, n);
}

int fallocate(int fd, int mode, off_t from, off_t n)
{
    return fallocate64(fd, mode, from, n);
}

int fsync(int fd)
{
    return fails(fd) ? (int)fail() : real_fsync(fd);
}

int fdatasync(int fd)
{
    return fails(fd) ? (int)fail() : real_fdatasync(fd);
}

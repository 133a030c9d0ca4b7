// SPDX-License-Identifier: MIT
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

// One write(2), or a wait until one is worth trying. Returns how much was written.
static long files_write_some(int fd, const char *p, size_t n)
{
    ssize_t got = write(fd, p, n);
    if (got >= 0)
        return got;
    if (errno == EINTR)
        return 0;
    if (errno != EAGAIN)
        return -errno;
    struct pollfd wait = { .fd = fd, .events = POLLOUT };
    return poll(&wait, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

int files_write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        long got = files_write_some(fd, at, n);
        if (got < 0)
            return (int)got;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

long files_read(int fd, void *p, size_t n)
{
    ssize_t got;
    do
        got = read(fd, p, n);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int files_create(const char *path)
{
    int fd;
    do
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

int files_sync_directory(const char *path)
{
    char dir[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof dir)
        return -ENAMETOOLONG;
    if (slash) {
        memcpy(dir, path, n);
        dir[n] = '\0';
    }
    int fd = open(slash && n == 0 ? "/" : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; // some file systems have nothing to sync
    close(fd);
    return r;
}

int files_open_for_more(const char *path)
{
    int fd;
    do
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return -errno;
    int r = files_sync_directory(path);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

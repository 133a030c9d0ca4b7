// SPDX-License-Identifier: MIT
#include "input/spool.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int spool_open(struct spool *s, const char *path, bool anew)
{
    struct stat st;
    s->fd = open(path, O_RDWR | O_CREAT | (anew ? O_TRUNC : 0) | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->fd < 0)
        return -errno;
    if (fstat(s->fd, &st) < 0) {
        int r = -errno;
        spool_close(s);
        return r;
    }
    s->length = (uint64_t)st.st_size;
    return 0;
}

void spool_close(struct spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

long spool_read(const struct spool *s, uint64_t at, char *to, size_t n)
{
    ssize_t got;
    do
        got = pread(s->fd, to, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int spool_append(const struct spool *s, struct span bytes)
{
    if (lseek(s->fd, (off_t)s->length, SEEK_SET) < 0)
        return -errno;
    return files_write_all(s->fd, bytes.p, bytes.n);
}

int spool_sync(const struct spool *s)
{
    return fdatasync(s->fd) < 0 ? -errno : 0;
}

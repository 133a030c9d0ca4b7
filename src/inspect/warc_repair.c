// SPDX-License-Identifier: MIT
#include "inspect/warc_repair.h"
#include "store/warc_name.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int warc_repair_cut(const char *file, const struct warc_check *c)
{
    struct stat s = { 0 };
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    int e = fd < 0 || fstat(fd, &s) < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
    if (e == 0 && (uint64_t)s.st_size != c->bytes)
        e = -EWOULDBLOCK; // it has grown since
    if (e == 0 && c->torn && (ftruncate(fd, (off_t)c->whole) < 0 || fsync(fd) < 0))
        e = -errno;
    if (e == -EWOULDBLOCK)
        log_error("'%s' is being written: nothing was cut", file);
    else if (e < 0)
        log_error("'%s' cannot be cut: %s", file, strerror(-e));
    if (fd >= 0)
        close(fd);
    return e;
}

// A file that nobody writes to any more is complete.
static int warc_repair_name(const char *file)
{
    size_t n = strlen(file), open = strlen(WARC_NAME_OPEN);
    struct buffer final = { 0 };
    if (n <= open || strcmp(file + n - open, WARC_NAME_OPEN) != 0)
        return 0;
    buffer_add(&final, file, n - open);
    int e = buffer_string(&final) ? 0 : -ENOMEM;
    if (e == 0 && renameat2(AT_FDCWD, file, AT_FDCWD, final.p, RENAME_NOREPLACE) < 0)
        e = -errno;
    if (e < 0)
        log_error("'%s' cannot be renamed: %s", file, strerror(-e));
    buffer_fini(&final);
    return e;
}

int warc_repair(const char *file, const struct warc_check *c, enum warc_repaired *out)
{
    *out = WARC_REPAIRED_NEVER;
    if (c->torn && (c->damaged || c->crowded || c->whole == 0)) {
        log_error("'%s' is not cut: %s", file,
                  c->whole == 0 ? "no record in it is whole"
                  : c->damaged  ? "it is damaged in its midst, too"
                                : "its records are no members of their own");
        return 0;
    }
    *out = WARC_REPAIRED_NOTHING;
    int e = warc_repair_cut(file, c);
    if (e == 0 && c->torn)
        *out = WARC_REPAIRED_CUT;
    return e < 0 ? e : warc_repair_name(file);
}

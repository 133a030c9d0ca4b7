// SPDX-License-Identifier: MIT
#include "visit/save_directory.h"
#include "web/filename.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SAVE_DIRECTORY_NUMBERS = 100, SAVE_DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

// The whole way at once, where the kernel can do that (Linux 5.6) and nothing is in the way.
static int save_directory_at_once(int root, const char *path)
{
    struct open_how how = { .flags = SAVE_DIRECTORY_FLAGS,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
    return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int save_directory_open(int at, const char *name, enum save_directory_mode mode)
{
    int fd = openat(at, name, SAVE_DIRECTORY_FLAGS | O_NOFOLLOW);
    if (fd >= 0 || errno != ENOENT || mode == SAVE_DIRECTORY_FIND)
        return fd < 0 ? -errno : fd;
    if (mkdirat(at, name, 0777) < 0 && errno != EEXIST)
        return -errno;
    fd = openat(at, name, SAVE_DIRECTORY_FLAGS | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

// One component, with the first number that nothing else has.
static int save_directory_step(int at, struct span name, enum save_directory_mode mode,
                               struct buffer *where)
{
    int fd = -ENOTDIR;
    size_t before = where->n;
    for (unsigned long number = 0; number < SAVE_DIRECTORY_NUMBERS; number++) {
        where->n = before;
        if (number)
            filename_numbered(where, name, number);
        else
            buffer_add(where, name.p, name.n);
        if (!buffer_string(where))
            return -ENOMEM;
        fd = save_directory_open(at, where->p + before, mode);
        if (fd != -ENOTDIR && fd != -ELOOP)
            break;
    }
    buffer_add_byte(where, '/');
    return fd;
}

int save_directory(int root, struct span dirs, enum save_directory_mode mode, struct buffer *where)
{
    buffer_clear(where);
    buffer_add(where, dirs.p, dirs.n);
    if (!buffer_string(where))
        return -ENOMEM;
    int at = save_directory_at_once(root, dirs.n ? where->p : ".");
    if (at >= 0)
        return at;
    where->n = 0;
    at = root;
    while (dirs.n > 0) {
        const char *slash = memchr(dirs.p, '/', dirs.n);
        size_t n = slash ? (size_t)(slash - dirs.p) : dirs.n;
        int next = save_directory_step(at, (struct span){ dirs.p, n }, mode, where);
        if (at != root)
            close(at);
        if (next < 0)
            return next;
        at = next;
        n += slash != NULL;
        dirs = (struct span){ dirs.p + n, dirs.n - n };
    }
    return at != root ? at : openat(root, ".", SAVE_DIRECTORY_FLAGS);
}

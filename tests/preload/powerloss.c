// SPDX-License-Identifier: MIT
// A disk that forgets what was not synced. Loaded with LD_PRELOAD, it notes what each fsync,
// fdatasync and syncfs has made safe below the directory POWERLOSS_FROM, in the directory
// POWERLOSS_TO:
//
//     ino/N   what the file with inode N holds for certain
//     names   "F N PATH": the name of a file that was synced is safe with it;
//             "D PATH" and then "E N NAME" for each entry: what a synced directory holds
//
// tests/e2e/powerloss.py builds from these what is found after the power has come back. As on ext4
// and xfs, syncing a file makes its name safe, too, but neither a rename nor an unlink.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int (*real_fsync)(int fd);
static int (*real_fdatasync)(int fd);
static int (*real_syncfs)(int fd);
static ssize_t (*real_pwrite)(int fd, const void *p, size_t n, off_t at);
static const char *from, *to;

__attribute__((constructor)) static void begin(void)
{
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_syncfs = dlsym(RTLD_NEXT, "syncfs");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    from = getenv("POWERLOSS_FROM");
    to = getenv("POWERLOSS_TO");
}

// The path below `from` that `fd` is open at; NULL: it is elsewhere, or has no name any more.
static const char *below(int fd, char path[PATH_MAX])
{
    char link[64];
    if (!from || !to)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0)
        return NULL;
    path[n] = '\0';
    size_t top = strlen(from);
    if (strncmp(path, from, top) != 0 || (path[top] != '/' && path[top] != '\0'))
        return NULL;
    if (n > 10 && strcmp(path + n - 10, " (deleted)") == 0)
        return NULL;
    return path[top] ? path + top + 1 : "";
}

// One process at a time writes down what is safe. Returns a descriptor to close.
static int lock(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/lock", to);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    return fd;
}

static void write_names(const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/names", to);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0)
        perror(path);
    close(fd);
}

// Copies what `path` holds now to ino/N, whole or not at all.
static void keep_content(const char *path, ino_t inode)
{
    char target[PATH_MAX], part[PATH_MAX], block[65536];
    snprintf(target, sizeof target, "%s/ino/%llu", to, (unsigned long long)inode);
    snprintf(part, sizeof part, "%s/part", to);
    int in = open(path, O_RDONLY | O_CLOEXEC),
        out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n = 0;
    while (in >= 0 && out >= 0 && (n = read(in, block, sizeof block)) > 0)
        if (write(out, block, (size_t)n) != n)
            n = -1;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (n == 0)
        rename(part, target);
}

static void keep_directory(const char *path, const char *name)
{
    char line[PATH_MAX + 64];
    DIR *d = opendir(path);
    if (!d)
        return;
    snprintf(line, sizeof line, "D %s\n", name);
    write_names(line);
    for (const struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(line, sizeof line, "E %llu %s\n", (unsigned long long)e->d_ino, e->d_name);
        write_names(line);
    }
    closedir(d);
}

static void keep(int fd)
{
    char path[PATH_MAX], line[PATH_MAX + 64];
    const char *name = below(fd, path);
    struct stat s;
    int e = errno;
    if (!name || fstat(fd, &s) < 0)
        return;
    int l = lock();
    if (S_ISDIR(s.st_mode)) {
        keep_directory(path, name);
    } else {
        keep_content(path, s.st_ino);
        snprintf(line, sizeof line, "F %llu %s\n", (unsigned long long)s.st_ino, name);
        write_names(line);
    }
    close(l);
    errno = e;
}

static void keep_tree(const char *path, const char *name)
{
    char inner[PATH_MAX], inner_name[PATH_MAX];
    DIR *d = opendir(path);
    if (!d)
        return;
    for (const struct dirent *e; (e = readdir(d));) {
        struct stat s;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, e->d_name) >= PATH_MAX ||
            snprintf(inner_name, sizeof inner_name, "%s%s%s", name, *name ? "/" : "", e->d_name) >=
                PATH_MAX)
            continue;
        if (lstat(inner, &s) < 0)
            continue;
        if (S_ISDIR(s.st_mode))
            keep_tree(inner, inner_name);
        else if (S_ISREG(s.st_mode))
            keep_content(inner, s.st_ino);
    }
    closedir(d);
    keep_directory(path, name);
}

int fsync(int fd)
{
    int r = real_fsync(fd);
    if (r == 0)
        keep(fd);
    return r;
}

int fdatasync(int fd)
{
    int r = real_fdatasync(fd);
    if (r == 0)
        keep(fd);
    return r;
}

int syncfs(int fd)
{
    int r = real_syncfs(fd);
    if (r == 0 && from && to) {
        int l = lock();
        keep_tree(from, "");
        close(l);
    }
    return r;
}

// LMDB writes its meta page through a descriptor that syncs by itself.
static void keep_if_synchronous(int fd, ssize_t n)
{
    if (n > 0 && from && to && fcntl(fd, F_GETFL) & O_DSYNC)
        keep(fd);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    ssize_t r = real_pwrite(fd, p, n, at);
    keep_if_synchronous(fd, r);
    return r;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return pwrite64(fd, p, n, at);
}

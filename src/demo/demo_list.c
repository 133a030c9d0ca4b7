// SPDX-License-Identifier: MIT
#include "demo/demo_list.h"
#include "data/buffer.h"
#include "demo/demo_web.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char list_name[] = "urls/demo.txt";

// Writes the path of the list that goes with this program into `out`: the build tree's, or the
// installed one's.
static int open_list(char *out, unsigned room)
{
    char program[1024];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n > 0) {
        program[n] = '\0';
        *strrchr(program, '/') = '\0';
        snprintf(out, room, "%s/%s", program, list_name);
        int fd = open(out, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
    snprintf(out, room, "%s/%s", TRAWL_DATADIR, list_name);
    int fd = open(out, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int read_all(int fd, struct buffer *out)
{
    enum { BLOCK = 64 << 10 };
    long n = 1;
    while (n > 0) {
        char *to = buffer_reserve(out, BLOCK);
        if (!to)
            return -ENOMEM;
        n = files_read(fd, to, BLOCK);
        if (n > 0)
            out->n += (size_t)n;
    }
    return (int)n;
}

// Copies `list` with its port replaced.
static void add_with_port(struct buffer *out, struct buffer *list, uint16_t port)
{
    char from[16];
    int n = snprintf(from, sizeof from, ":%d/", DEMO_PORT);
    const char *p = buffer_string(list), *at;
    if (!p) {
        out->failed = true;
        return;
    }
    while ((at = strstr(p, from))) {
        buffer_add(out, p, (size_t)(at - p));
        buffer_add_format(out, ":%u/", port);
        p = at + n;
    }
    buffer_add_string(out, p);
}

int demo_list_scratch(char *out, unsigned room)
{
    int fd = memfd_create("trawl-demo", MFD_CLOEXEC);
    if (fd < 0) {
        int error = errno;
        log_error("cannot make a file in memory: %s", strerror(error));
        return -error;
    }
    snprintf(out, room, "/proc/self/fd/%d", fd);
    return fd;
}

int demo_list_open(uint16_t port, char *out, char *found, unsigned room)
{
    struct buffer list = { 0 }, copy = { 0 };
    int scratch = -1, fd = open_list(found, room);
    int r = fd < 0 ? fd : read_all(fd, &list);
    if (r < 0)
        log_error("cannot read %s: %s", found, strerror(-r));
    if (r == 0) {
        add_with_port(&copy, &list, port);
        scratch = r = copy.failed ? -ENOMEM : demo_list_scratch(out, room);
    }
    if (r >= 0)
        r = files_write_all(scratch, copy.p, copy.n);
    if (r < 0 && scratch >= 0)
        close(scratch);
    if (fd >= 0)
        close(fd);
    buffer_fini(&list);
    buffer_fini(&copy);
    return r < 0 ? r : scratch;
}

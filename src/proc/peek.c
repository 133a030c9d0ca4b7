// SPDX-License-Identifier: MIT
#include "proc/peek.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

long peek_file(char *out, size_t room, const char *format, ...)
{
    char path[512];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    *out = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    size_t at = 0;
    long n = 1;
    while (n > 0 && at < room - 1) {
        n = files_read(fd, out + at, room - 1 - at);
        at += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    out[n < 0 ? 0 : at] = '\0';
    return n < 0 ? n : (long)at;
}

// Behind `name` at the beginning of a line; NULL when there is none.
static const char *find_line(const char *text, const char *name)
{
    size_t n = strlen(name);
    while (text && strncmp(text, name, n) != 0) {
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return text ? text + n : NULL;
}

uint64_t peek_number(const char *text, const char *name)
{
    const char *at = find_line(text, name);
    return at ? strtoull(at, NULL, 10) : 0;
}

void peek_word(char *out, size_t room, const char *text, const char *name)
{
    const char *at = find_line(text, name);
    size_t n = 0;
    if (at) {
        at += strspn(at, " \t:");
        n = strcspn(at, "\n");
    }
    n = n < room ? n : room - 1;
    if (n)
        memcpy(out, at, n);
    out[n] = '\0';
}

// SPDX-License-Identifier: MIT
#include "sys/log.h"
#include "data/utf8.h"
#include "sys/files.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_MESSAGE = 2000, LOG_LINE = 4 * LOG_MESSAGE + 64 };

static atomic_int log_level = LOG_NOTE;
static atomic_uint log_error_count;

// Guards all below. The texts are here, not on the stack: a fiber that logs keeps its stack small.
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*log_before)(void *), (*log_after)(void *);
static void *log_arg;
static char log_message[LOG_MESSAGE], log_line[LOG_LINE];

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

void log_set_hooks(void (*before)(void *), void (*after)(void *), void *arg)
{
    pthread_mutex_lock(&log_lock);
    log_before = before;
    log_after = after;
    log_arg = arg;
    pthread_mutex_unlock(&log_lock);
}

// Writes log_message as a line. What it cannot write is lost: there is nobody left to tell.
static void log_write(const char *label)
{
    int head = snprintf(log_line, sizeof log_line, "trawl: %s", label);
    log_escape(log_line + head, sizeof log_line - 1 - (size_t)head, log_message,
               strlen(log_message));
    size_t n = strlen(log_line);
    log_line[n++] = '\n';
    if (log_before)
        log_before(log_arg);
    files_write_all(STDERR_FILENO, log_line, n);
    if (log_after)
        log_after(log_arg);
}

static void log_say(enum log_level level, const char *label, const char *format, va_list args)
{
    if ((int)level > atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    int error = errno;
    pthread_mutex_lock(&log_lock);
    errno = error; // for %m
    int n = vsnprintf(log_message, sizeof log_message, format, args);
    if (n >= (int)sizeof log_message)
        memcpy(log_message + sizeof log_message - 4, "...", 4);
    if (n >= 0)
        log_write(label);
    pthread_mutex_unlock(&log_lock);
    errno = error;
}

unsigned log_errors(void)
{
    return atomic_load(&log_error_count);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_say(LOG_ERROR, "error: ", format, args);
    atomic_fetch_add(&log_error_count, 1);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_say(LOG_WARNING, "warning: ", format, args);
    va_end(args);
}

void log_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_say(LOG_NOTE, "", format, args);
    va_end(args);
}

void log_detail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_say(LOG_DETAIL, "", format, args);
    va_end(args);
}

// Whether a terminal may show `c` as it is: no control character (C0, DEL, C1), no line or
// paragraph separator, nothing that turns the direction of what stands around it.
static bool log_harmless(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return false;
    if (c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2066 && c <= 0x2069))
        return false;
    return c < 0x2028 || c > 0x202e;
}

// Writes the next character of `from` to `to` (16 bytes), as it is or as \xNN. Puts the length of
// that into `*len` and returns how many bytes of `from` it was.
static size_t log_escape_one(char *to, size_t *len, const char *from, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    bool valid;
    const char *end = from;
    uint32_t c = utf8_next(&end, from + n, &valid);
    size_t k = (size_t)(end - from);
    if (valid && log_harmless(c)) {
        memcpy(to, from, k);
        return *len = k;
    }
    for (size_t i = 0; i < k; i++) {
        char escaped[4] = { '\\', 'x', hex[(unsigned char)from[i] >> 4], hex[from[i] & 15] };
        memcpy(to + 4 * i, escaped, 4);
    }
    *len = 4 * k;
    return k;
}

const char *log_escape(char *out, size_t room, const char *from, size_t n)
{
    if (room == 0)
        return out;
    char piece[16];
    size_t at = 0, len, mark = 0; // `mark`: the last place where "..." would still fit
    for (size_t i = 0; i < n;) {
        i += log_escape_one(piece, &len, from + i, n - i);
        if (at + len >= room) {
            at = mark;
            for (int dots = 0; dots < 3 && at + 1 < room; dots++)
                out[at++] = '.';
            break;
        }
        memcpy(out + at, piece, len);
        at += len;
        if (at + 3 < room)
            mark = at;
    }
    out[at] = '\0';
    return out;
}

// SPDX-License-Identifier: MIT
#include "fetch/quick.h"
#include <curl/curl.h>
#include <curl/mprintf.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *(*quick_alloc)(size_t n) = malloc;

void quick_use(void *(*alloc)(size_t n))
{
    quick_alloc = alloc;
}

// ---- what libcurl itself defines, for everything that is not plain

static char *(*original_vaprintf)(const char *format, va_list args);
static int (*original_vsnprintf)(char *out, size_t room, const char *format, va_list args);

// Found before main() starts: dlsym is not for hot paths, nor for two threads at once.
__attribute__((constructor)) static void find_originals(void)
{
    original_vaprintf = (char *(*)(const char *, va_list))dlsym(RTLD_NEXT, "curl_mvaprintf");
    original_vsnprintf =
        (int (*)(char *, size_t, const char *, va_list))dlsym(RTLD_NEXT, "curl_mvsnprintf");
}

// ---- plain formats

// Text as it grows: on the caller's stack first, so that what is returned can be allocated once, at
// its size.
struct text {
    char *p;
    size_t n, room;
    bool full; // what came last did not fit
};

static inline void put(struct text *t, const char *p, size_t n)
{
    if (n > t->room - t->n) {
        n = t->room - t->n;
        t->full = true;
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
}

// A conversion: "%04x", "%.*s", "%ld".
struct conversion {
    bool zeros, has_precision;
    int width, precision;
    unsigned bytes; // of an integer argument
    char kind;
};

// Reads the conversion that starts behind a '%'. Returns what follows it, NULL when it is not a
// plain one.
static const char *read_conversion(const char *f, struct conversion *c, va_list args)
{
    *c = (struct conversion){ .bytes = sizeof(int) };
    if (*f == '0') {
        c->zeros = true;
        f++;
    }
    while (*f >= '0' && *f <= '9' && c->width < 100)
        c->width = 10 * c->width + (*f++ - '0');
    if (c->width && !c->zeros)
        return NULL;
    if (*f == '.' && f[1] == '*' && f[2] == 's') {
        c->has_precision = true;
        c->precision = va_arg(args, int);
        f += 2;
    }
    for (; *f == 'l' || *f == 'z' || *f == 'h'; f++) {
        if (*f == 'h' && f[1] != 'u' && f[1] != 'd' && f[1] != 'x')
            return NULL;
        if (*f != 'h')
            c->bytes = sizeof(long);
    }
    c->kind = *f;
    return memchr("sduxc%", *f, 6) && *f && !(c->has_precision && c->precision < 0) ? f + 1 : NULL;
}

static void put_number(struct text *t, const struct conversion *c, uint64_t value, bool negative)
{
    char digits[128];
    size_t at = sizeof digits;
    unsigned base = c->kind == 'x' ? 16 : 10;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (sizeof digits - at + negative < (size_t)c->width)
        digits[--at] = '0';
    if (negative)
        digits[--at] = '-';
    put(t, digits + at, sizeof digits - at);
}

static void put_integer(struct text *t, const struct conversion *c, va_list args)
{
    bool is_long = c->bytes == sizeof(long);
    if (c->kind == 'd') {
        int64_t v = is_long ? va_arg(args, long) : va_arg(args, int);
        put_number(t, c, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0);
    } else {
        put_number(t, c, is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned), false);
    }
}

static bool put_string(struct text *t, const struct conversion *c, const char *s)
{
    if (!s)
        return false;
    put(t, s, c->has_precision ? strnlen(s, (size_t)c->precision) : strlen(s));
    return true;
}

// Formats into `t`. Returns false when something is not plain: what is in `t` then means nothing.
static bool format_plain(struct text *t, const char *f, va_list args)
{
    struct conversion c;
    while (true) {
        const char *percent = strchrnul(f, '%');
        put(t, f, (size_t)(percent - f));
        if (!*percent)
            return true;
        if (percent[1] == 's') { // nearly all are
            const char *s = va_arg(args, const char *);
            if (!s)
                return false;
            put(t, s, strlen(s));
            f = percent + 2;
            continue;
        }
        f = read_conversion(percent + 1, &c, args);
        if (!f)
            return false;
        char byte = '%';
        if (c.kind == 's') {
            if (!put_string(t, &c, va_arg(args, const char *)))
                return false;
            continue;
        }
        if (c.kind == 'c')
            byte = (char)va_arg(args, int);
        if (c.kind == 'c' || c.kind == '%')
            put(t, &byte, 1);
        else
            put_integer(t, &c, args);
    }
}

// va_list is an array type on some machines: a parameter of it cannot be passed on by address. This
// can.
struct arguments {
    va_list list;
};

static bool try_plain(struct text *t, const char *format, struct arguments *a)
{
    va_list copy;
    va_copy(copy, a->list);
    bool done = format_plain(t, format, copy);
    va_end(copy);
    return done;
}

char *curl_mvaprintf(const char *format, va_list args)
{
    char room[512];
    struct text t = { .p = room, .room = sizeof room };
    struct arguments a;
    va_copy(a.list, args);
    char *out = NULL;
    if (!try_plain(&t, format, &a) || t.full) {
        out = original_vaprintf(format, a.list);
    } else if ((out = quick_alloc(t.n + 1))) {
        memcpy(out, room, t.n);
        out[t.n] = '\0';
    }
    va_end(a.list);
    return out;
}

char *curl_maprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *out = curl_mvaprintf(format, args);
    va_end(args);
    return out;
}

// Unlike C's, these return how much was stored.
int curl_mvsnprintf(char *out, size_t room, const char *format, va_list args)
{
    struct text t = { .p = out, .room = room ? room - 1 : 0 };
    struct arguments a;
    va_copy(a.list, args);
    int n;
    if (room == 0 || !try_plain(&t, format, &a)) {
        n = original_vsnprintf(out, room, format, a.list);
    } else {
        out[t.n] = '\0';
        n = (int)t.n;
    }
    va_end(a.list);
    return n;
}

int curl_msnprintf(char *out, size_t room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = curl_mvsnprintf(out, room, format, args);
    va_end(args);
    return n;
}

// ---- comparing

static inline unsigned char upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
}

static __thread bool first_field;

void quick_expect_field(void)
{
    first_field = true;
}

// Whether `b` is what a line of a head is compared with; other text has no colon.
static void look_at_first_field(const char *a, const char *b, size_t n)
{
    if (n == 0 || b[n - 1] != ':')
        return;
    first_field = false;
    if (*a == ' ' || *a == '\t')
        *(char *)(uintptr_t)a = '?'; // a buffer of libcurl's own
}

int curl_strnequal(const char *a, const char *b, size_t n)
{
    if (!a || !b)
        return a == b && n > 0;
    if (__builtin_expect(first_field, 0))
        look_at_first_field(a, b, n);
    for (; n > 0 && *a; a++, b++, n--)
        if (*a != *b && upper((unsigned char)*a) != upper((unsigned char)*b))
            return 0;
    return n == 0 || upper((unsigned char)*a) == upper((unsigned char)*b);
}

// SPDX-License-Identifier: MIT
// Our stand-ins for some of libcurl's functions say exactly what libcurl's say.
#include "check.h"
#include "fetch/quick.h"
#include <curl/curl.h>
#include <curl/mprintf.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *from_libcurl(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    assert_non_null(f);
    return f;
}

__attribute__((format(printf, 1, 2))) static void agrees(const char *format, ...)
{
    char *(*theirs)(const char *, va_list) =
        (char *(*)(const char *, va_list))from_libcurl("curl_mvaprintf");
    int (*stored)(char *, size_t, const char *, va_list) =
        (int (*)(char *, size_t, const char *, va_list))from_libcurl("curl_mvsnprintf");
    va_list args;
    va_start(args, format);
    va_list second;
    va_copy(second, args);
    char *a = curl_mvaprintf(format, args), *b = theirs(format, second);
    va_end(second);
    assert_string_equal(a, b);
    for (size_t room = 0; room <= strlen(b) + 2 && room < 100; room++) {
        char mine[128] = "untouched", original[128] = "untouched";
        va_list third, fourth;
        va_copy(third, args);
        va_copy(fourth, args);
        assert_int_equal(curl_mvsnprintf(mine, room, format, third),
                         stored(original, room, format, fourth));
        assert_string_equal(mine, original);
        va_end(third);
        va_end(fourth);
    }
    va_end(args);
    curl_free(a);
    curl_free(b);
}

static void formatted_text_is_that_of_libcurl(void **state)
{
    (void)state;
    char *volatile nothing = NULL;
    agrees("%s", "");
    agrees("no conversion at all");
    agrees("%s%s%s:%d", "a", "[::1]", "", 8080);
    agrees("%d %d %d", 0, INT_MIN, INT_MAX);
    agrees("%ld %lu %zd %zu", LONG_MIN, ULONG_MAX, (ssize_t)-1, SIZE_MAX);
    agrees("%02x%02x %04x %x", 0, 255, 0xabcd, UINT_MAX);
    agrees("%.*s|%.*s", 3, "abcdef", 10, "short");
    agrees("%c%%%c", 'x', 'y');
    agrees("%5d|%-5d|%5s|%-5s|", 42, 42, "ab", "ab"); // left to libcurl
    agrees("%.3f %X %p", 1.5, 0xbeef, (void *)0x1234);
    agrees("[%s]", nothing);
    agrees("%03d:%02d", -7, 5);
    agrees("%s %hu %hd", "s", (unsigned short)65535, (short)-1);
}

static void long_results_come_whole(void **state)
{
    (void)state;
    char *much = malloc(100001);
    memset(much, 'x', 100000);
    much[100000] = '\0';
    agrees("%s/%s", much, much);
    agrees("%s%d", much, 7);
    free(much);
}

static void comparing_without_case_is_that_of_libcurl(void **state)
{
    (void)state;
    int (*theirs)(const char *, const char *, size_t) =
        (int (*)(const char *, const char *, size_t))from_libcurl("curl_strnequal");
    static const char *const words[] = { "",
                                         "a",
                                         "A",
                                         "Host:",
                                         "host:",
                                         "HOST",
                                         "hosts",
                                         "Content-Length:",
                                         "content-lengtH:",
                                         "\xc4",
                                         "\xe4",
                                         "[",
                                         "{",
                                         "@",
                                         "`" };
    enum { WORDS = sizeof words / sizeof *words };
    for (unsigned a = 0; a < WORDS; a++)
        for (unsigned b = 0; b < WORDS; b++)
            for (size_t n = 0; n < 20; n++)
                assert_int_equal(!!curl_strnequal(words[a], words[b], n),
                                 !!theirs(words[a], words[b], n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formatted_text_is_that_of_libcurl),
        cmocka_unit_test(long_results_come_whole),
        cmocka_unit_test(comparing_without_case_is_that_of_libcurl),
    };
    quick_use(malloc);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

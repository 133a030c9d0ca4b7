// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Standard error becomes one end of a pair that keeps writes apart, so that a test sees each
// write(2).
static int heard, kept;

static int capture(void **state)
{
    (void)state;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    kept = dup(STDERR_FILENO);
    dup2(pair[1], STDERR_FILENO);
    close(pair[1]);
    heard = pair[0];
    return 0;
}

static int release(void **state)
{
    (void)state;
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(heard);
    log_set_level(LOG_NOTE);
    log_set_hooks(NULL, NULL, NULL);
    return 0;
}

static const char *next_write(void)
{
    static char text[20000];
    ssize_t n = recv(heard, text, sizeof text - 1, MSG_DONTWAIT);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    return text;
}

static void a_line_is_one_write(void **state)
{
    (void)state;
    log_note("%d of %s", 3, "four");
    assert_string_equal(next_write(), "trawl: 3 of four\n");
    log_warning("slow");
    assert_string_equal(next_write(), "trawl: warning: slow\n");
    log_error("gone");
    assert_string_equal(next_write(), "trawl: error: gone\n");
    assert_null(next_write());
}

static void only_what_the_level_asks_for_is_shown(void **state)
{
    (void)state;
    log_detail("fine print");
    assert_null(next_write());
    log_set_level(LOG_DETAIL);
    log_detail("fine print");
    assert_string_equal(next_write(), "trawl: fine print\n");
    log_set_level(LOG_ERROR);
    log_warning("no");
    log_note("no");
    assert_null(next_write());
    log_error("yes");
    assert_string_equal(next_write(), "trawl: error: yes\n");
}

static void a_message_cannot_make_two_lines_or_reach_the_terminal(void **state)
{
    (void)state;
    log_note("a%sb", "\r\n\033[2J\t");
    assert_string_equal(next_write(), "trawl: a\\x0d\\x0a\\x1b[2J\\x09b\n");
}

static void a_message_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    char big[6000];
    memset(big, '\001', sizeof big);
    log_note("%.*s", (int)sizeof big, big);
    const char *line = next_write();
    assert_non_null(line);
    assert_string_equal(line + strlen(line) - 8, "\\x01...\n");
    assert_null(next_write());
}

static void errno_is_kept_and_can_be_printed(void **state)
{
    (void)state;
    errno = ENOENT;
    log_note("open: %m");
    assert_int_equal(errno, ENOENT);
    assert_string_equal(next_write(), "trawl: open: No such file or directory\n");
}

static void mark(void *arg)
{
    assert_int_equal(write(STDERR_FILENO, arg, 1), 1);
}

static void hooks_run_around_each_line(void **state)
{
    (void)state;
    char c[] = "|";
    log_set_hooks(mark, mark, c);
    log_note("x");
    assert_string_equal(next_write(), "|");
    assert_string_equal(next_write(), "trawl: x\n");
    assert_string_equal(next_write(), "|");
    assert_null(next_write());
}

static void *chatter(void *arg)
{
    for (int i = 0; i < 200; i++)
        log_note("%s %d", (const char *)arg, i);
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    (void)state;
    pthread_t t[2];
    static char a[] = "aaaaaaaa", b[] = "bbbbbbbb";
    pthread_create(&t[0], NULL, chatter, a);
    pthread_create(&t[1], NULL, chatter, b);
    int next[2] = { 0, 0 };
    for (int i = 0; i < 400; i++) {
        char line[100], want[100];
        ssize_t n = recv(heard, line, sizeof line - 1, 0);
        assert_true(n > 7);
        line[n] = '\0';
        int who = line[7] == 'b';
        snprintf(want, sizeof want, "trawl: %s %d\n", who ? b : a, next[who]++);
        assert_string_equal(line, want);
    }
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
}

static void assert_escapes(const char *from, size_t n, const char *want)
{
    char out[200];
    assert_string_equal(log_escape(out, sizeof out, from, n), want);
}

static void what_is_not_harmless_utf8_is_escaped(void **state)
{
    (void)state;
    assert_escapes("plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f", 15,
                   "plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f");
    assert_escapes("\0\x1f\x7f", 3, "\\x00\\x1f\\x7f");
    assert_escapes("\xc2\x9b"
                   "1m",
                   4, "\\xc2\\x9b1m");                    // CSI as one C1 character
    assert_escapes("\xff\xc0\xaf", 3, "\\xff\\xc0\\xaf"); // no UTF-8; not the shortest form
    assert_escapes("\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf");
    assert_escapes("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");          // a surrogate
    assert_escapes("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); // above U+10FFFF
    assert_escapes("\xe2\x82", 2, "\\xe2\\x82");                   // cut short
    assert_escapes("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");          // right-to-left override
    assert_escapes("", 0, "");
}

static void a_text_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    char out[12];
    assert_string_equal(log_escape(out, 12, "12345678901", 11), "12345678901");
    assert_string_equal(log_escape(out, 12, "123456789012", 12), "12345678...");
    assert_string_equal(log_escape(out, 12,
                                   "1234567\xe2\x82\xac"
                                   "89",
                                   12),
                        "1234567...");
    assert_string_equal(log_escape(out, 12, "\n\n\n", 3), "\\x0a\\x0a...");
    assert_string_equal(log_escape(out, 3, "abc", 3), "..");
    assert_string_equal(log_escape(out, 1, "abc", 3), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_one_write, capture, release),
        cmocka_unit_test_setup_teardown(only_what_the_level_asks_for_is_shown, capture, release),
        cmocka_unit_test_setup_teardown(a_message_cannot_make_two_lines_or_reach_the_terminal,
                                        capture, release),
        cmocka_unit_test_setup_teardown(a_message_too_long_is_cut_and_says_so, capture, release),
        cmocka_unit_test_setup_teardown(errno_is_kept_and_can_be_printed, capture, release),
        cmocka_unit_test_setup_teardown(hooks_run_around_each_line, capture, release),
        cmocka_unit_test_setup_teardown(threads_do_not_mix_their_lines, capture, release),
        cmocka_unit_test(what_is_not_harmless_utf8_is_escaped),
        cmocka_unit_test(a_text_too_long_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

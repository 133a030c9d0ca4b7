// SPDX-License-Identifier: MIT
#include "check.h"
#include "secure/frames.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS         \
    "\0\0\6\4\0\0\0\0\0" \
    "\0\3\0\0\0d"
#define HEADERS(id) "\0\0\2\1\5\0\0\0" id "\202\204"

static const char said[] = PREFACE SETTINGS HEADERS("\1") HEADERS("\3") SETTINGS HEADERS("\5");

static void the_last_stream_is_known_however_the_bytes_come(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof said; piece++) {
        struct frames f = { 0 };
        for (size_t at = 0; at < sizeof said - 1; at += piece)
            frames_take(&f, said + at, piece < sizeof said - 1 - at ? piece : sizeof said - 1 - at);
        assert_int_equal(f.last, 5);
    }
}

static void a_stream_is_open_once_the_head_of_its_frame_is_there(void **state)
{
    (void)state;
    struct frames f = { 0 };
    size_t n = sizeof PREFACE SETTINGS - 1;
    frames_take(&f, said, n + FRAMES_HEAD - 1);
    assert_int_equal(f.last, 0);
    frames_take(&f, said + n + FRAMES_HEAD - 1, 1);
    assert_int_equal(f.last, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_stream_is_known_however_the_bytes_come),
        cmocka_unit_test(a_stream_is_open_once_the_head_of_its_frame_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

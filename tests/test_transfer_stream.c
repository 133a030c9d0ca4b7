// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/transfer_stream.h"
#include <nghttp2/nghttp2.h>

static void expect(enum transfer_stream_end end, struct transfer_stream s)
{
    assert_int_equal(transfer_stream_end(&s), end);
}

#define EXPECT(end, ...) expect(end, (struct transfer_stream){ __VA_ARGS__ })

static void a_stream_is_whole_when_the_server_has_ended_it(void **state)
{
    (void)state;
    EXPECT(STREAM_OPEN, .heard = true);
    EXPECT(STREAM_OPEN, .heard = true, .begun = true, .size = 100);
    EXPECT(STREAM_WHOLE, .heard = true, .begun = true, .ended = true);
    // RST_STREAM(NO_ERROR) behind it: what is left of the request is not wanted (RFC 9113 §8.1).
    EXPECT(STREAM_WHOLE, .heard = true, .begun = true, .ended = true, .reset = true,
           .closed = true);
}

static void a_stream_without_its_end_is_not_whole_however_it_was_closed(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 20; code++) {
        struct transfer_stream s = { .heard = true, .begun = true, .closed = true, .code = code };
        assert_int_not_equal(transfer_stream_end(&s), STREAM_WHOLE);
        s.reset = true;
        assert_int_equal(transfer_stream_end(&s), STREAM_RESET);
    }
}

static void who_closed_it_is_told_apart(void **state)
{
    (void)state;
    EXPECT(STREAM_RESET, .heard = true, .reset = true, .closed = true);
    EXPECT(STREAM_BROKEN, .heard = true, .closed = true, .code = NGHTTP2_PROTOCOL_ERROR);
    EXPECT(STREAM_BROKEN, .heard = true, .closed = true, .code = NGHTTP2_FLOW_CONTROL_ERROR);
    // libcurl, for an exchange that has failed
    EXPECT(STREAM_OPEN, .heard = true, .closed = true, .code = NGHTTP2_STREAM_CLOSED);
}

static void what_was_refused_before_an_answer_was_not_done(void **state)
{
    (void)state;
    EXPECT(STREAM_REFUSED, .heard = true, .reset = true, .closed = true,
           .code = NGHTTP2_REFUSED_STREAM);
    EXPECT(STREAM_REFUSED, .heard = true, .closed = true, .code = NGHTTP2_REFUSED_STREAM);
    EXPECT(STREAM_RESET, .heard = true, .begun = true, .closed = true,
           .code = NGHTTP2_REFUSED_STREAM);
}

static void nothing_is_said_of_what_was_not_heard(void **state)
{
    (void)state;
    EXPECT(STREAM_UNKNOWN, .closed = true, .reset = true);
    assert_null(transfer_stream_why(STREAM_UNKNOWN));
    assert_non_null(transfer_stream_why(STREAM_REFUSED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_whole_when_the_server_has_ended_it),
        cmocka_unit_test(a_stream_without_its_end_is_not_whole_however_it_was_closed),
        cmocka_unit_test(who_closed_it_is_told_apart),
        cmocka_unit_test(what_was_refused_before_an_answer_was_not_done),
        cmocka_unit_test(nothing_is_said_of_what_was_not_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/failure.h"
#include "fetch/tls_flood.h"
#include <errno.h>

static void expect(enum fetch_error word, struct failure f)
{
    if (!f.text)
        f.text = "";
    if (!f.family)
        f.family = 4;
    assert_string_equal(fetch_error_word(failure_word(&f)).p, fetch_error_word(word).p);
}

#define EXPECT(word, ...) expect(FETCH_##word, (struct failure){ __VA_ARGS__ })

static void connecting_fails_in_as_many_ways_as_users_tell_apart(void **state)
{
    (void)state;
    EXPECT(CONNECT_REFUSED, .code = CURLE_COULDNT_CONNECT, .os_error = ECONNREFUSED);
    EXPECT(CONNECT_FAILED, .code = CURLE_COULDNT_CONNECT, .os_error = ENETUNREACH);
    EXPECT(CONNECT_FAILED, .code = CURLE_COULDNT_CONNECT, .os_error = EHOSTUNREACH);
    EXPECT(CONNECT_FAILED, .code = CURLE_COULDNT_CONNECT);
    EXPECT(CONNECT_TIMEOUT, .code = CURLE_COULDNT_CONNECT, .os_error = ETIMEDOUT);
    EXPECT(CONNECT_TIMEOUT, .code = CURLE_OPERATION_TIMEDOUT);
    EXPECT(TIMEOUT, .code = CURLE_OPERATION_TIMEDOUT, .max_time_out = true);
    EXPECT(TIMEOUT, .code = CURLE_OPERATION_TIMEDOUT, .asked = true);
    EXPECT(PROXY_FAILED, .code = CURLE_COULDNT_CONNECT, .os_error = ECONNREFUSED,
           .over_proxy = true);
    EXPECT(PROXY_FAILED, .code = CURLE_RECV_ERROR, .over_proxy = true,
           .text = "CONNECT tunnel failed, response 403");
    EXPECT(PROXY_FAILED, .code = CURLE_PROXY, .over_proxy = true);
}

static void running_short_of_something_is_ours(void **state)
{
    (void)state;
    EXPECT(NO_RESOURCES, .code = CURLE_COULDNT_CONNECT, .os_error = EMFILE);
    EXPECT(NO_RESOURCES, .code = CURLE_COULDNT_CONNECT, .os_error = ENOBUFS);
    EXPECT(NO_RESOURCES, .code = CURLE_COULDNT_CONNECT, .os_error = EADDRNOTAVAIL);
    EXPECT(CONNECT_FAILED, .code = CURLE_COULDNT_CONNECT, .os_error = EADDRNOTAVAIL, .family = 6);
    EXPECT(NO_RESOURCES, .code = CURLE_OUT_OF_MEMORY);
    EXPECT(TOO_LARGE, .code = CURLE_OUT_OF_MEMORY, .asked = true);
    EXPECT(NO_RESOURCES, .code = CURLE_OUT_OF_MEMORY, .asked = true, .no_memory = true);
    EXPECT(NO_RESOURCES, .code = CURLE_SETOPT_OPTION_SYNTAX);
    EXPECT(NO_RESOURCES, .code = CURLE_SSL_CONNECT_ERROR,
           .text = "SSL: couldn't create a context: error:00000000:lib(0)::malloc failure");
    EXPECT(NO_RESOURCES, .code = CURLE_OUT_OF_MEMORY, .asked = true, .head_done = true);
}

static void a_connection_breaks_by_a_reset_its_end_or_nonsense(void **state)
{
    (void)state;
    EXPECT(RESET, .code = CURLE_RECV_ERROR, .asked = true, .os_error = ECONNRESET,
           .text = "Recv failure: Connection reset by peer");
    EXPECT(RESET, .code = CURLE_SEND_ERROR, .asked = true, .os_error = EPIPE,
           .text = "Send failure: Broken pipe");
    EXPECT(EMPTY_REPLY, .code = CURLE_GOT_NOTHING, .asked = true);
    EXPECT(TRUNCATED, .code = CURLE_GOT_NOTHING, .asked = true, .head_begun = true);
    EXPECT(TRUNCATED, .code = CURLE_PARTIAL_FILE, .asked = true, .head_begun = true);
    EXPECT(PROTOCOL, .code = CURLE_RECV_ERROR, .asked = true,
           .text = "Illegal or missing hexadecimal sequence in chunked-encoding");
    EXPECT(PROTOCOL, .code = CURLE_WEIRD_SERVER_REPLY);
    EXPECT(PROTOCOL, .code = CURLE_UNSUPPORTED_PROTOCOL,
           .text = "Received HTTP/0.9 when not allowed");
    EXPECT(EMPTY_REPLY, .code = CURLE_PARTIAL_FILE, .asked = true);
    EXPECT(PROTOCOL, .code = CURLE_HTTP2);
    EXPECT(RESET, .code = CURLE_HTTP2_STREAM, .asked = true);
    EXPECT(PROTOCOL, .code = CURLE_RECV_ERROR, .asked = true,
           .text = "OpenSSL SSL_read: error:40800001:lib(129)::a flood: " TLS_FLOOD_WORDS);
    EXPECT(TLS_FAILED, .code = CURLE_SSL_CONNECT_ERROR,
           .text = "OpenSSL SSL_connect: error:40800001:lib(129)::a flood: " TLS_FLOOD_WORDS);
}

// Over HTTP/2 libcurl's code is the same for many things, success among them.
static void how_a_stream_ended_says_more_than_libcurls_code(void **state)
{
    (void)state;
    static const CURLcode codes[] = { CURLE_OK,           CURLE_GOT_NOTHING,  CURLE_HTTP2,
                                      CURLE_HTTP2_STREAM, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR,
                                      CURLE_RECV_ERROR };
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++) {
        EXPECT(RESET, .code = codes[i], .asked = true, .stream = STREAM_RESET);
        EXPECT(RESET, .code = codes[i], .asked = true, .stream = STREAM_REFUSED);
        EXPECT(PROTOCOL, .code = codes[i], .asked = true, .stream = STREAM_BROKEN);
    }
    EXPECT(PROTOCOL, .code = CURLE_OK, .asked = true, .head_begun = true, .stream = STREAM_OPEN);
    EXPECT(TRUNCATED, .code = CURLE_OK, .asked = true, .head_begun = true, .stream = STREAM_WHOLE);
    EXPECT(PROTOCOL, .code = CURLE_GOT_NOTHING, .asked = true, .stream = STREAM_OPEN);
    EXPECT(EMPTY_REPLY, .code = CURLE_PARTIAL_FILE, .asked = true, .stream = STREAM_OPEN);
    EXPECT(TRUNCATED, .code = CURLE_PARTIAL_FILE, .asked = true, .head_begun = true,
           .stream = STREAM_OPEN);
    EXPECT(TOO_LARGE, .code = CURLE_RECV_ERROR, .asked = true, .stream = STREAM_OPEN,
           .text = "h2_process_pending_input: nghttp2_session_mem_recv() returned -902:The user "
                   "callback function failed");
    EXPECT(PROTOCOL, .code = CURLE_RECV_ERROR, .asked = true, .stream = STREAM_OPEN,
           .text = "h2_process_pending_input: nghttp2_session_mem_recv() returned -904:Flooding");
    EXPECT(RESET, .code = CURLE_RECV_ERROR, .asked = true, .os_error = ECONNRESET,
           .stream = STREAM_OPEN, .text = "Recv failure: Connection reset by peer");
    EXPECT(TIMEOUT, .code = CURLE_OPERATION_TIMEDOUT, .asked = true, .stream = STREAM_RESET);
    EXPECT(NO_RESOURCES, .code = CURLE_RECV_ERROR, .os_error = ENOBUFS, .stream = STREAM_OPEN);
}

static void tls_tells_certificates_from_the_rest(void **state)
{
    (void)state;
    EXPECT(TLS_CERTIFICATE, .code = CURLE_PEER_FAILED_VERIFICATION);
    EXPECT(TLS_FAILED, .code = CURLE_SSL_CONNECT_ERROR, .text = "wrong version number");
    EXPECT(RESET, .code = CURLE_SSL_CONNECT_ERROR,
           .text = "OpenSSL SSL_connect: Connection reset by peer in connection to h:443 ");
    EXPECT(TLS_FAILED, .code = CURLE_SSL_CACERT_BADFILE);
    EXPECT(
        TRUNCATED, .code = CURLE_RECV_ERROR, .asked = true, .head_begun = true,
        .text =
            "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading, errno 0");
    EXPECT(
        EMPTY_REPLY, .code = CURLE_RECV_ERROR, .asked = true,
        .text =
            "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading, errno 0");
    EXPECT(TLS_FAILED, .code = CURLE_RECV_ERROR, .asked = true,
           .text =
               "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required");
}

static void a_sentence_about_a_failure_is_told_from_the_rest_of_a_trace(void **state)
{
    static const char *const sentences[] = {
        "Recv failure: Connection reset by peer",
        "Illegal or missing hexadecimal sequence in chunked-encoding",
        "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading, errno 0",
        "Operation timed out after 1001 milliseconds with 0 bytes received",
        "transfer closed with 97 bytes remaining to read",
    };
    static const char *const rest[] = {
        "Closing connection 0",
        "Connection #0 to host h.test left intact",
        "Mark bundle as not supporting multiuse",
        "SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384",
        "Connected to h.test (192.0.2.1) port 80 (#1)",
        "HTTP 1.0, assume close after body",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        assert_true(failure_is_told_by(sentences[i]));
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        assert_false(failure_is_told_by(rest[i]));
}

static void every_error_has_its_word(void **state)
{
    (void)state;
    assert_int_equal(fetch_error_word(FETCH_OK).n, 0);
    for (int e = 1; e < FETCH_ERROR_COUNT; e++) {
        struct span w = fetch_error_word((enum fetch_error)e);
        assert_true(w.n > 2 && strlen(w.p) == w.n);
    }
    for (int code = 1; code < CURL_LAST; code++) {
        struct failure f = { .code = (CURLcode)code, .text = "", .family = 4 };
        assert_int_not_equal(failure_word(&f), FETCH_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connecting_fails_in_as_many_ways_as_users_tell_apart),
        cmocka_unit_test(running_short_of_something_is_ours),
        cmocka_unit_test(a_connection_breaks_by_a_reset_its_end_or_nonsense),
        cmocka_unit_test(how_a_stream_ended_says_more_than_libcurls_code),
        cmocka_unit_test(tls_tells_certificates_from_the_rest),
        cmocka_unit_test(a_sentence_about_a_failure_is_told_from_the_rest_of_a_trace),
        cmocka_unit_test(every_error_has_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "authority.h"
#include "canned.h"
#include "fetch_client.h"
#include <unistd.h>

#define TLS_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const struct canned_answer tls_answers[] = {
    { "/", { { CANNED_SEND, TLS_HELLO, 0 } } },
    { "/close", { { CANNED_SEND, TLS_HELLO, 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/until-close",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n\r\nhello", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/until-cut",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n\r\nhello", 0 }, { CANNED_CUT, NULL, 0 } } },
    { "/short-and-cut",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 0 },
        { CANNED_CUT, NULL, 0 } } },
    { "/nothing", { { CANNED_CUT, NULL, 0 } } },
    { "/retire", { { CANNED_SEND, TLS_HELLO, 0 }, { CANNED_RETIRE, NULL, 30 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static struct authority trusted, unknown;
static char authority_file[] = "/tmp/trawl-test-ca-XXXXXX";
static struct fetch_settings settings = { .ca_file = authority_file };
static struct canned origin;
static struct fetch_sink sink;
static struct response answer;

static void tls_get(struct io *io, const char *path, bool keep)
{
    char url[100];
    snprintf(url, sizeof url, "https://host.test:%u%s", origin.port, path);
    struct request q = fetch_request(url, "host.test", origin.port);
    q.keep = keep;
    fetch_do(io, &q, &sink, &answer);
}

static void tls_with(SSL_CTX *server, void (*body)(struct io *io))
{
    canned_start(&origin, tls_answers, server);
    fetch_each(body, &settings);
    canned_stop(&origin);
    SSL_CTX_free(server);
    response_fini(&answer);
}

static void tls_expect_hello(void)
{
    assert_string_equal(answer.message, "");
    assert_int_equal(answer.status, 200);
    assert_string_equal(sink.body, "hello");
    assert_true(answer.reused || answer.time_appconnect > 0);
}

static void good(struct io *io)
{
    unsigned before = __atomic_load_n(&origin.connections, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 3; i++) {
        tls_get(io, "/", true);
        tls_expect_hello();
        assert_int_equal(answer.reused, i > 0);
    }
    assert_int_equal(__atomic_load_n(&origin.connections, __ATOMIC_SEQ_CST), before + 1);
    tls_get(io, "/until-close", false);
    tls_expect_hello();
    assert_false(answer.unclosed);
}

static void a_verified_host_is_fetched_and_its_connection_used_again(void **state)
{
    (void)state;
    tls_with(authority_server(&trusted, "host.test", -1, 1), good);
}

static void cut(struct io *io)
{
    // RFC 9112 §9.8 calls this incomplete; libcurl and browsers do not, for too many servers do it.
    // It is complete for us as well, but marked.
    tls_get(io, "/until-cut", false);
    tls_expect_hello();
    assert_true(answer.unclosed);
    tls_get(io, "/short-and-cut", false);
    assert_int_equal(answer.error, FETCH_TRUNCATED);
    assert_string_equal(sink.body, "hello");
    tls_get(io, "/nothing", false);
    assert_int_equal(answer.error, FETCH_EMPTY_REPLY);
    assert_false(answer.unclosed);
    tls_get(io, "/close", false); // whose end its length tells
    assert_false(answer.unclosed);
}

static void an_end_without_close_notify_is_an_end_and_is_marked(void **state)
{
    (void)state;
    tls_with(authority_server(&trusted, "host.test", -1, 1), cut);
}

static void tls_expect_certificate(struct io *io, const char *reason)
{
    tls_get(io, "/", true);
    assert_int_equal(answer.error, FETCH_TLS_CERTIFICATE);
    assert_false(answer.sent);
    if (!strstr(answer.message, reason))
        fail_msg("'%s' does not say '%s'", answer.message, reason);
}

static void expired(struct io *io)
{
    tls_expect_certificate(io, "certificate has expired");
}

static void not_yet(struct io *io)
{
    tls_expect_certificate(io, "not yet valid");
}

static void wrong_name(struct io *io)
{
    tls_expect_certificate(io, "host.test");
}

static void of_nobody(struct io *io)
{
    tls_expect_certificate(io, "unable to get local issuer certificate");
}

static void a_bad_certificate_is_refused_with_its_reason(void **state)
{
    (void)state;
    tls_with(authority_server(&trusted, "host.test", -10, -1), expired);
    tls_with(authority_server(&trusted, "host.test", 1, 10), not_yet);
    tls_with(authority_server(&trusted, "other.test", -1, 1), wrong_name);
    tls_with(authority_server(&unknown, "host.test", -1, 1), of_nobody);
}

static void any(struct io *io)
{
    tls_get(io, "/", false);
    tls_expect_hello();
}

static void insecure_takes_any_certificate(void **state)
{
    (void)state;
    settings.insecure = true;
    tls_with(authority_server(&unknown, "other.test", -10, -1), any);
    settings.insecure = false;
}

static void plain(struct io *io)
{
    tls_get(io, "/", false);
    assert_int_equal(answer.error, FETCH_TLS_FAILED);
    assert_true(answer.message[0]);
}

static void a_server_that_does_not_speak_tls_is_told_from_bad_certificates(void **state)
{
    (void)state;
    // What comes back to a ClientHello is HTTP: there is no request for canned to find.
    static const struct canned_answer nothing[] = { { NULL, { { CANNED_END, NULL, 0 } } } };
    canned_start(&origin, nothing, NULL);
    SSL_CTX *no_ciphers = authority_server(&trusted, "host.test", -1, 1);
    canned_stop(&origin);
    SSL_CTX_set_max_proto_version(no_ciphers, TLS1_VERSION);
    tls_with(no_ciphers, plain);
}

static void no_bundle(struct io *io)
{
    tls_get(io, "/", false);
    assert_int_equal(answer.error, FETCH_TLS_FAILED);
    assert_non_null(strstr(answer.message, "/nonexistent"));
}

static void a_bundle_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    settings.ca_file = "/nonexistent";
    tls_with(authority_server(&trusted, "host.test", -1, 1), no_bundle);
    settings.ca_file = authority_file;
}

static int fetch_idle(int64_t ms)
{
    struct loop *l = loop_current();
    if (l)
        return sleep_until(clock_mono() + ms * CLOCK_MS);
    usleep((useconds_t)ms * 1000);
    return 0;
}

static void retired(struct io *io)
{
    for (int i = 0; i < 3; i++) {
        tls_get(io, "/retire", true);
        if (answer.error) // visit tries such a one again, on a fresh connection
            assert_true(answer.reused && !answer.status);
        fetch_idle(100);
    }
}

static void an_idle_connection_that_was_closed_is_found_out(void **state)
{
    (void)state;
    tls_with(authority_server(&trusted, "host.test", -1, 1), retired);
}

static void *tls_work(void *wrong)
{
    struct easy *e;
    struct fetch_sink body;
    struct response r = { 0 };
    char url[100];
    if (easy_new(&e, &settings) < 0)
        return NULL;
    snprintf(url, sizeof url, "https://host.test:%u/", origin.port);
    struct request q = fetch_request(url, "host.test", origin.port);
    for (int i = 0; i < 10; i++) {
        q.keep = i % 3;
        fetch_do(easy_io(e), &q, &body, &r);
        if (r.error || strcmp(body.body, "hello") != 0)
            __atomic_add_fetch((int *)wrong, 1, __ATOMIC_SEQ_CST);
    }
    response_fini(&r);
    easy_free(e);
    return NULL;
}

static void threads_fetch_side_by_side(void **state)
{
    (void)state;
    pthread_t t[4];
    int wrong = 0;
    SSL_CTX *server = authority_server(&trusted, "host.test", -1, 1);
    canned_start(&origin, tls_answers, server);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, tls_work, &wrong), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(wrong, 0);
    canned_stop(&origin);
    SSL_CTX_free(server);
}

static char client_certificate[] = "/tmp/trawl-test-cert-XXXXXX";
static char client_key[] = "/tmp/trawl-test-key-XXXXXX";

static SSL_CTX *tls_asking_server(void)
{
    SSL_CTX *server = authority_server(&trusted, "host.test", -1, 1);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(server), trusted.certificate);
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return server;
}

static void a_server_that_wants_to_know_is_shown_our_certificate(void **state)
{
    (void)state;
    EVP_PKEY *key;
    X509 *certificate = authority_issue(&trusted, "me", -1, 1, &key);
    authority_write(client_certificate, certificate, NULL);
    authority_write(client_key, NULL, key);
    settings.cert_file = client_certificate;
    settings.key_file = client_key;
    tls_with(tls_asking_server(), any);
    settings.cert_file = settings.key_file = NULL;
    tls_with(tls_asking_server(), plain);
    unlink(client_certificate);
    unlink(client_key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void facts(struct io *io)
{
    for (int i = 0; i < 2; i++) {
        tls_get(io, "/", true);
        tls_expect_hello();
        assert_string_equal(answer.tls.version, "TLSv1.3");
        assert_memory_equal(answer.tls.cipher, "TLS_", 4);
        assert_string_equal(answer.tls.issuer, "CN=A made-up authority");
        assert_in_range(answer.tls.not_after, clock_wall() + 12 * 3600 * CLOCK_S,
                        clock_wall() + 25 * 3600 * CLOCK_S);
    }
}

static void no_facts(struct io *io)
{
    tls_get(io, "/", true);
    assert_string_equal(answer.tls.version, "");
}

static void what_is_known_of_the_connection_is_told_when_asked_for(void **state)
{
    (void)state;
    settings.tls_facts = true;
    tls_with(authority_server(&trusted, "host.test", -1, 1), facts);
    settings.tls_facts = false;
    tls_with(authority_server(&trusted, "host.test", -1, 1), no_facts);
}

static int tls_start(void **state)
{
    (void)state;
    authority_make(&trusted, "A made-up authority");
    authority_make(&unknown, "Another");
    authority_write(authority_file, trusted.certificate, NULL);
    return 0;
}

static int tls_stop(void **state)
{
    (void)state;
    authority_drop(&trusted);
    authority_drop(&unknown);
    unlink(authority_file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verified_host_is_fetched_and_its_connection_used_again),
        cmocka_unit_test(an_end_without_close_notify_is_an_end_and_is_marked),
        cmocka_unit_test(a_bad_certificate_is_refused_with_its_reason),
        cmocka_unit_test(insecure_takes_any_certificate),
        cmocka_unit_test(a_server_that_does_not_speak_tls_is_told_from_bad_certificates),
        cmocka_unit_test(a_bundle_that_cannot_be_read_is_named),
        cmocka_unit_test(an_idle_connection_that_was_closed_is_found_out),
        cmocka_unit_test(threads_fetch_side_by_side),
        cmocka_unit_test(a_server_that_wants_to_know_is_shown_our_certificate),
        cmocka_unit_test(what_is_known_of_the_connection_is_told_when_asked_for),
    };
    return cmocka_run_group_tests(tests, tls_start, tls_stop);
}

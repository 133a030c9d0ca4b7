// SPDX-License-Identifier: MIT
#include "authority.h"
#include "check.h"
#include "fetch/tls_flood.h"
#include <openssl/err.h>
#include <stdbool.h>
#include <string.h>

// ---- a connection that is none: what is counted is made up

static SSL_CTX *context;

static int open_context(void **state)
{
    (void)state;
    tls_flood_init();
    context = SSL_CTX_new(TLS_client_method());
    return context ? 0 : -1;
}

static int close_context(void **state)
{
    (void)state;
    SSL_CTX_free(context);
    return 0;
}

static void record(SSL *tls, int is_sent, int kind, unsigned size)
{
    const unsigned char head[5] = { (unsigned char)kind, 3, 3, (unsigned char)(size >> 8),
                                    (unsigned char)size };
    tls_flood_count(tls, is_sent, SSL3_RT_HEADER, head, sizeof head);
}

// A record of TLS 1.3, where all look alike and the kind is found within.
static void hidden(SSL *tls, unsigned char kind, unsigned size)
{
    record(tls, 0, SSL3_RT_APPLICATION_DATA, size);
    tls_flood_count(tls, 0, SSL3_RT_INNER_CONTENT_TYPE, &kind, 1);
}

static bool is_over(SSL *tls)
{
    return SSL_get_shutdown(tls) & SSL_RECEIVED_SHUTDOWN;
}

static void a_turn_holds_512_records_and_messages(void **state)
{
    (void)state;
    SSL *tls = SSL_new(context);
    tls_flood_next_turn();
    for (int i = 0; i < 513; i++)
        hidden(tls, SSL3_RT_HANDSHAKE, 10);
    assert_false(is_over(tls));
    hidden(tls, SSL3_RT_HANDSHAKE, 10);
    assert_true(is_over(tls));
    SSL_free(tls);
}

static void over_many_turns_half_a_megabyte_of_nothing_is_enough(void **state)
{
    (void)state;
    SSL *tls = SSL_new(context);
    unsigned n = 0;
    for (; !is_over(tls) && n < 1000; n++) {
        tls_flood_next_turn();
        hidden(tls, SSL3_RT_HANDSHAKE, 16384);
    }
    assert_in_range(n, 16, 40);
    SSL_free(tls);
    tls = SSL_new(context);
    for (n = 0; !is_over(tls) && n < 100000; n++) {
        tls_flood_next_turn();
        record(tls, 0, SSL3_RT_ALERT, 2);
    }
    assert_in_range(n, 8000, 9000);
    SSL_free(tls);
}

static void data_is_nothing_where_somebody_tells_what_is_something(void **state)
{
    (void)state;
    SSL *tls = SSL_new(context);
    tls_flood_tell(tls);
    for (int i = 0; i < 20; i++) {
        tls_flood_next_turn();
        hidden(tls, SSL3_RT_APPLICATION_DATA, 16384);
    }
    assert_false(is_over(tls));
    tls_flood_progress(tls);
    for (int i = 0; i < 20; i++) {
        tls_flood_next_turn();
        hidden(tls, SSL3_RT_APPLICATION_DATA, 16384);
    }
    assert_false(is_over(tls));
    for (int i = 0; i < 20; i++) {
        tls_flood_next_turn();
        hidden(tls, SSL3_RT_APPLICATION_DATA, 16384);
    }
    assert_true(is_over(tls));
    SSL_free(tls);
}

// A server opens its windows for what it is sent, in frames that are nothing for anybody; one that
// has its PING answered gets as much as it sends.
static void a_long_upload_is_no_flood_and_answers_to_ping_are_no_upload(void **state)
{
    (void)state;
    SSL *tls = SSL_new(context);
    tls_flood_tell(tls);
    for (int i = 0; i < 100000; i++) {
        tls_flood_next_turn();
        record(tls, 1, SSL3_RT_APPLICATION_DATA, 16384);
        hidden(tls, SSL3_RT_APPLICATION_DATA, 30);
        hidden(tls, SSL3_RT_APPLICATION_DATA, 30);
    }
    assert_false(is_over(tls));
    for (int i = 0; i < 100; i++) {
        tls_flood_next_turn();
        hidden(tls, SSL3_RT_APPLICATION_DATA, 16384);
        record(tls, 1, SSL3_RT_APPLICATION_DATA, 16384);
    }
    assert_true(is_over(tls));
    SSL_free(tls);
}

static void a_flood_is_an_error_and_no_end(void **state)
{
    (void)state;
    SSL *tls = SSL_new(context);
    ERR_clear_error();
    tls_flood_next_turn();
    for (int i = 0; i < 1000; i++)
        record(tls, 0, SSL3_RT_ALERT, 2);
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    assert_non_null(strstr(text, TLS_FLOOD_WORDS));
    assert_int_equal(ERR_get_error(), 0); // said once
    SSL_free(tls);
}

// ---- a connection that is one

struct pair {
    SSL_CTX *there, *here;
    SSL *server, *client;
};

static void listen_here(int is_sent, int version, int kind, const void *p, size_t n, SSL *tls,
                        void *arg)
{
    (void)version, (void)arg;
    tls_flood_count(tls, is_sent, kind, p, n);
}

static void pair_open(struct pair *p, int version)
{
    struct authority trusted;
    authority_make(&trusted, "A made-up authority");
    p->there = authority_server(&trusted, "host.test", -1, 1);
    authority_drop(&trusted);
    p->here = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_msg_callback(p->here, listen_here);
    p->server = SSL_new(p->there);
    p->client = SSL_new(p->here);
    assert_true(SSL_set_max_proto_version(p->client, version));
    BIO *a, *b;
    assert_int_equal(BIO_new_bio_pair(&a, 1 << 17, &b, 1 << 17), 1);
    SSL_set_bio(p->server, a, a);
    SSL_set_bio(p->client, b, b);
    SSL_set_accept_state(p->server);
    SSL_set_connect_state(p->client);
    for (int done = 0, i = 0; done < 2 && i < 20; i++) {
        done = (SSL_do_handshake(p->client) == 1) + (SSL_do_handshake(p->server) == 1);
        assert_true(i < 19);
    }
}

static void pair_close(struct pair *p)
{
    SSL_free(p->client);
    SSL_free(p->server);
    SSL_CTX_free(p->here);
    SSL_CTX_free(p->there);
}

// 20,000 records a kilobyte each, read as libcurl does: a call, and what it got is taken.
static void long_transfers_over_many_records_are_no_flood(void **state)
{
    (void)state;
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    char bytes[1024] = { 0 };
    for (unsigned k = 0; k < 2; k++) {
        struct pair p;
        pair_open(&p, versions[k]);
        for (int i = 0; i < 20000; i++) {
            assert_int_equal(SSL_write(p.server, bytes, sizeof bytes), sizeof bytes);
            assert_int_equal(SSL_read(p.client, bytes, sizeof bytes), sizeof bytes);
            tls_flood_next_turn();
        }
        assert_false(is_over(p.client));
        pair_close(&p);
    }
}

static void new_keys_without_end_make_reading_fail(void **state)
{
    (void)state;
    struct pair p;
    char byte;
    pair_open(&p, TLS1_3_VERSION);
    int r = -1, what = SSL_ERROR_WANT_READ;
    for (int i = 0; i < 100 && what == SSL_ERROR_WANT_READ; i++) {
        for (int k = 0; k < 200; k++) {
            assert_true(SSL_key_update(p.server, SSL_KEY_UPDATE_NOT_REQUESTED));
            assert_int_equal(SSL_do_handshake(p.server), 1);
        }
        tls_flood_next_turn();
        ERR_clear_error();
        r = SSL_read(p.client, &byte, 1);
        what = SSL_get_error(p.client, r);
    }
    assert_true(r <= 0);
    assert_int_equal(what, SSL_ERROR_SSL);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_holds_512_records_and_messages),
        cmocka_unit_test(over_many_turns_half_a_megabyte_of_nothing_is_enough),
        cmocka_unit_test(data_is_nothing_where_somebody_tells_what_is_something),
        cmocka_unit_test(a_long_upload_is_no_flood_and_answers_to_ping_are_no_upload),
        cmocka_unit_test(a_flood_is_an_error_and_no_end),
        cmocka_unit_test(long_transfers_over_many_records_are_no_flood),
        cmocka_unit_test(new_keys_without_end_make_reading_fail),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}

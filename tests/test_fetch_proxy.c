// SPDX-License-Identifier: MIT
// Exchanges that go by way of somebody, or show who asks: proxies, digest, an interface of our own.
#include "authority.h"
#include "canned.h"
#include "fetch_client.h"
#include "relay.h"
#include <unistd.h>

#define PROXY_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define PROXY_401                                                                            \
    "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n" \
    "Content-Length: 3\r\n\r\nno\n"

static const struct canned_answer answers[] = {
    { "/", { { CANNED_SEND, PROXY_HELLO, 0 } } },
    { "http://far.test/page", { { CANNED_SEND, PROXY_HELLO, 0 } } },
    { "http://near.test/page", { { CANNED_SEND, PROXY_HELLO, 0 } } },
    { "far.test:443", { { CANNED_SEND, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0 } } },
    { "/digest",
      { { CANNED_IF, "Authorization: Digest username=\"me\"", 0 },
        { CANNED_SEND, PROXY_HELLO, 0 } } },
    { "/digest", { { CANNED_SEND, PROXY_401, 0 } } },
    { "/never", { { CANNED_SEND, PROXY_401, 0 } } },
    { "/basic-only",
      { { CANNED_SEND,
          "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 3\r\n\r\nno\n",
          0 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static struct authority trusted;
static char authority_file[] = "/tmp/trawl-test-ca-XXXXXX";
static struct fetch_settings settings = { .ca_file = authority_file };
static struct canned origin;
static struct relay relay;
static struct fetch_sink sink;
static struct response answer;

static unsigned count(const unsigned *what)
{
    return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

static void expect_hello(void)
{
    assert_string_equal(answer.message, "");
    assert_int_equal(answer.status, 200);
    assert_string_equal(sink.body, "hello");
}

static void expect_sent(const char *part)
{
    char last[4096];
    canned_last(&origin, last);
    if (!strstr(last, part))
        fail_msg("'%s' is not in '%s'", part, last);
}

// ---- HTTP proxies

static void plain(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", origin.port);
    struct proxy proxy = { .url = url, .port = origin.port, .credentials = "me:secret" };
    struct request q = fetch_request("http://far.test/page", "far.test", 80);
    unsigned before = count(&origin.connections);
    q.proxy = &proxy;
    q.keep = true;
    q.special_ok = false; // a proxy's address is the user's word
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    expect_sent("GET http://far.test/page HTTP/1.1\r\nHost: far.test\r\n");
    expect_sent("\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n");
    assert_int_equal(answer.remote_port, origin.port);
    // One connection serves every host.
    q.url = "http://near.test/page";
    q.host = "near.test";
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    assert_int_equal(count(&origin.connections), before + 1);
    // And none of it when the next request goes straight.
    snprintf(url, sizeof url, "http://near.test:%u/", origin.port);
    q = fetch_request(url, "near.test", origin.port);
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    expect_sent("GET / HTTP/1.1\r\n");
}

static void refused(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", origin.port);
    struct proxy proxy = { .url = url, .port = origin.port };
    struct request q = fetch_request("https://far.test/", "far.test", 443);
    q.proxy = &proxy;
    fetch_do(io, &q, &sink, &answer);
    assert_int_equal(answer.error, FETCH_PROXY_FAILED);
    assert_non_null(strstr(answer.message, "403"));
    assert_int_equal(answer.status, 0);
    proxy = (struct proxy){ .url = "http://127.0.0.1:1", .port = 1 };
    fetch_do(io, &q, &sink, &answer);
    assert_int_equal(answer.error, FETCH_PROXY_FAILED);
    assert_non_null(strstr(answer.message, "refused"));
}

static void http_is_asked_of_the_proxy_itself(void **state)
{
    (void)state;
    canned_start(&origin, answers, NULL);
    fetch_each(plain, &settings);
    fetch_each(refused, &settings);
    canned_stop(&origin);
}

static void secure_proxy(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "https://proxy.test:%u", origin.port);
    struct proxy proxy = { .url = url, .port = origin.port };
    struct request q = fetch_request("http://far.test/page", "far.test", 80);
    q.proxy = &proxy;
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
}

static void a_proxy_may_be_spoken_to_over_tls(void **state)
{
    (void)state;
    SSL_CTX *server = authority_server(&trusted, "proxy.test", -1, 1);
    canned_start(&origin, answers, server);
    fetch_each(secure_proxy, &settings);
    canned_stop(&origin);
    SSL_CTX_free(server);
}

// ---- tunnels

static void through(struct io *io, const char *kind, const char *credentials, const char *asked)
{
    char url[100];
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", kind, relay.port);
    struct proxy proxy = { .url = url, .port = relay.port, .credentials = credentials };
    struct request q = fetch_request("https://far.test/", "far.test", 443);
    q.proxy = &proxy;
    relay.asked[0] = '\0';
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    assert_string_equal(relay.asked, asked);
    assert_int_equal(answer.remote_port, relay.port);
    expect_sent("GET / HTTP/1.1\r\nHost: far.test\r\n");
}

static void tunnels(struct io *io)
{
    through(io, "http", "me:secret", "CONNECT far.test:443");
    assert_non_null(strstr(relay.head, "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
    through(io, "socks5h", NULL, "SOCKS far.test:443");
    assert_string_equal(relay.password, "");
    through(io, "socks5h", "me:secret", "SOCKS far.test:443");
    assert_string_equal(relay.password, "me:secret");
    relay.password[0] = '\0';
}

static void https_goes_through_tunnels_and_the_certificate_is_the_hosts(void **state)
{
    (void)state;
    SSL_CTX *server = authority_server(&trusted, "far.test", -1, 1);
    canned_start(&origin, answers, server);
    relay_start(&relay, origin.port);
    fetch_each(tunnels, &settings);
    relay_stop(&relay);
    canned_stop(&origin);
    SSL_CTX_free(server);
}

// ---- who asks

struct head_sink {
    struct sink sink;
    int statuses[4];
    unsigned heads;
    size_t n;
};

static enum sink_answer head_take_one(struct sink *s, const struct head *head)
{
    struct head_sink *h = (struct head_sink *)s;
    h->statuses[h->heads++ % 4] = head->status;
    return SINK_GO;
}

static enum sink_answer head_count_body(struct sink *s, const char *p, size_t n)
{
    (void)p;
    ((struct head_sink *)s)->n += n;
    return SINK_GO;
}

static void digest_at(struct io *io, const char *path, int status, size_t body, unsigned requests)
{
    char url[100];
    struct head_sink heads = { .sink = { .head = head_take_one, .write = head_count_body } };
    snprintf(url, sizeof url, "http://host.test:%u%s", origin.port, path);
    struct request q = fetch_request(url, "host.test", origin.port);
    q.credentials = "me:secret";
    q.auth = REQUEST_DIGEST;
    unsigned before = count(&origin.requests);
    assert_int_equal(io->fetch(io, &q, &heads.sink, &answer), 0);
    assert_string_equal(answer.message, "");
    assert_int_equal(answer.status, status);
    assert_int_equal(heads.heads, 1); // a challenge that is answered is no response
    assert_int_equal(heads.statuses[0], status);
    assert_int_equal(heads.n, body);
    assert_int_equal(answer.size, body);
    assert_int_equal(count(&origin.requests) - before, requests);
}

static void digest(struct io *io)
{
    char url[100];
    for (int i = 0; i < 2; i++)
        digest_at(io, "/digest", 200, 5, 2);
    digest_at(io, "/never", 401, 3, 2);
    digest_at(io, "/basic-only", 401, 3, 1);
    digest_at(io, "/", 200, 5, 1);
    snprintf(url, sizeof url, "http://other.test:%u/", origin.port);
    struct request q = fetch_request(url, "other.test", origin.port);
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    char last[4096];
    canned_last(&origin, last);
    assert_null(strstr(last, "Authorization"));
}

static void a_digest_is_shown_when_it_is_asked_for(void **state)
{
    (void)state;
    canned_start(&origin, answers, NULL);
    fetch_each(digest, &settings);
    canned_stop(&origin);
}

// ---- from where

static void from(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "http://host.test:%u/", origin.port);
    struct request q = fetch_request(url, "host.test", origin.port);
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
    assert_string_equal(origin.peer, settings.interface);
}

static void from_device(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "http://host.test:%u/", origin.port);
    struct request q = fetch_request(url, "host.test", origin.port);
    fetch_do(io, &q, &sink, &answer);
    expect_hello();
}

static void from_nowhere(struct io *io)
{
    char url[100];
    snprintf(url, sizeof url, "http://host.test:%u/", origin.port);
    struct request q = fetch_request(url, "host.test", origin.port);
    fetch_do(io, &q, &sink, &answer);
    assert_int_equal(answer.error, FETCH_CONNECT_FAILED);
    assert_non_null(strstr(answer.message, settings.interface));
}

static void connections_come_from_the_interface_asked_for(void **state)
{
    (void)state;
    canned_start(&origin, answers, NULL);
    settings.interface = "127.0.0.3";
    fetch_each(from, &settings);
    settings.interface = "lo";
    fetch_each(from_device, &settings);
    settings.interface = "no-such-device";
    fetch_each(from_nowhere, &settings);
    settings.interface = "192.0.2.1";
    fetch_each(from_nowhere, &settings);
    settings.interface = NULL;
    canned_stop(&origin);
}

static int proxy_start(void **state)
{
    (void)state;
    authority_make(&trusted, "A made-up authority");
    authority_write(authority_file, trusted.certificate, NULL);
    return 0;
}

static int proxy_stop(void **state)
{
    (void)state;
    authority_drop(&trusted);
    response_fini(&answer);
    unlink(authority_file);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_is_asked_of_the_proxy_itself),
        cmocka_unit_test(a_proxy_may_be_spoken_to_over_tls),
        cmocka_unit_test(https_goes_through_tunnels_and_the_certificate_is_the_hosts),
        cmocka_unit_test(a_digest_is_shown_when_it_is_asked_for),
        cmocka_unit_test(connections_come_from_the_interface_asked_for),
    };
    return cmocka_run_group_tests(tests, proxy_start, proxy_stop);
}

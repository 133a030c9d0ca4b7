// SPDX-License-Identifier: MIT
// What is kept of an exchange's heads is what went over the wire, by multi and by easy alike.
#include "canned.h"
#include "fetch/wire.h"
#include "fetch_client.h"

#define WIRE_HEAD "HTTP/1.1 200 OK\r\nX-Odd:   a\t\r\n folded\r\nContent-Length: 2\r\n\r\n"
#define WIRE_BARE "HTTP/1.0 200\nA:b\n\n"

static const struct canned_answer wire_answers[] = {
    { "/plain", { { CANNED_SEND, WIRE_HEAD "ok", 1 } } },
    { "/bare", { { CANNED_SEND, WIRE_BARE "ok", 1 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/interim",
      { { CANNED_SEND, "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 C\r\n\r\n" WIRE_HEAD "ok",
          1 } } },
    { "/chunked",
      { { CANNED_SEND,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nTrailer: x\r\n\r\n",
          1 } } },
    { "/secret",
      { { CANNED_IF, "Authorization: Digest", 0 }, { CANNED_SEND, WIRE_HEAD "ok", 1 } } },
    { "/secret",
      { { CANNED_SEND,
          "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"
          "Content-Length: 2\r\n\r\nno",
          1 } } },
    { "/nothing", { { CANNED_CLOSE, NULL, 0 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static struct canned origin;
static const struct fetch_settings settings = { .user_agent = "trawl-test" };

// Fetches PATH and compares what was kept.
static void wire_expect(struct io *io, struct wire *w, struct request *q, const char *path,
                        const char *received)
{
    static struct response r;
    struct fetch_sink sink;
    char url[100], last[4096];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", origin.port, path);
    q->url = url;
    q->wire = w;
    fetch_do(io, q, &sink, &r);
    canned_last(&origin, last);
    assert_string_equal(buffer_string(&w->received), received);
    assert_int_equal(w->sent.n + w->body_sent, strlen(last));
    assert_memory_equal(w->sent.p, last, w->sent.n);
    response_fini(&r);
}

static void wire_body(struct io *io)
{
    struct wire w = { 0 };
    struct request q = fetch_request("", "127.0.0.1", origin.port);
    q.keep = true;
    wire_expect(io, &w, &q, "/plain", WIRE_HEAD);
    wire_expect(io, &w, &q, "/bare", WIRE_BARE);
    wire_expect(io, &w, &q, "/interim", WIRE_HEAD);
    wire_expect(io, &w, &q, "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire_expect(io, &w, &q, "/nothing", "");
    q.body = span_of("the body");
    wire_expect(io, &w, &q, "/plain", WIRE_HEAD);
    assert_int_equal(w.body_sent, 8);
    assert_non_null(strstr(w.sent.p, "\r\n\r\n"));
    q.body = (struct span){ NULL, 0 };
    // Of two requests the last is kept, of two responses the final one.
    q.credentials = "me:secret";
    q.auth = REQUEST_DIGEST;
    wire_expect(io, &w, &q, "/secret", WIRE_HEAD);
    assert_non_null(strstr(buffer_string(&w.sent), "Authorization: Digest username=\"me\""));
    // Who does not want it does not get it.
    struct response r = { 0 };
    struct fetch_sink sink;
    size_t before = w.sent.n;
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/plain", origin.port);
    struct request plain = fetch_request(url, "127.0.0.1", origin.port);
    fetch_do(io, &plain, &sink, &r);
    assert_int_equal(w.sent.n, before);
    response_fini(&r);
    wire_fini(&w);
}

static void heads_are_kept_as_they_went_over_the_wire(void **state)
{
    (void)state;
    canned_start(&origin, wire_answers, NULL);
    fetch_each(wire_body, &settings);
    canned_stop(&origin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_kept_as_they_went_over_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "fetch_cases.h"
#include "fetch/io.h"
#include "patience.h"
#include "sys/clock.h"
#include <stdio.h>

#define FETCH_HEAD(length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n"
#define FETCH_CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define FETCH_100                                                            \
    "0123456789012345678901234567890123456789012345678901234567890123456789" \
    "012345678901234567890123456789"

const struct canned_answer fetch_answers[] = {
    { "/ok", { { CANNED_SEND, FETCH_HEAD("5") "hello", 0 } } },
    { "/folded-first",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n folded: yes\r\nContent-Length: 5\r\n\r\nhello", 0 } } },
    { "/split",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Le", 0 },
        { CANNED_SLEEP, NULL, 20 },
        { CANNED_SEND, "ngth: 5\r\n\r\nhe", 0 },
        { CANNED_SLEEP, NULL, 20 },
        { CANNED_SEND, "llo", 0 } } },
    { "/chunked",
      { { CANNED_SEND, FETCH_CHUNKED "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nA: b\r\n\r\n", 0 } } },
    { "/until-close",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n\r\nhello", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/http10",
      { { CANNED_SEND, "HTTP/1.0 404 Nope\r\n\r\nhello", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/gzip",
      { { CANNED_SEND,
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 0 } } },
    { "/redirect",
      { { CANNED_SEND, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", 0 } } },
    { "/interim",
      { { CANNED_SEND,
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n" FETCH_HEAD(
              "5") "hello",
          0 } } },
    { "/switch", { { CANNED_SEND, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 0 } } },
    { "/204", { { CANNED_SEND, "HTTP/1.1 204 No Content\r\n\r\n", 0 } } },
    { "/304", { { CANNED_SEND, "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 0 } } },
    { "/head", { { CANNED_SEND, FETCH_HEAD("500"), 0 } } },
    { "/same-lengths",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
          0 } } },

    { "/cut-in-head",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Le", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/cut-after-line",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nServer: x\r\n", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/cut-after-interim",
      { { CANNED_SEND, "HTTP/1.1 100 Continue\r\n\r\n", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/cut-body", { { CANNED_SEND, FETCH_HEAD("10") "hello", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/cut-chunk", { { CANNED_SEND, FETCH_CHUNKED "a\r\nhello", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/no-last-chunk",
      { { CANNED_SEND, FETCH_CHUNKED "5\r\nhello\r\n", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/bad-chunk",
      { { CANNED_SEND, FETCH_CHUNKED "zz\r\nhello\r\n", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/reset", { { CANNED_RESET, NULL, 0 } } },
    { "/reset-in-body",
      { { CANNED_SEND, FETCH_HEAD("10") "hello", 0 },
        { CANNED_SLEEP, NULL, 50 },
        { CANNED_RESET, NULL, 0 } } },
    { "/empty", { { CANNED_CLOSE, NULL, 0 } } },
    { "/junk", { { CANNED_SEND, "SSH-2.0-OpenSSH_9.2\r\n", 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/junk-field",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", 0 },
        { CANNED_CLOSE, NULL, 0 } } },
    { "/junk-length",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 12abc\r\n\r\nhello", 0 },
        { CANNED_HANG, NULL, 0 } } },
    { "/two-lengths",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
          0 },
        { CANNED_HANG, NULL, 0 } } },
    { "/huge-head",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n", 0 },
        { CANNED_SEND, "X: " FETCH_100 FETCH_100 FETCH_100 FETCH_100 "\r\n", 900 },
        { CANNED_HANG, NULL, 0 } } },
    { "/many-fields",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\n", 0 },
        { CANNED_SEND, "X: y\r\n", 1100 },
        { CANNED_HANG, NULL, 0 } } },
    { "/long-line",
      { { CANNED_SEND, "HTTP/1.1 200 OK\r\nX: ", 0 },
        { CANNED_SEND, FETCH_100, 1200 },
        { CANNED_HANG, NULL, 0 } } },
    { "/big", { { CANNED_SEND, FETCH_HEAD("100000"), 0 }, { CANNED_SEND, FETCH_100, 1000 } } },
    { "/big-chunked",
      { { CANNED_SEND, FETCH_CHUNKED, 0 },
        { CANNED_SEND, "64\r\n" FETCH_100 "\r\n", 100 },
        { CANNED_HANG, NULL, 0 } } },
    { "/hang", { { CANNED_HANG, NULL, 0 } } },
    { "/hang-in-body", { { CANNED_SEND, FETCH_HEAD("10") "hello", 0 }, { CANNED_HANG, NULL, 0 } } },
    { "/more-soon",
      { { CANNED_SEND, FETCH_HEAD("1005") "hello", 0 },
        { CANNED_SLEEP, NULL, 800 },
        { CANNED_SEND, FETCH_100, 10 } } },
    { "/byte-before",
      { { CANNED_SEND, FETCH_HEAD("6") "hello", 0 },
        { CANNED_SLEEP, NULL, 700 },
        { CANNED_SEND, "!", 0 } } },
    { "/retire", { { CANNED_SEND, FETCH_HEAD("5") "hello", 0 }, { CANNED_RETIRE, NULL, 30 } } },
    // Dies when it is asked for over a connection that was used before.
    { "/dies-then-nonsense", { { CANNED_LATER, NULL, 0 }, { CANNED_RESET, NULL, 0 } } },
    { "/dies-then-nonsense", { { CANNED_SEND, FETCH_CHUNKED "zz\r\n", 0 } } },
    { "/dies-then-resets", { { CANNED_LATER, NULL, 0 }, { CANNED_CLOSE, NULL, 0 } } },
    { "/dies-then-resets",
      { { CANNED_SEND, FETCH_HEAD("10") "hello", 0 },
        { CANNED_SLEEP, NULL, 50 },
        { CANNED_RESET, NULL, 0 } } },
    { NULL, { { CANNED_END, NULL, 0 } } },
};

static void fetch_head(struct request *q)
{
    q->head = true;
}

static void fetch_head_by_name(struct request *q)
{
    q->method = "HEAD";
}

static void fetch_at_most_1000(struct request *q)
{
    q->max_filesize = 1000;
}

static void fetch_at_most_5(struct request *q)
{
    q->max_filesize = 5;
}

static void fetch_soon(struct request *q)
{
    q->max_time = 150 * CLOCK_MS;
}

// Not before what there is of the answer has come.
static void fetch_later(struct request *q)
{
    q->max_time = patience(CLOCK_S);
}

static void fetch_public_only(struct request *q)
{
    q->special_ok = false;
}

static void fetch_second_address(struct request *q)
{
    static const struct address two[] = { { 4, { 127, 0, 0, 2 } }, { 4, { 127, 0, 0, 1 } } };
    q->address = two;
    q->addresses = 2;
}

static void fetch_other_family(struct request *q)
{
    static const struct address two[] = { { 6, { [15] = 1 } }, { 4, { 127, 0, 0, 1 } } };
    q->address = two;
    q->addresses = 2;
}

static void fetch_nobody_there(struct request *q)
{
    static const struct address refusing = { 4, { 127, 0, 0, 2 } };
    q->address = &refusing;
}

static void fetch_unreachable(struct request *q)
{
    static const struct address broadcast = { 4, { 255, 255, 255, 255 } };
    q->address = &broadcast;
}

const struct fetch_case fetch_cases[] = {
    { "/ok", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/ok?query", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/split", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/chunked", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/until-close", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/http10", NULL, FETCH_OK, 404, "hello", NULL, 0 },
    { "/gzip", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/redirect", NULL, FETCH_OK, 302, "", NULL, 0 },
    { "/interim", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/switch", NULL, FETCH_PROTOCOL, 0, "", "switched", 0 },
    { "/204", NULL, FETCH_OK, 204, "", NULL, 0 },
    { "/304", NULL, FETCH_OK, 304, "", NULL, 0 },
    { "/head", fetch_head, FETCH_OK, 200, "", NULL, 0 },
    { "/head", fetch_head_by_name, FETCH_OK, 200, "", NULL, 0 },
    { "/same-lengths", NULL, FETCH_OK, 200, "hello", NULL, 0 },
    { "/ok", NULL, FETCH_OK, 200, "", NULL, FETCH_STOP_HEAD },
    { "/big", NULL, FETCH_OK, 200, NULL, NULL, FETCH_STOP_BODY },

    { "/cut-in-head", NULL, FETCH_TRUNCATED, 0, "", "head", 0 },
    { "/cut-after-line", NULL, FETCH_TRUNCATED, 0, "", "head", 0 },
    { "/cut-after-interim", NULL, FETCH_TRUNCATED, 0, "", NULL, 0 },
    { "/cut-body", NULL, FETCH_TRUNCATED, 200, "hello", "5 bytes", 0 },
    { "/cut-chunk", NULL, FETCH_TRUNCATED, 200, "hello", "outstanding", 0 },
    { "/no-last-chunk", NULL, FETCH_TRUNCATED, 200, "hello", "outstanding", 0 },
    { "/bad-chunk", NULL, FETCH_PROTOCOL, 200, "", "chunk", 0 },
    { "/reset", NULL, FETCH_RESET, 0, "", "reset by peer", 0 },
    { "/reset-in-body", NULL, FETCH_RESET, 200, "hello", "reset by peer", 0 },
    { "/empty", NULL, FETCH_EMPTY_REPLY, 0, "", "Empty reply", 0 },
    { "/junk", NULL, FETCH_PROTOCOL, 0, "", "HTTP/0.9", 0 },
    { "/junk-field", NULL, FETCH_PROTOCOL, 0, "", NULL, 0 },
    { "/junk-length", NULL, FETCH_PROTOCOL, 0, "", NULL, 0 },
    { "/two-lengths", NULL, FETCH_PROTOCOL, 0, "", NULL, 0 },
    { "/huge-head", NULL, FETCH_TOO_LARGE, 0, "", NULL, 0 },
    { "/many-fields", NULL, FETCH_TOO_LARGE, 0, "", NULL, 0 },
    { "/long-line", NULL, FETCH_TOO_LARGE, 0, "", NULL, 0 },
    { "/big", fetch_at_most_1000, FETCH_TOO_LARGE, 200, "", "100000", 0 },
    { "/big-chunked", fetch_at_most_1000, FETCH_TOO_LARGE, 200, NULL, "1000", 0 },
    { "/until-close", fetch_at_most_5, FETCH_OK, 200, "hello", NULL, 0 },
    { "/hang", fetch_soon, FETCH_TIMEOUT, 0, "", "timed out", 0 },
    { "/hang-in-body", fetch_later, FETCH_TIMEOUT, 200, "hello", "timed out", 0 },
    { "/ok", fetch_public_only, FETCH_BLOCKED_ADDRESS, 0, "", "127.0.0.1 is loopback", 0 },
    { "/ok", fetch_second_address, FETCH_OK, 200, "hello", NULL, 0 },
    { "/ok", fetch_other_family, FETCH_OK, 200, "hello", NULL, 0 },
    { "/ok", fetch_nobody_there, FETCH_CONNECT_REFUSED, 0, "", "connect to 127.0.0.2 port", 0 },
    { "/ok", fetch_unreachable, FETCH_CONNECT_FAILED, 0, "", "connect to 255.255.255.255", 0 },
};

const unsigned fetch_case_count = sizeof fetch_cases / sizeof fetch_cases[0];

struct canned fetch_origin;
struct fetch_settings fetch_settings = { .user_agent = "trawl-test",
                                         .compressed = true,
                                         .min_speed = 100 };

int fetch_origin_start(void **state)
{
    (void)state;
    // The origin is threads of this process, which a busy machine may keep waiting for a second:
    // tests that are about the rule make this shorter.
    fetch_settings.min_speed_time = patience(5 * CLOCK_S);
    canned_start(&fetch_origin, fetch_answers, NULL);
    return 0;
}

int fetch_origin_stop(void **state)
{
    (void)state;
    canned_stop(&fetch_origin);
    return 0;
}

struct request fetch_plain(const char *path, char url[200])
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    snprintf(url, 200, "http://host.test:%u%s", fetch_origin.port, path);
    return (struct request){ .url = url,
                             .host = "host.test",
                             .port = fetch_origin.port,
                             .address = &loopback,
                             .addresses = 1,
                             .special_ok = true,
                             .connect_timeout = patience(5 * CLOCK_S),
                             .max_time = patience(5 * CLOCK_S) };
}

unsigned fetch_connections(void)
{
    return __atomic_load_n(&fetch_origin.connections, __ATOMIC_SEQ_CST);
}

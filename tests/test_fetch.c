// SPDX-License-Identifier: MIT
// The promises that multi and easy keep alike, by the same table and the same code, against an
// origin that misbehaves byte by byte.
#include "canned.h"
#include "fetch/easy.h"
#include "fetch/multi.h"
#include "fetch_cases.h"
#include "in_loop.h"
#include "patience.h"
#include "sched/green.h"
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct fetch_sink {
    struct sink sink;
    int stop;
    char body[200000];
    size_t n;
    unsigned heads;
};

static struct fetch_sink collected;
static struct response answer;
static const struct address loopback = { 4, { 127, 0, 0, 1 } };

static enum sink_answer fetch_take_head(struct sink *s, const struct head *head)
{
    struct fetch_sink *f = (struct fetch_sink *)s;
    assert_true(head->complete);
    f->heads++;
    return f->stop == FETCH_STOP_HEAD ? SINK_STOP : SINK_GO;
}

static enum sink_answer fetch_take_body(struct sink *s, const char *p, size_t n)
{
    struct fetch_sink *f = (struct fetch_sink *)s;
    assert_true(f->n + n < sizeof f->body);
    memcpy(f->body + f->n, p, n);
    f->n += n;
    f->body[f->n] = '\0';
    return f->stop == FETCH_STOP_BODY ? SINK_STOP : SINK_GO;
}

static struct sink *fetch_collect(int stop)
{
    collected.sink = (struct sink){ .head = fetch_take_head, .write = fetch_take_body };
    collected.stop = stop;
    collected.n = collected.heads = 0;
    collected.body[0] = '\0';
    return &collected.sink;
}

// GETs `path`, into `collected` and `answer`.
static void fetch_get(struct io *io, const char *path, bool keep)
{
    char url[200];
    struct request q = fetch_plain(path, url);
    q.keep = keep;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
}

static void fetch_expect_ok(void)
{
    assert_string_equal(answer.message, "");
    assert_int_equal(answer.error, FETCH_OK);
    assert_int_equal(answer.status, 200);
    assert_string_equal(collected.body, "hello");
}

// ---- what any io promises

static void fetch_try(struct io *io, const struct fetch_case *c)
{
    char url[200];
    struct request q = fetch_plain(c->path, url);
    if (c->change)
        c->change(&q);
    assert_int_equal(io->fetch(io, &q, fetch_collect((int)c->stop), &answer), 0);
    // Where time is to run out after the head, the origin gets more if it did not come to that.
    for (int i = 0; i < 3 && c->error == FETCH_TIMEOUT && c->status && !answer.status; i++) {
        q.max_time *= 4;
        assert_int_equal(io->fetch(io, &q, fetch_collect((int)c->stop), &answer), 0);
    }
    if (answer.error != c->error || answer.status != c->status)
        fail_msg("%s: '%s' %d '%s', not '%s' %d", c->path, fetch_error_word(answer.error).p,
                 answer.status, answer.message, fetch_error_word(c->error).p, c->status);
    if (c->body && strcmp(c->body, collected.body) != 0)
        fail_msg("%s: body '%s'", c->path, collected.body);
    if (c->message && !strstr(answer.message, c->message))
        fail_msg("%s: '%s' does not say '%s'", c->path, answer.message, c->message);
    if (c->error)
        assert_true(answer.message[0]);
    else
        assert_string_equal(answer.message, "");
    assert_int_equal(answer.stopped, c->stop != 0);
    assert_int_equal(answer.size, collected.n);
    if (c->error != FETCH_TOO_LARGE) // the sink is shown no head that is refused
        assert_int_equal(collected.heads, answer.status != 0);
    assert_true(answer.time_total > 0);
}

static void every_kind_of_answer_gives_its_word(struct io *io)
{
    for (unsigned i = 0; i < fetch_case_count; i++)
        fetch_try(io, &fetch_cases[i]);
}

static void a_body_of_any_length_is_bounded_while_it_arrives(struct io *io)
{
    char url[200];
    struct request q = fetch_plain("/big-chunked", url);
    q.max_filesize = 1234;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    assert_int_equal(answer.error, FETCH_TOO_LARGE);
    assert_int_equal(answer.size, 1234);
    assert_int_equal(collected.n, 1234);
}

static void a_kept_connection_is_used_again(struct io *io)
{
    fetch_get(io, "/ok", true);
    unsigned before = fetch_connections();
    for (int i = 0; i < 3; i++) {
        fetch_get(io, "/ok", true);
        fetch_expect_ok();
        assert_true(answer.reused);
        assert_int_equal(answer.remote_port, fetch_origin.port);
        assert_true(address_equal(&answer.remote, &loopback));
    }
    assert_int_equal(fetch_connections(), before);
}

static void a_connection_not_to_be_kept_is_closed(struct io *io)
{
    fetch_get(io, "/ok", false); // takes the one that may be idle, and closes it
    unsigned before = fetch_connections();
    for (int i = 0; i < 3; i++) {
        fetch_get(io, "/ok", false);
        fetch_expect_ok();
        assert_false(answer.reused);
        assert_true(answer.sent);
    }
    assert_int_equal(fetch_connections(), before + 3);
}

static void a_fresh_connection_is_one(struct io *io)
{
    char url[200];
    struct request q = fetch_plain("/ok", url);
    fetch_get(io, "/ok", true);
    unsigned before = fetch_connections();
    q.fresh = true;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_ok();
    assert_false(answer.reused);
    assert_int_equal(fetch_connections(), before + 1);
}

static void a_connection_that_died_idle_is_replaced(struct io *io, int (*rest)(int64_t))
{
    fetch_get(io, "/retire", true);
    for (int i = 0; i < 3; i++) {
        fetch_expect_ok();
        rest(clock_mono() + patience(100 * CLOCK_MS));
        fetch_get(io, "/retire", true);
    }
    fetch_expect_ok();
}

// libcurl keeps the first sentence that it has for an exchange, be it of a connection that died.
static void what_came_of_the_second_connection_is_told_and_not_of_the_first(struct io *io)
{
    for (int i = 0; i < 2; i++) {
        fetch_get(io, "/ok", true);
        fetch_expect_ok();
        unsigned before = fetch_connections();
        fetch_get(io, "/dies-then-nonsense", true);
        assert_int_equal(fetch_connections(), before + 1);
        assert_non_null(strstr(answer.message, "chunked-encoding"));
        assert_int_equal(answer.error, FETCH_PROTOCOL);
        fetch_get(io, "/ok", true);
        fetch_expect_ok();
        fetch_get(io, "/dies-then-resets", true);
        assert_int_equal(fetch_connections(), before + 3);
        assert_string_equal(answer.message, "Recv failure: Connection reset by peer");
        assert_int_equal(answer.error, FETCH_RESET);
    }
}

static void the_address_is_checked_on_reused_connections_too(struct io *io)
{
    char url[200];
    struct request q = fetch_plain("/ok", url);
    fetch_get(io, "/ok", true);
    unsigned before = __atomic_load_n(&fetch_origin.requests, __ATOMIC_SEQ_CST);
    q.special_ok = false;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    assert_int_equal(answer.error, FETCH_BLOCKED_ADDRESS);
    assert_int_equal(__atomic_load_n(&fetch_origin.requests, __ATOMIC_SEQ_CST), before);
}

static void fetch_expect_sent(const char *part)
{
    char last[4096];
    canned_last(&fetch_origin, last);
    if (!strstr(last, part))
        fail_msg("'%s' is not in '%s'", part, last);
}

static void fetch_expect_unsent(const char *part)
{
    char last[4096];
    canned_last(&fetch_origin, last);
    if (strcasestr(last, part))
        fail_msg("'%s' is in '%s'", part, last);
}

static void what_is_asked_for_is_what_is_sent(struct io *io)
{
    char url[200];
    static const char *const headers[] = { "X-One: 1", "X-Two: 2", "Accept: text/html", NULL };
    struct request q = fetch_plain("/ok?a=b", url);
    q.headers = headers;
    q.credentials = "me:secret";
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_ok();
    fetch_expect_sent("GET /ok?a=b HTTP/1.1\r\nHost: host.test:");
    fetch_expect_sent("\r\nX-One: 1\r\nX-Two: 2\r\n");
    fetch_expect_sent("\r\nAccept: text/html\r\n");
    fetch_expect_sent("\r\nAuthorization: Basic bWU6c2VjcmV0\r\n");
    fetch_expect_sent("\r\nUser-Agent: trawl-test\r\n");
    fetch_expect_sent("\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n");
    // Nothing of it sticks to the handle.
    fetch_get(io, "/ok", false);
    fetch_expect_unsent("x-one");
    fetch_expect_unsent("authorization");
    fetch_expect_sent("\r\nAccept: */*\r\n");
}

static void bodies_and_methods_are_sent(struct io *io)
{
    char url[200];
    struct request q = fetch_plain("/ok", url);
    q.body = span_of("a=1&b=2");
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_ok();
    fetch_expect_sent("POST /ok HTTP/1.1\r\n");
    fetch_expect_sent("\r\nContent-Length: 7\r\n");
    fetch_expect_sent("\r\n\r\na=1&b=2");
    q.method = "PUT";
    q.body = span_of("");
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_ok();
    fetch_expect_sent("PUT /ok HTTP/1.1\r\n");
    fetch_expect_sent("\r\nContent-Length: 0\r\n");
    q.method = "DELETE";
    q.body = (struct span){ NULL, 0 };
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_sent("DELETE /ok HTTP/1.1\r\n");
    fetch_expect_unsent("content-");
    fetch_get(io, "/ok", false);
    fetch_expect_sent("GET /ok HTTP/1.1\r\n");
}

// Whatever a handle did last: a HEAD before anything else, above all, says that there is no body.
static void no_method_sticks_to_the_next(struct io *io)
{
    static const struct {
        const char *method, *body, *sent;
    } asked[] = {
        { NULL, NULL, "GET /ok" },        { "HEAD", NULL, "HEAD /head" },
        { NULL, "x=1", "POST /ok" },      { "PUT", "whole", "PUT /ok" },
        { "DELETE", NULL, "DELETE /ok" }, { "OPTIONS", NULL, "OPTIONS /ok" },
    };
    enum { ASKED = sizeof asked / sizeof *asked };
    for (unsigned i = 0; i < ASKED * ASKED * 2; i++) {
        unsigned k = i % 2 ? i / 2 / ASKED : i / 2 % ASKED; // each before each
        char url[200];
        bool head = asked[k].method && strcmp(asked[k].method, "HEAD") == 0;
        struct request q = fetch_plain(head ? "/head" : "/ok", url);
        q.keep = true;
        q.method = asked[k].method;
        if (asked[k].body)
            q.body = span_of(asked[k].body);
        assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
        assert_string_equal(answer.message, "");
        assert_int_equal(answer.size, head ? 0 : 5);
        fetch_expect_sent(asked[k].sent);
        if (asked[k].body)
            fetch_expect_sent(asked[k].body);
        else
            fetch_expect_unsent("content-length");
    }
}

// A listener whose queue is full lets further connections hang.
static void connecting_takes_no_longer_than_allowed(struct io *io)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0), filler[4];
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(fd, 0), 0);
    getsockname(fd, (struct sockaddr *)&a, &n);
    for (int i = 0; i < 4; i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(filler[i], (struct sockaddr *)&a, n);
    }
    char url[200];
    struct request q = fetch_plain("/ok", url);
    snprintf(url, sizeof url, "http://host.test:%u/", ntohs(a.sin_port));
    q.port = ntohs(a.sin_port);
    q.connect_timeout = 150 * CLOCK_MS;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    assert_int_equal(answer.error, FETCH_CONNECT_TIMEOUT);
    assert_false(answer.sent);
    assert_true(answer.time_total >= 140 * CLOCK_MS);
    q.max_time = 100 * CLOCK_MS;
    q.connect_timeout = 2 * CLOCK_S;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    assert_int_equal(answer.error, FETCH_TIMEOUT);
    for (int i = 0; i < 4; i++)
        close(filler[i]);
    close(fd);
}

static void too_slow_an_exchange_is_ended(struct io *io)
{
    char message[64];
    int64_t usual = fetch_settings.min_speed_time;
    fetch_settings.min_speed_time = patience(CLOCK_S);
    for (int i = 0; i == 0 || (i < 20 && !answer.status); i++) // once the origin came to answering
        fetch_get(io, "/hang-in-body", false);
    assert_int_equal(answer.error, FETCH_TIMEOUT);
    snprintf(message, sizeof message, "slower than 100 bytes/s for %d s",
             (int)(fetch_settings.min_speed_time / CLOCK_S));
    assert_string_equal(answer.message, message);
    assert_true(answer.time_total >= fetch_settings.min_speed_time);
    assert_string_equal(collected.body, "hello");
    fetch_settings.min_speed_time = usual;
}

static void running_out_of_descriptors_is_our_own_fault(struct io *io)
{
    struct rlimit before, none;
    int next = dup(0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fetch_get(io, "/ok", false);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(answer.error, FETCH_NO_RESOURCES);
    fetch_get(io, "/ok", false);
    fetch_expect_ok();
}

static void many_hosts_and_ports_find_their_way(struct io *io)
{
    char url[200], host[32];
    struct request q = fetch_plain("/ok", url);
    q.host = host;
    for (unsigned i = 0; i < 300; i++) {
        snprintf(host, sizeof host, "h%u.test", i);
        snprintf(url, sizeof url, "http://%s:%u/ok", host, fetch_origin.port);
        q.keep = i % 2;
        assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
        fetch_expect_ok();
    }
    // Ports beyond what pins keep; nobody listens there.
    static const struct address nobody = { 4, { 127, 0, 0, 2 } };
    q.address = &nobody;
    for (unsigned i = 1; i < 40; i++) {
        q.port = (uint16_t)i;
        snprintf(url, sizeof url, "http://h.test:%u/ok", i);
        assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
        assert_int_equal(answer.error, FETCH_CONNECT_REFUSED);
    }
    fetch_get(io, "/ok", false);
    fetch_expect_ok();
}

static void literals_need_no_lookup_either(struct io *io)
{
    char url[200];
    struct request q = fetch_plain("/ok", url);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", fetch_origin.port);
    q.host = "127.0.0.1";
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    fetch_expect_ok();
    static const struct address six = { 6, { [15] = 1 } };
    snprintf(url, sizeof url, "http://[::1]:%u/ok", fetch_origin.port);
    q.host = "::1";
    q.address = &six;
    assert_int_equal(io->fetch(io, &q, fetch_collect(0), &answer), 0);
    assert_int_equal(answer.remote.family, 6);
    assert_true(answer.error == FETCH_CONNECT_REFUSED || answer.error == FETCH_CONNECT_FAILED);
}

// libcurl before 8.1 would add it to a field of the exchange before, which it has freed.
static void a_head_that_begins_with_a_folded_line_touches_no_earlier_one(struct io *io)
{
    for (int i = 0; i < 3; i++) {
        fetch_get(io, "/ok", true);
        fetch_expect_ok();
        fetch_get(io, "/folded-first", true);
        assert_true(answer.error == FETCH_OK || answer.error == FETCH_PROTOCOL);
    }
}

static void fetch_check_all(struct io *io, int (*rest)(int64_t))
{
    every_kind_of_answer_gives_its_word(io);
    a_body_of_any_length_is_bounded_while_it_arrives(io);
    a_kept_connection_is_used_again(io);
    a_connection_not_to_be_kept_is_closed(io);
    a_fresh_connection_is_one(io);
    a_connection_that_died_idle_is_replaced(io, rest);
    what_came_of_the_second_connection_is_told_and_not_of_the_first(io);
    the_address_is_checked_on_reused_connections_too(io);
    what_is_asked_for_is_what_is_sent(io);
    bodies_and_methods_are_sent(io);
    no_method_sticks_to_the_next(io);
    connecting_takes_no_longer_than_allowed(io);
    too_slow_an_exchange_is_ended(io);
    running_out_of_descriptors_is_our_own_fault(io);
    many_hosts_and_ports_find_their_way(io);
    literals_need_no_lookup_either(io);
    a_head_that_begins_with_a_folded_line_touches_no_earlier_one(io);
}

// ---- by each of the two

static int fetch_sleep(int64_t until)
{
    while (clock_mono() < until)
        usleep(1000);
    return 0;
}

static void easy_keeps_them(void **state)
{
    (void)state;
    struct easy *e;
    assert_int_equal(easy_new(&e, &fetch_settings), 0);
    fetch_check_all(easy_io(e), fetch_sleep);
    easy_free(e);
}

IN_LOOP(green_keeps_them)
{
    struct easy *e;
    green_begin();
    assert_int_equal(easy_new_green(&e, &fetch_settings), 0);
    fetch_check_all(easy_io(e), sleep_until);
    easy_free(e);
    green_end();
    return 0;
}

static int fetch_multi_new(struct multi **m)
{
    return multi_new(m, loop_current(), &fetch_settings, 1000);
}

IN_LOOP(multi_keeps_them)
{
    struct multi *m;
    assert_int_equal(fetch_multi_new(&m), 0);
    fetch_check_all(multi_io(m), sleep_until);
    multi_free(m);
    return 0;
}

static int fetch_stop(void **state)
{
    response_fini(&answer);
    return fetch_origin_stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(easy_keeps_them),
        cmocka_unit_test(green_keeps_them),
        cmocka_unit_test(multi_keeps_them),
    };
    return cmocka_run_group_tests(tests, fetch_origin_start, fetch_stop);
}

// SPDX-License-Identifier: MIT
// What only many exchanges at once show, each in a fiber of its own: whose connections they use,
// that one is not charged with what another does, and that each can be cancelled.
#include "canned.h"
#include "fetch_cases.h"
#include "fetch_client.h"
#include <errno.h>
#include <unistd.h>

static int fetch_multi_new(struct multi **m)
{
    return multi_new(m, loop_current(), &fetch_settings, 1000);
}

struct fetch_many {
    struct io *io;
    unsigned done, wrong;
    const char *path;
    bool keep;
    int result;
};

static enum sink_answer fetch_drop(struct sink *s, const char *p, size_t n)
{
    (void)s, (void)p, (void)n;
    return SINK_GO;
}

static int fetch_some(void *arg)
{
    struct fetch_many *many = arg;
    struct sink sink = { .write = fetch_drop };
    struct response r = { 0 };
    char url[200];
    struct request q = fetch_plain(many->path, url);
    q.keep = many->keep;
    for (int i = 0; i < 10; i++) {
        many->wrong += many->io->fetch(many->io, &q, &sink, &r) < 0 || r.error || r.size != 5;
        many->done++;
    }
    response_fini(&r);
    return 0;
}

IN_LOOP(many_fibers_share_the_connections_of_a_host)
{
    struct multi *m;
    struct nursery n;
    assert_int_equal(fetch_multi_new(&m), 0);
    struct fetch_many many = { .io = multi_io(m), .path = "/ok", .keep = true };
    unsigned before = fetch_connections();
    nursery_init(&n, "many");
    for (int i = 0; i < 200; i++)
        assert_int_equal(nursery_spawn(&n, "fetch", fetch_some, &many), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(many.done, 2000);
    assert_int_equal(many.wrong, 0);
    // They are in four multis, and each goes where one idles, if one does in any of them. One that
    // idles for long is not kept, and all is long under Valgrind.
    assert_in_range(fetch_connections() - before, 1, annotate_under_valgrind() ? 400 : 200);
    multi_free(m);
    return 0;
}

// ---- what comes while this process does not look

static enum sink_answer fetch_be_busy(struct sink *s, const char *p, size_t n)
{
    (void)s;
    if (memchr(p, '!', n))
        usleep(450000);
    return SINK_GO;
}

static int fetch_busily(void *arg)
{
    struct sink sink = { .write = fetch_be_busy };
    struct response r = { 0 };
    char url[200];
    struct request q = fetch_plain("/byte-before", url);
    struct fetch_many *many = arg;
    many->io->fetch(many->io, &q, &sink, &r);
    response_fini(&r);
    return 0;
}

static int fetch_meanwhile(void *arg)
{
    struct fetch_many *many = arg;
    struct sink sink = { .write = fetch_drop };
    struct response r = { 0 };
    char url[200];
    struct request q = fetch_plain("/more-soon", url);
    many->io->fetch(many->io, &q, &sink, &r);
    many->wrong = r.error;
    response_fini(&r);
    return 0;
}

// Something comes after 0.8 s of silence, while a sink has kept the thread from 0.7 s on until a
// whole second is over: that was no second of silence. On a busy machine it may well be one.
IN_LOOP(what_has_come_is_read_before_a_server_is_called_slow)
{
    struct multi *m;
    struct nursery n;
    int64_t usual = fetch_settings.min_speed_time;
    assert_int_equal(fetch_multi_new(&m), 0);
    struct fetch_many many = { .io = multi_io(m), .wrong = 1 };
    fetch_settings.min_speed_time = CLOCK_S;
    for (int i = 0; i < 20 && many.wrong; i++) {
        nursery_init(&n, "meanwhile");
        assert_int_equal(nursery_spawn(&n, "fetch", fetch_meanwhile, &many), 0);
        assert_int_equal(nursery_spawn(&n, "fetch", fetch_busily, &many), 0);
        assert_int_equal(nursery_close(&n), 0);
    }
    assert_int_equal(many.wrong, 0);
    fetch_settings.min_speed_time = usual;
    multi_free(m);
    return 0;
}

// ---- cancelling

static int fetch_forever(void *arg)
{
    struct fetch_many *many = arg;
    struct sink sink = { .write = fetch_drop };
    struct response r = { 0 };
    char url[200];
    struct request q = fetch_plain(many->path, url);
    many->result = many->io->fetch(many->io, &q, &sink, &r);
    many->wrong += r.error != FETCH_CANCELLED;
    many->done++;
    response_fini(&r);
    return many->result;
}

IN_LOOP(cancelling_ends_an_exchange_wherever_it_is)
{
    static const char *const paths[] = { "/hang", "/hang-in-body", "/ok" };
    struct multi *m;
    struct nursery n;
    assert_int_equal(fetch_multi_new(&m), 0);
    for (int wait = 0; wait < 2; wait++) {
        for (int i = 0; i < 3; i++) {
            struct fetch_many many = { .io = multi_io(m), .path = paths[i] };
            nursery_init(&n, "cancelled");
            assert_int_equal(nursery_spawn(&n, "fetch", fetch_forever, &many), 0);
            if (wait)
                sleep_until(in_ms(30));
            else
                yield_fiber();
            while (wait && i == 2 && !many.done)
                assert_int_equal(sleep_until(in_ms(1)), 0);
            nursery_cancel(&n);
            assert_int_equal(nursery_close(&n), 0);
            assert_int_equal(many.result, wait && i == 2 ? 0 : -ECANCELED);
            assert_int_equal(many.wrong, wait && i == 2);
        }
    }
    multi_free(m);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_fibers_share_the_connections_of_a_host),
        cmocka_unit_test(what_has_come_is_read_before_a_server_is_called_slow),
        cmocka_unit_test(cancelling_ends_an_exchange_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, fetch_origin_start, fetch_origin_stop);
}

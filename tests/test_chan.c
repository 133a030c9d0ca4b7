// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/chan.h"
#include <string.h>

static void *item(intptr_t v)
{
    return (void *)v; // never followed
}

struct end {
    struct chan *chan;
    intptr_t first, count, sum;
    int told;
    int64_t deadline;
};

static int send_many(void *arg)
{
    struct end *e = arg;
    for (intptr_t i = 0; i < e->count; i++) {
        e->told = chan_send(e->chan, item(e->first + i), e->deadline);
        if (e->told < 0)
            return 0;
    }
    return 0;
}

static int receive_until_closed(void *arg)
{
    struct end *e = arg;
    void *got;
    while ((e->told = chan_recv(e->chan, &got, e->deadline)) == 0) {
        e->sum += (intptr_t)got;
        e->count++;
    }
    return 0;
}

static void items_arrive_in_order_through(size_t room)
{
    struct nursery n;
    struct chan *c;
    assert_int_equal(chan_new(&c, room, NULL), 0);
    struct end sender = { .chan = c, .first = 1, .count = 100, .deadline = CLOCK_NEVER };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "sender", send_many, &sender), 0);
    for (intptr_t i = 1; i <= 100; i++) {
        void *got;
        assert_int_equal(chan_recv(c, &got, CLOCK_NEVER), 0);
        assert_int_equal((intptr_t)got, i);
        assert_true(chan_count(c) <= room);
    }
    assert_int_equal(nursery_close(&n), 0);
    chan_free(c);
}

IN_LOOP(items_arrive_in_the_order_they_were_sent)
{
    for (size_t room = 0; room < 5; room++)
        items_arrive_in_order_through(room);
    items_arrive_in_order_through(1000);
    return 0;
}

IN_LOOP(without_room_a_send_ends_when_the_item_was_taken)
{
    struct nursery n;
    struct chan *c;
    void *got;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    struct end sender = { .chan = c, .first = 5, .count = 1, .deadline = CLOCK_NEVER, .told = 1 };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "sender", send_many, &sender), 0);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(sender.told, 1); // still in it
    assert_int_equal(chan_count(c), 0);
    assert_int_equal(chan_recv(c, &got, CLOCK_NEVER), 0);
    assert_int_equal((intptr_t)got, 5);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(sender.told, 0);
    chan_free(c);
    return 0;
}

IN_LOOP(a_full_channel_makes_the_sender_wait_until_its_deadline)
{
    struct chan *c;
    void *got;
    assert_int_equal(chan_new(&c, 1, NULL), 0);
    assert_int_equal(chan_send(c, item(1), CLOCK_NEVER), 0);
    assert_int_equal(chan_send(c, item(2), in_ms(10)), -ETIMEDOUT);
    assert_int_equal(chan_try_send(c, item(3)), -EAGAIN);
    assert_int_equal(chan_try_recv(c, &got), 0);
    assert_int_equal((intptr_t)got, 1);
    assert_int_equal(chan_try_recv(c, &got), -EAGAIN);
    assert_int_equal(chan_recv(c, &got, in_ms(10)), -ETIMEDOUT);
    assert_int_equal((intptr_t)got, 1); // untouched
    chan_free(c);
    return 0;
}

IN_LOOP(close_wakes_every_waiting_receiver)
{
    struct nursery n;
    struct chan *c;
    struct end ends[5];
    assert_int_equal(chan_new(&c, 3, NULL), 0);
    nursery_init(&n, "test");
    for (int i = 0; i < 5; i++) {
        ends[i] = (struct end){ .chan = c, .deadline = CLOCK_NEVER };
        assert_int_equal(nursery_spawn(&n, "receiver", receive_until_closed, &ends[i]), 0);
    }
    assert_int_equal(yield_fiber(), 0);
    chan_close(c);
    chan_close(c);
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ends[i].told, -EPIPE);
    assert_true(chan_closed(c));
    chan_free(c);
    return 0;
}

IN_LOOP(close_wakes_every_waiting_sender_and_keeps_what_was_sent)
{
    struct nursery n;
    struct chan *c;
    struct end ends[3];
    void *got;
    assert_int_equal(chan_new(&c, 1, NULL), 0);
    assert_int_equal(chan_send(c, item(9), CLOCK_NEVER), 0);
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++) {
        ends[i] = (struct end){ .chan = c, .count = 1, .deadline = CLOCK_NEVER };
        assert_int_equal(nursery_spawn(&n, "sender", send_many, &ends[i]), 0);
    }
    assert_int_equal(yield_fiber(), 0);
    chan_close(c);
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ends[i].told, -EPIPE);
    assert_int_equal(chan_send(c, item(1), CLOCK_NEVER), -EPIPE);
    assert_int_equal(chan_recv(c, &got, CLOCK_NEVER), 0);
    assert_int_equal((intptr_t)got, 9);
    assert_int_equal(chan_recv(c, &got, CLOCK_NEVER), -EPIPE);
    chan_free(c);
    return 0;
}

static int receive_then_close(void *arg)
{
    struct end *e = arg;
    void *got;
    e->told = chan_recv(e->chan, &got, CLOCK_NEVER);
    chan_close(e->chan);
    return 0;
}

IN_LOOP(a_receiver_may_close_the_channel_it_was_woken_by)
{
    struct nursery n;
    struct chan *c;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    struct end closer = { .chan = c }, other = { .chan = c, .deadline = CLOCK_NEVER };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "closer", receive_then_close, &closer), 0);
    assert_int_equal(nursery_spawn(&n, "other", receive_until_closed, &other), 0);
    assert_int_equal(chan_send(c, item(1), CLOCK_NEVER), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(closer.told, 0);
    assert_int_equal(other.told, -EPIPE);
    assert_int_equal(other.count, 0);
    chan_free(c);
    return 0;
}

static int dropped;

static void drop_item(void *i)
{
    dropped += (int)(intptr_t)i;
}

IN_LOOP(what_nobody_received_is_disposed_of)
{
    struct chan *c;
    void *got;
    dropped = 0;
    assert_int_equal(chan_new(&c, 10, drop_item), 0);
    for (intptr_t i = 1; i <= 4; i++)
        assert_int_equal(chan_send(c, item(i), CLOCK_NEVER), 0);
    assert_int_equal(chan_recv(c, &got, CLOCK_NEVER), 0);
    chan_free(c);
    assert_int_equal(dropped, 2 + 3 + 4);
    chan_free(NULL);
    return 0;
}

IN_LOOP(a_cancelled_sender_keeps_its_item)
{
    struct nursery n;
    struct chan *c;
    void *got;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    struct end sender = { .chan = c, .count = 1, .deadline = CLOCK_NEVER };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "sender", send_many, &sender), 0);
    assert_int_equal(yield_fiber(), 0);
    nursery_cancel(&n);
    assert_int_equal(chan_recv(c, &got, in_ms(5)), -ETIMEDOUT);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(sender.told, -ECANCELED);
    chan_free(c);
    return 0;
}

IN_LOOP(items_are_shared_out_and_none_is_lost_among_many_ends)
{
    enum { ENDS = 20, EACH = 200 };
    struct nursery senders, receivers;
    struct chan *c;
    struct end in[ENDS], out[ENDS];
    intptr_t sum = 0, count = 0;
    assert_int_equal(chan_new(&c, 7, NULL), 0);
    nursery_init(&senders, "senders");
    nursery_init(&receivers, "receivers");
    for (int i = 0; i < ENDS; i++) {
        in[i] =
            (struct end){ .chan = c, .first = i * EACH, .count = EACH, .deadline = CLOCK_NEVER };
        out[i] = (struct end){ .chan = c, .deadline = CLOCK_NEVER };
        assert_int_equal(nursery_spawn(&senders, "sender", send_many, &in[i]), 0);
        assert_int_equal(nursery_spawn(&receivers, "receiver", receive_until_closed, &out[i]), 0);
    }
    assert_int_equal(nursery_close(&senders), 0);
    chan_close(c);
    assert_int_equal(nursery_close(&receivers), 0);
    for (int i = 0; i < ENDS; i++) {
        sum += out[i].sum;
        count += out[i].count;
    }
    assert_int_equal(count, ENDS * EACH);
    assert_int_equal(sum, (intptr_t)ENDS * EACH * (ENDS * EACH - 1) / 2);
    chan_free(c);
    return 0;
}

// ---- select

IN_LOOP(select_where_two_are_ready_does_one_and_takes_turns)
{
    struct chan *a, *b;
    int times[2] = { 0, 0 };
    assert_int_equal(chan_new(&a, 100, NULL), 0);
    assert_int_equal(chan_new(&b, 100, NULL), 0);
    for (intptr_t i = 0; i < 100; i++) {
        assert_int_equal(chan_send(a, item(i), CLOCK_NEVER), 0);
        assert_int_equal(chan_send(b, item(i), CLOCK_NEVER), 0);
    }
    for (int i = 0; i < 100; i++) {
        struct chan_case k[2] = { { .chan = a, .op = CHAN_RECV }, { .chan = b, .op = CHAN_RECV } };
        int did = chan_select(k, 2, CLOCK_NEVER);
        assert_in_range(did, 0, 1);
        assert_int_equal(k[did].result, 0);
        assert_int_equal((intptr_t)k[did].item, times[did]++);
    }
    assert_int_equal(times[0], 50);
    assert_int_equal(chan_count(a) + chan_count(b), 100);
    chan_free(a);
    chan_free(b);
    return 0;
}

struct selector {
    struct chan *in, *out;
    int did[2];
    struct chan_case k[2];
};

static int select_twice(void *arg)
{
    struct selector *s = arg;
    for (int i = 0; i < 2; i++) {
        s->k[0] = (struct chan_case){ .chan = s->in, .op = CHAN_RECV };
        s->k[1] = (struct chan_case){ .chan = s->out, .op = CHAN_SEND, .item = item(70 + i) };
        s->did[i] = chan_select(s->k, 2, CLOCK_NEVER);
    }
    return 0;
}

IN_LOOP(a_parked_select_does_only_the_case_that_came_first)
{
    struct nursery n;
    struct selector s = { .did = { -1, -1 } };
    void *got;
    assert_int_equal(chan_new(&s.in, 0, NULL), 0);
    assert_int_equal(chan_new(&s.out, 0, NULL), 0);
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "selector", select_twice, &s), 0);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(chan_try_recv(s.out, &got),
                     0); // done by this: its other case must be off its queue
    assert_int_equal((intptr_t)got, 70);
    assert_int_equal(chan_try_send(s.in, item(1)), -EAGAIN);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(chan_try_send(s.in, item(33)), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(s.did[0], 1);
    assert_int_equal(s.did[1], 0);
    assert_int_equal((intptr_t)s.k[0].item, 33);
    assert_int_equal(chan_try_recv(s.out, &got), -EAGAIN);
    chan_free(s.in);
    chan_free(s.out);
    return 0;
}

static int select_both_sides(void *arg)
{
    struct end *e = arg;
    struct chan_case k[2] = { { .chan = e->chan, .op = CHAN_SEND, .item = item(e->first) },
                              { .chan = e->chan, .op = CHAN_RECV } };
    e->told = chan_select(k, 2, CLOCK_NEVER);
    e->sum = (intptr_t)k[1].item;
    return 0;
}

IN_LOOP(a_select_on_both_sides_of_a_channel_does_not_meet_itself)
{
    struct nursery n;
    struct chan *c;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    struct end one = { .chan = c, .first = 1, .told = -1 },
               two = { .chan = c, .first = 2, .told = -1 };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "one", select_both_sides, &one), 0);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(one.told, -1);
    assert_int_equal(nursery_spawn(&n, "two", select_both_sides, &two), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(one.told + two.told, 1); // one sent, the other received
    if (one.told == 1)
        assert_int_equal(one.sum, 2);
    else
        assert_int_equal(two.sum, 1);
    chan_free(c);
    return 0;
}

IN_LOOP(select_times_out_and_does_nothing)
{
    struct chan *c;
    assert_int_equal(chan_new(&c, 0, NULL), 0);
    struct chan_case k[2] = { { .chan = c, .op = CHAN_RECV }, { .chan = NULL } };
    assert_int_equal(chan_select(k, 2, in_ms(5)), -ETIMEDOUT);
    assert_int_equal(chan_select(k, 0, in_ms(5)), -ETIMEDOUT);
    assert_int_equal(chan_select(k, CHAN_CASES_MOST + 1, CLOCK_NEVER), -EINVAL);
    assert_int_equal(chan_try_send(c, item(1)), -EAGAIN);
    chan_free(c);
    return 0;
}

IN_LOOP(a_closed_channel_is_ready_in_a_select)
{
    struct chan *open, *closed;
    assert_int_equal(chan_new(&open, 0, NULL), 0);
    assert_int_equal(chan_new(&closed, 0, NULL), 0);
    chan_close(closed);
    struct chan_case k[2] = { { .chan = open, .op = CHAN_RECV },
                              { .chan = closed, .op = CHAN_RECV } };
    assert_int_equal(chan_select(k, 2, CLOCK_NEVER), 1);
    assert_int_equal(k[1].result, -EPIPE);
    chan_free(open);
    chan_free(closed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_arrive_in_the_order_they_were_sent),
        cmocka_unit_test(without_room_a_send_ends_when_the_item_was_taken),
        cmocka_unit_test(a_full_channel_makes_the_sender_wait_until_its_deadline),
        cmocka_unit_test(close_wakes_every_waiting_receiver),
        cmocka_unit_test(close_wakes_every_waiting_sender_and_keeps_what_was_sent),
        cmocka_unit_test(a_receiver_may_close_the_channel_it_was_woken_by),
        cmocka_unit_test(what_nobody_received_is_disposed_of),
        cmocka_unit_test(a_cancelled_sender_keeps_its_item),
        cmocka_unit_test(items_are_shared_out_and_none_is_lost_among_many_ends),
        cmocka_unit_test(select_where_two_are_ready_does_one_and_takes_turns),
        cmocka_unit_test(a_parked_select_does_only_the_case_that_came_first),
        cmocka_unit_test(a_select_on_both_sides_of_a_channel_does_not_meet_itself),
        cmocka_unit_test(select_times_out_and_does_nothing),
        cmocka_unit_test(a_closed_channel_is_ready_in_a_select),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

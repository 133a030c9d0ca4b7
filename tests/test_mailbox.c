// SPDX-License-Identifier: MIT
#include "in_loop.h"
#include "ledger/mailbox.h"
#include <errno.h>
#include <pthread.h>

static struct list woken = { &woken, &woken };
static unsigned wakes;

static void wake(void *arg)
{
    (void)arg;
    wakes++;
    wake_all(&woken, 0);
}

static struct mailbox m;

static void open_it(void)
{
    wakes = 0;
    assert_int_equal(mailbox_open(&m, loop_current(), wake, NULL), 0);
}

static struct batch *batch_of(uint64_t a)
{
    struct batch *b = batch_new();
    assert_non_null(b);
    assert_true(operation_add(b, &(struct operation){ .kind = OPERATION_RELEASE, .a = a },
                              (struct span){ 0 }));
    return b;
}

static uint64_t number_of(const struct batch *b)
{
    size_t at = 0;
    return operation_next(b, &at)->a;
}

// As the thread has it when it has done a batch that asked.
static void publish_answer(size_t bytes, uint64_t host)
{
    struct list answers;
    list_init(&answers);
    struct store_answer_packed *p =
        store_answer_new(&(struct operation){ .kind = OPERATION_TAKE, .a = host });
    assert_non_null(p);
    list_push(&answers, &p->node);
    mailbox_publish(&m, bytes, &answers, 7, 8);
}

IN_LOOP(batches_come_out_as_they_were_put_and_count_until_they_are_done)
{
    open_it();
    struct batch *first = batch_of(1), *second = batch_of(2);
    size_t n = first->bytes.n;
    mailbox_put(&m, first);
    mailbox_put(&m, second);
    assert_int_equal(mailbox_waiting(&m), 2 * n);
    struct batch *got = mailbox_get(&m);
    assert_int_equal(number_of(got), 1);
    assert_int_equal(mailbox_waiting(&m), 2 * n); // it is being done
    batch_free(got);
    publish_answer(n, 5);
    assert_int_equal(mailbox_waiting(&m), n);
    assert_int_equal(mailbox_done(&m), 1);
    uint64_t frontier, seen;
    mailbox_counts(&m, &frontier, &seen);
    assert_int_equal(frontier, 7);
    assert_int_equal(seen, 8);
    mailbox_close(&m); // with a batch and an answer in it
    return 0;
}

IN_LOOP(a_commit_is_heard_of_once_and_behind_the_answers_before_it)
{
    uint64_t committed;
    open_it();
    publish_answer(0, 1);
    publish_answer(0, 2);
    mailbox_committed(&m, 3);
    for (uint64_t host = 1; host <= 2; host++) {
        struct store_answer_packed *p = mailbox_receive(&m, &committed);
        assert_non_null(p);
        assert_int_equal(p->asked.a, host);
        assert_int_equal(committed, 0);
        store_answer_free(p);
    }
    assert_null(mailbox_receive(&m, &committed));
    assert_int_equal(committed, 3);
    assert_null(mailbox_receive(&m, &committed));
    assert_int_equal(committed, 0);
    mailbox_close(&m);
    return 0;
}

IN_LOOP(after_the_first_error_what_is_put_is_thrown_away)
{
    open_it();
    mailbox_fail(&m, -ENOSPC);
    mailbox_fail(&m, -EIO);
    assert_int_equal(mailbox_error(&m), -ENOSPC);
    mailbox_put(&m, batch_of(1));
    assert_int_equal(mailbox_waiting(&m), 0);
    while (wakes == 0)
        assert_int_equal(park_on(&woken, in_ms(20000)), 0);
    mailbox_close(&m);
    return 0;
}

static bool note(void *arg, const struct batch *b)
{
    uint64_t *seen = arg;
    *seen = *seen * 10 + number_of(b);
    return *seen < 10;
}

IN_LOOP(what_comes_next_is_shown_in_order_and_stays)
{
    uint64_t seen = 0;
    open_it();
    for (uint64_t a = 1; a <= 3; a++)
        mailbox_put(&m, batch_of(a));
    mailbox_look(&m, note, &seen);
    assert_int_equal(seen, 12); // until it said that this was enough
    for (uint64_t a = 1; a <= 3; a++) {
        struct batch *b = mailbox_get(&m);
        assert_int_equal(number_of(b), a);
        batch_free(b);
    }
    mailbox_close(&m);
    return 0;
}

static void *work(void *arg)
{
    bool *sealed = arg;
    struct batch *b = mailbox_get(&m);
    batch_free(b);
    sealed[0] = mailbox_wait_for_seal(&m, 1);
    mailbox_committed(&m, 1);
    sealed[1] = mailbox_wait_for_seal(&m, 2);
    return mailbox_get(&m);
}

IN_LOOP(the_thread_waits_for_a_batch_a_seal_and_the_end)
{
    bool sealed[2] = { false, true };
    uint64_t committed = 0;
    pthread_t thread;
    void *got = &m;
    open_it();
    assert_int_equal(pthread_create(&thread, NULL, work, sealed), 0);
    mailbox_put(&m, batch_of(1));
    mailbox_seal(&m, 1);
    while (!mailbox_receive(&m, &committed) && committed == 0)
        assert_int_equal(park_on(&woken, in_ms(20000)), 0);
    mailbox_stop(&m);
    pthread_join(thread, &got);
    assert_true(sealed[0]);
    assert_false(sealed[1]);
    assert_null(got);
    mailbox_close(&m);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_come_out_as_they_were_put_and_count_until_they_are_done),
        cmocka_unit_test(a_commit_is_heard_of_once_and_behind_the_answers_before_it),
        cmocka_unit_test(after_the_first_error_what_is_put_is_thrown_away),
        cmocka_unit_test(what_comes_next_is_shown_in_order_and_stays),
        cmocka_unit_test(the_thread_waits_for_a_batch_a_seal_and_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

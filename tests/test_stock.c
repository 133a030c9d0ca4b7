// SPDX-License-Identifier: MIT
#include "check.h"
#include "ledger/stock.h"

// A store that has all that it is asked for, and gives it at once; of `few` only so much at a time.
enum { TAKES = 1 << 20 };
static struct {
    uint64_t host;
    unsigned count;
} takes[TAKES];
static unsigned taken;

void store_take(struct store *s, uint64_t host, unsigned most)
{
    (void)s;
    assert_true(taken < TAKES);
    takes[taken].host = host;
    takes[taken++].count = most;
}

void store_survey(struct store *s, uint64_t from, unsigned most)
{
    (void)s, (void)from, (void)most;
    fail();
}

bool store_answer_host(struct store_answer *a, uint64_t *host)
{
    (void)a, (void)host;
    return false;
}

static struct stock stock;
static unsigned few;
static unsigned few;

// Returns how many items came into memory.
static unsigned ask(int64_t room)
{
    unsigned n = 0;
    taken = 0;
    stock_ask(&stock, room);
    for (unsigned i = 0; i < taken; i++) {
        struct store_answer a = { .kind = STORE_TOOK, .host = takes[i].host };
        bool little = few && a.host > 1 && takes[i].count > few;
        a.count = little ? few : takes[i].count;
        stock_take(&stock, &a);
        stock_put(&stock, a.host); // there is ever more
        n += a.count;
    }
    return n;
}

static bool gave(uint64_t host)
{
    for (unsigned i = 0; i < taken; i++)
        if (takes[i].host == host)
            return true;
    return false;
}

static int begin(void **state)
{
    (void)state;
    few = 0;
    stock_init(&stock);
    stock_start(&stock, NULL, false, STOCK_OF_CRAWL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stock_fini(&stock);
    return 0;
}

static void memory_gets_no_more_than_it_has_room_for(void **state)
{
    (void)state;
    for (uint64_t h = 1; h <= 1000; h++)
        stock_put(&stock, h);
    unsigned n = ask(100);
    assert_in_range(n, 100, 120);
    assert_int_equal(ask(0), 0);
    assert_int_equal(ask(-5), 0);
}

static void a_host_gets_more_when_it_has_used_up_what_it_had(void **state)
{
    (void)state;
    stock_put(&stock, 7);
    unsigned n = ask(1000);
    assert_true(n > 0);
    assert_int_equal(ask(1000), 0);
    while (n--)
        stock_ended(&stock, 7);
    assert_true(ask(1000) > 0);
    assert_true(gave(7));
}

static void hosts_that_do_nothing_are_not_in_the_way_of_one_that_does(void **state)
{
    (void)state;
    enum { BOUND = 1 << 17 };
    unsigned n, own;
    few = 1;
    stock_put(&stock, 1);
    own = ask(BOUND);
    for (uint64_t h = 2; h <= 200000; h++)
        stock_put(&stock, h);
    for (n = own; n < BOUND; n += ask(BOUND - n))
        ;
    // Memory is full, and of all these hosts one is done with what it had, again and again.
    for (unsigned round = 0; round < 100; round++) {
        for (; own; own--, n--)
            stock_ended(&stock, 1);
        int64_t room = (int64_t)BOUND - n;
        unsigned more = ask(room > 0 ? 0 : room);
        assert_true(gave(1));
        n += more;
        own = more;
    }
    // But not without bound.
    assert_int_equal(ask(-STOCK_RESERVE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_gets_no_more_than_it_has_room_for, begin, end),
        cmocka_unit_test_setup_teardown(a_host_gets_more_when_it_has_used_up_what_it_had, begin,
                                        end),
        cmocka_unit_test_setup_teardown(hosts_that_do_nothing_are_not_in_the_way_of_one_that_does,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

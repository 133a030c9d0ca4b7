// SPDX-License-Identifier: MIT
#include "check.h"
#include "ledger/store_answer.h"

static struct store_answer_packed *asked(enum operation_kind kind)
{
    struct operation o = { .kind = (uint8_t)kind, .a = 17, .b = 40 };
    struct store_answer_packed *p = store_answer_new(&o);
    assert_non_null(p);
    return p;
}

static void items_come_off_as_they_were_added(void **state)
{
    (void)state;
    struct store_answer_packed *p = asked(OPERATION_TAKE);
    struct state_place first = { .host = 17, .number = 1, .depth = 3 }, at;
    struct state_place last = { .host = 17, .number = STATE_NUMBER_MOST, .depth = UINT16_MAX };
    struct span item;
    store_answer_add_item(p, &first, span_of("one"));
    store_answer_add_item(p, &last, span_of(""));
    struct store_answer a = store_answer_of(p);
    assert_int_equal(a.kind, STORE_TOOK);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.most, 40);
    assert_true(store_answer_item(&a, &at, &item));
    assert_int_equal(at.host, 17);
    assert_int_equal(at.number, 1);
    assert_int_equal(at.depth, 3);
    assert_true(span_is(item, "one"));
    assert_true(store_answer_item(&a, &at, &item));
    assert_int_equal(at.number, STATE_NUMBER_MOST);
    assert_int_equal(at.depth, UINT16_MAX);
    assert_int_equal(item.n, 0);
    assert_false(store_answer_item(&a, &at, &item));
    store_answer_free(p);
}

static void hosts_come_off_as_many_as_were_found(void **state)
{
    (void)state;
    struct store_answer_packed *p = asked(OPERATION_SURVEY);
    uint64_t *to = store_answer_room(p, 40), host;
    assert_non_null(to);
    to[0] = 0;
    to[1] = UINT64_MAX;
    store_answer_add_hosts(p, 2);
    struct store_answer a = store_answer_of(p);
    assert_int_equal(a.kind, STORE_SURVEYED);
    assert_int_equal(a.count, 2);
    assert_true(store_answer_host(&a, &host));
    assert_true(host == 0);
    assert_true(store_answer_host(&a, &host));
    assert_true(host == UINT64_MAX);
    assert_false(store_answer_host(&a, &host));
    store_answer_free(p);
}

static void links_keep_their_tags(void **state)
{
    (void)state;
    struct store_answer_packed *p = asked(OPERATION_LINK);
    uint64_t tag;
    bool is_new;
    store_answer_add_link(p, UINT64_MAX, true);
    store_answer_add_link(p, 1, false);
    struct store_answer a = store_answer_of(p);
    assert_int_equal(a.kind, STORE_LINKED);
    assert_true(store_answer_link(&a, &tag, &is_new));
    assert_true(tag == UINT64_MAX && is_new);
    assert_true(store_answer_link(&a, &tag, &is_new));
    assert_true(tag == 1 && !is_new);
    assert_false(store_answer_link(&a, &tag, &is_new));
    store_answer_free(p);
}

static void a_page_that_is_not_known_is_told_from_an_empty_one(void **state)
{
    (void)state;
    struct store_answer_packed *p = asked(OPERATION_RECALL);
    struct span page;
    store_answer_add_page(p, (struct span){ NULL, 0 });
    store_answer_add_page(p, span_of(""));
    struct store_answer a = store_answer_of(p);
    assert_int_equal(a.kind, STORE_RECALLED);
    assert_true(store_answer_page(&a, &page));
    assert_null(page.p);
    assert_true(store_answer_page(&a, &page));
    assert_non_null(page.p);
    assert_int_equal(page.n, 0);
    assert_false(store_answer_page(&a, &page));
    store_answer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_off_as_they_were_added),
        cmocka_unit_test(hosts_come_off_as_many_as_were_found),
        cmocka_unit_test(links_keep_their_tags),
        cmocka_unit_test(a_page_that_is_not_known_is_told_from_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

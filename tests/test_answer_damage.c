// SPDX-License-Identifier: MIT
// Answers that are damaged, or to something else: safe to read, in little time, and not believed.
#include "answer_fixture.h"
#include <stdio.h>

static void assert_damaged(const char *name, enum query_type type)
{
    read_packet(name, type);
    assert_int_equal(a.kind, ANSWER_DAMAGED);
    assert_int_equal(a.count, 0);
}

static void an_answer_to_another_question_is_damaged(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    packet_address(&w, NULL, "192.0.2.66", 300);
    assert_damaged("b.test", QUERY_A);
    assert_damaged("a.tes", QUERY_A);
    assert_damaged("a.test.x", QUERY_A);
    assert_damaged("a", QUERY_A);
    assert_damaged("", QUERY_A);
    assert_damaged("a.test", QUERY_AAAA);
    w.p[2] = 1; // a query
    assert_damaged("a.test", QUERY_A);
    w.p[2] = 0x81 | 0x28; // an update
    assert_damaged("a.test", QUERY_A);
    w.p[2] = 0x81;
    w.p[5] = 0; // no question
    assert_damaged("a.test", QUERY_A);
    w.p[5] = 2;
    assert_damaged("a.test", QUERY_A);
}

static void a_dot_within_a_label_is_not_a_border(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "axtest", QUERY_A);
    w.p[PACKET_QUESTION + 2] = '.'; // one label, "a.test"
    assert_damaged("a.test", QUERY_A);
}

static void pointers_that_do_not_go_back_are_damaged(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    w.p[PACKET_QUESTION] = 0xc0; // the question itself
    w.p[PACKET_QUESTION + 1] = 0;
    assert_damaged("a.test", QUERY_A);

    for (size_t off = 0; off < 4; off++) { // a CNAME to itself, and further on
        packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
        packet_count(&w, 1, 1);
        size_t data = packet_record(&w, NULL, 5, 60);
        packet_pointer(&w, data + off);
        packet_end_record(&w, data);
        assert_damaged("a.test", QUERY_A);
    }
}

static void names_over_255_bytes_are_damaged(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    size_t data = packet_record(&w, NULL, 5, 60);
    for (int i = 0; i < 5; i++) {
        w.p[w.n++] = 63;
        memset(w.p + w.n, 'x', 63);
        w.n += 63;
    }
    w.p[w.n++] = 0;
    packet_end_record(&w, data);
    assert_damaged("a.test", QUERY_A);
}

static void records_of_a_wrong_size_are_damaged(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A);
    packet_count(&w, 1, 1);
    size_t data = packet_record(&w, NULL, 1, 60);
    packet_four(&w, 0x01020304);
    packet_two(&w, 0x0506);
    packet_end_record(&w, data);
    assert_damaged("a.test", QUERY_A);

    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A); // bytes behind the name of a CNAME
    packet_count(&w, 1, 1);
    data = packet_record(&w, NULL, 5, 60);
    packet_name(&w, "b.test");
    packet_two(&w, 0);
    packet_end_record(&w, data);
    assert_damaged("a.test", QUERY_A);

    packet_begin(&w, PACKET_ANSWER, "a.test", QUERY_A); // fewer records than announced
    packet_count(&w, 1, 2);
    packet_address(&w, NULL, "192.0.2.1", 60);
    assert_damaged("a.test", QUERY_A);
}

static void write_everything(void)
{
    packet_begin(&w, PACKET_ANSWER, "www.example.test", QUERY_A);
    packet_count(&w, 1, 4);
    packet_count(&w, 2, 1);
    packet_count(&w, 3, 1);
    packet_cname(&w, NULL, "cdn.example.test", 300);
    size_t data = packet_record(&w, "cdn.example.test", 5, 60);
    w.p[w.n++] = 1;
    w.p[w.n++] = 'x';
    packet_pointer(&w, PACKET_QUESTION + 4);
    packet_end_record(&w, data);
    packet_address(&w, "x.example.test", "192.0.2.1", 60);
    packet_address(&w, "x.example.test", "192.0.2.2", 60);
    packet_soa(&w, "test", 300, 300);
    packet_opt(&w);
}

static void every_beginning_of_an_answer_is_safe_to_read(void **state)
{
    (void)state;
    write_everything();
    read_packet("www.example.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_ADDRESSES);
    assert_int_equal(a.count, 2);
    for (size_t n = 0; n < w.n; n++) {
        read_bytes(w.p, n, "www.example.test", QUERY_A);
        assert_true(a.count <= 2);
    }
}

static uint64_t random_state = 88172645463325252u;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static void damaged_answers_are_safe_to_read(void **state)
{
    (void)state;
    write_everything();
    static struct packet_writer good;
    memcpy(&good, &w, sizeof good);
    for (int i = 0; i < 60000; i++) {
        memcpy(w.p, good.p, good.n);
        size_t n = good.n - (random_next() % 4 ? 0 : random_next() % good.n);
        for (uint64_t j = random_next() % 6 + 1; j > 0; j--)
            w.p[random_next() % good.n] =
                random_next() % 2 ? (uint8_t)random_next()
                                  : (uint8_t)(random_next() % 2 ? 0xc0 : random_next() % 40);
        read_bytes(w.p, n, "www.example.test", QUERY_A);
        assert_true(a.count <= RESOLVE_ADDRESSES);
        assert_true(a.ttl <= ANSWER_TTL_MOST);
        assert_int_equal(a.count > 0,
                         a.kind == ANSWER_ADDRESSES || (a.kind == ANSWER_CUT && a.count));
    }
}

// The work is bounded although 64 KB of records can refer to each other in any order.
static void the_worst_packet_is_read_quickly(void **state)
{
    (void)state;
    packet_begin(&w, PACKET_ANSWER, "c0.test", QUERY_A);
    unsigned records = 0;
    for (unsigned link = ANSWER_CHAIN; link-- > 0; records++) {
        char from[32], to[32];
        snprintf(from, sizeof from, "c%u.test", link);
        snprintf(to, sizeof to, "c%u.test", link + 1);
        packet_cname(&w, from, to, 300);
    }
    for (; w.n < sizeof w.p - 100; records++) {
        size_t data = packet_record(&w, NULL, 5, 300);
        packet_end_record(&w, data);
    }
    packet_count(&w, 1, records);
    for (int i = 0; i < 20; i++)
        read_packet("c0.test", QUERY_A);
    assert_int_equal(a.kind, ANSWER_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_to_another_question_is_damaged),
        cmocka_unit_test(a_dot_within_a_label_is_not_a_border),
        cmocka_unit_test(pointers_that_do_not_go_back_are_damaged),
        cmocka_unit_test(names_over_255_bytes_are_damaged),
        cmocka_unit_test(records_of_a_wrong_size_are_damaged),
        cmocka_unit_test(every_beginning_of_an_answer_is_safe_to_read),
        cmocka_unit_test(damaged_answers_are_safe_to_read),
        cmocka_unit_test(the_worst_packet_is_read_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/pins.h"
#include <stdio.h>
#include <string.h>

static const struct address four[] = { { 4, { 192, 0, 2, 7 } }, { 4, { 192, 0, 2, 8 } } };
static const struct address both[] = { { 6, { [15] = 1 } },
                                       { 4, { 192, 0, 2, 7 } },
                                       { 6, { [15] = 2 } } };

static void a_port_is_given_placeholders_of_the_right_shape_once(void **state)
{
    (void)state;
    struct pins p = { 0 };
    struct curl_slist *list = pins_list(&p, 80, four, 1, false);
    assert_string_equal(list->data, "*:80:192.0.2.1");
    assert_null(list->next);
    assert_null(pins_list(&p, 80, four, 1, false));
    assert_null(pins_list(&p, 80, four + 1, 1, false));
    list = pins_list(&p, 80, four, 2, false);
    assert_string_equal(list->data, "*:80:192.0.2.1,192.0.2.1");
    list = pins_list(&p, 443, both, 3, false);
    assert_string_equal(list->data, "*:443:[2001:db8::1],[2001:db8::1],192.0.2.1");
    assert_null(pins_list(&p, 443, both, 3, false));
    assert_null(pins_list(&p, 80, four, 2, false));
}

static void a_handle_that_has_loaded_nothing_is_given_the_list_again(void **state)
{
    (void)state;
    struct pins p = { 0 };
    struct curl_slist *list = pins_list(&p, 80, four, 1, true);
    assert_ptr_equal(pins_list(&p, 80, four, 1, true), list);
}

static void what_libcurl_keeps_is_bounded_however_many_ports_there_are(void **state)
{
    (void)state;
    // What libcurl's host cache would hold.
    static bool held[65536];
    struct pins p = { 0 };
    unsigned count = 0;
    for (unsigned i = 0; i < 5000; i++) {
        uint16_t port = (uint16_t)(1 + i * i % 97);
        struct curl_slist *l = pins_list(&p, port, four, 1, true);
        unsigned gone;
        count += !held[port];
        held[port] = true;
        if (l->next) {
            assert_int_equal(sscanf(l->next->data, "-*:%u", &gone), 1);
            assert_int_not_equal(gone, port);
            count -= held[gone];
            held[gone] = false;
        }
        assert_in_range(count, 1, PINS_PORTS);
    }
}

static void more_addresses_than_fit_are_cut(void **state)
{
    (void)state;
    struct pins p = { 0 };
    struct address many[64];
    for (int i = 0; i < 64; i++)
        many[i] = both[0];
    struct curl_slist *l = pins_list(&p, 65535, many, 64, false);
    assert_true(strlen(l->data) < PINS_TEXT);
    assert_string_equal(l->data + strlen(l->data) - 5, "8::1]");
}

static void the_nth_placeholder_of_a_family_stands_for_its_nth_address(void **state)
{
    (void)state;
    assert_ptr_equal(pins_address(both, 3, 0, 6), &both[0]);
    assert_ptr_equal(pins_address(both, 3, 1, 6), &both[2]);
    assert_ptr_equal(pins_address(both, 3, 2, 6), &both[0]);
    assert_ptr_equal(pins_address(both, 3, 0, 4), &both[1]);
    assert_ptr_equal(pins_address(both, 3, 7, 4), &both[1]);
    assert_ptr_equal(pins_address(four, 2, 1, 6), &four[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_is_given_placeholders_of_the_right_shape_once),
        cmocka_unit_test(a_handle_that_has_loaded_nothing_is_given_the_list_again),
        cmocka_unit_test(what_libcurl_keeps_is_bounded_however_many_ports_there_are),
        cmocka_unit_test(more_addresses_than_fit_are_cut),
        cmocka_unit_test(the_nth_placeholder_of_a_family_stands_for_its_nth_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "bench/micro.h"
#include "bench/micro_ceiling.h"
#include "bench/micro_rows.h"
#include "bench/micro_show.h"
#include "check.h"
#include "page_sample.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct micro_result result;

static bool count_calls(void *arg, const char *what, unsigned done, unsigned all)
{
    unsigned *calls = arg;
    assert_non_null(what);
    assert_true(done < all);
    return ++*calls, true;
}

static bool stop_at_once(void *arg, const char *what, unsigned done, unsigned all)
{
    (void)arg;
    (void)what;
    (void)done;
    (void)all;
    return false;
}

// The smallest there is: what it gives must be complete, not exact.
static void every_row_is_measured_or_says_why_not(void **state)
{
    (void)state;
    unsigned calls = 0;
    struct micro_options o = { .most = { 20, 5, 3 }, .rounds = 1, .span = 100 * 1000 };
    o.progress = count_calls;
    o.arg = &calls;
    assert_int_equal(micro_run(&result, &o), 0);
    assert_true(result.measured);
    assert_int_equal(result.rows, micro_items);
    assert_int_equal(calls, micro_items);
    for (unsigned i = 0; i < result.rows; i++) {
        const struct micro_row *row = &result.row[i];
        bool measured = row->group == MICRO_PARKED ? row->resident.count : row->wall_ns.count;
        if (!measured)
            assert_string_not_equal(row->note, "");
    }
    assert_true(result.unit[MICRO_THREAD].switch_ns.median > 0);
    assert_int_equal(result.unit[MICRO_COROUTINE].parked, 20);
}

static void whoever_watches_can_end_it(void **state)
{
    (void)state;
    struct micro_options o = { .progress = stop_at_once };
    struct micro_result none = { .took = 7 };
    assert_int_equal(micro_run(&none, &o), -EINTR);
    assert_true(none.took > 6 && !none.measured);
}

static void identifiers_are_unique_and_headlines_are_rows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < micro_items; i++) {
        assert_true(strlen(micro_item[i].id) < sizeof result.row[0].id);
        assert_true(strlen(micro_item[i].name) < sizeof result.row[0].name);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(micro_item[i].id, micro_item[k].id);
    }
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++) {
        assert_non_null(micro_find(&result, micro_switch_row[kind]));
        assert_non_null(micro_find(&result, micro_spawn_row[kind]));
        assert_non_null(micro_find(&result, micro_parked_row[kind]));
    }
}

static void json_says_what_was_measured(void **state)
{
    (void)state;
    struct bench_result r;
    struct buffer b = { 0 };
    assert_int_equal(page_sample(&r), 0);
    micro_json(&b, &r.micro);
    json_t *all = json_loads(buffer_string(&b), 0, NULL);
    assert_non_null(all);
    assert_int_equal(json_array_size(json_object_get(all, "rows")), micro_items);
    json_t *thread = json_array_get(json_object_get(all, "units"), MICRO_THREAD);
    assert_string_equal(json_string_value(json_object_get(thread, "name")), "thread");
    json_t *cost = json_object_get(thread, "switch_ns");
    assert_float_equal(json_number_value(json_object_get(cost, "median")), 1400, 1e-3);
    json_decref(all);
    buffer_fini(&b);
    result_fini(&r);
}

static void what_was_not_measured_is_null_and_no_table(void **state)
{
    (void)state;
    struct micro_result none = { 0 };
    struct buffer b = { 0 };
    micro_table(&b, &none);
    assert_int_equal(b.n, 0);
    micro_json(&b, &none);
    assert_string_equal(buffer_string(&b), "null");
    buffer_fini(&b);
}

static void the_table_has_a_line_a_row(void **state)
{
    (void)state;
    struct bench_result r;
    struct buffer b = { 0 };
    assert_int_equal(page_sample(&r), 0);
    micro_table(&b, &r.micro);
    assert_non_null(strstr(buffer_string(&b), "\n  thread    pipe, two CPUs"));
    assert_non_null(strstr(b.p, "32,768 (kernel.pid_max)"));
    assert_null(strstr(b.p, " \n"));
    buffer_fini(&b);
    result_fini(&r);
}

static const struct micro_limits plenty = { .memory = UINT64_C(1) << 40 };

static struct micro_unit unit_of(double bytes)
{
    return (struct micro_unit){ .memory_bytes = { bytes, bytes, bytes, 1 } };
}

static void the_tightest_limit_is_the_ceiling(void **state)
{
    (void)state;
    struct micro_limits l = plenty;
    struct micro_unit u = unit_of(1024);
    l.pid_max = 4000;
    l.threads_max = 30000;
    l.maps = 65530;
    micro_ceiling(&u, MICRO_THREAD, 8 << 20, &l);
    assert_int_equal(u.ceiling, 4000);
    assert_string_equal(u.ceiling_by, "kernel.pid_max");
    l.pids = 512;
    micro_ceiling(&u, MICRO_PROCESS, 8 << 20, &l);
    assert_int_equal(u.ceiling, 512);
    assert_string_equal(u.ceiling_by, "pids.max of the cgroup");
    micro_ceiling(&u, MICRO_COROUTINE, 65536, &l);
    assert_int_equal(u.ceiling, UINT64_C(1) << 30);
    assert_string_equal(u.ceiling_by, "memory");
}

static void address_space_is_shared_by_all_but_processes(void **state)
{
    (void)state;
    struct micro_limits l = plenty;
    struct micro_unit u = unit_of(1024);
    l.address = UINT64_C(80) << 20;
    micro_ceiling(&u, MICRO_THREAD, 8 << 20, &l);
    assert_int_equal(u.ceiling, 10);
    assert_string_equal(u.ceiling_by, "ulimit -v");
    micro_ceiling(&u, MICRO_PROCESS, 8 << 20, &l);
    assert_string_equal(u.ceiling_by, "memory");
}

static void without_a_figure_there_is_no_ceiling(void **state)
{
    (void)state;
    struct micro_unit u = { 0 };
    micro_ceiling(&u, MICRO_THREAD, 8 << 20, &plenty);
    assert_int_equal(u.ceiling, 0);
}

static void write_limit(const char *folder, const char *text)
{
    char path[128];
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/pids.max", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void a_cgroup_is_limited_by_those_above_it(void **state)
{
    (void)state;
    char root[] = "/tmp/trawl-micro-XXXXXX", path[128];
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/a", root);
    write_limit(path, "100\n");
    snprintf(path, sizeof path, "%s/a/b", root);
    write_limit(path, "300\n");
    snprintf(path, sizeof path, "%s/a/b/c", root);
    write_limit(path, "max\n");
    assert_int_equal(micro_ceiling_cgroup(root, "/a/b/c"), 100);
    assert_int_equal(micro_ceiling_cgroup(root, "/x"), 0);
    snprintf(path, sizeof path, "rm -r %s", root);
    assert_int_equal(system(path), 0);
}

static void figures_are_written_with_three_digits(void **state)
{
    (void)state;
    char out[MICRO_SHOW_ROOM];
    struct bench_figure none = { 0 }, some = { 2000, 1000, 3000, 7 };
    assert_string_equal(micro_show_time(out, 5.94), "5.9 ns");
    assert_string_equal(micro_show_time(out, 45.4), "45 ns");
    assert_string_equal(micro_show_time(out, 1423), "1.42 us");
    assert_string_equal(micro_show_time(out, 12345), "12.3 us");
    assert_string_equal(micro_show_time(out, 230e3), "230 us");
    assert_string_equal(micro_show_time(out, 999.7), "1.00 us");
    assert_string_equal(micro_show_time(out, 1.5e9), "1.50 s");
    assert_string_equal(micro_show_time_of(out, &none), "-");
    assert_string_equal(micro_show_bytes_of(out, &some), "1.95 KB");
    assert_string_equal(micro_show_spread(out, &some), "+-50 %");
}

static void a_guessed_ceiling_says_so(void **state)
{
    (void)state;
    char out[MICRO_SHOW_CEILING];
    struct micro_unit u = { .ceiling = 5712345, .ceiling_by = "memory" };
    assert_string_equal(micro_show_ceiling(out, &u), "about 5,700,000 (memory)");
    u = (struct micro_unit){ .ceiling = 32765, .ceiling_by = "vm.max_map_count" };
    assert_string_equal(micro_show_ceiling(out, &u), "32,765 (vm.max_map_count)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_measured_or_says_why_not),
        cmocka_unit_test(whoever_watches_can_end_it),
        cmocka_unit_test(identifiers_are_unique_and_headlines_are_rows),
        cmocka_unit_test(json_says_what_was_measured),
        cmocka_unit_test(what_was_not_measured_is_null_and_no_table),
        cmocka_unit_test(the_table_has_a_line_a_row),
        cmocka_unit_test(the_tightest_limit_is_the_ceiling),
        cmocka_unit_test(address_space_is_shared_by_all_but_processes),
        cmocka_unit_test(without_a_figure_there_is_no_ceiling),
        cmocka_unit_test(a_cgroup_is_limited_by_those_above_it),
        cmocka_unit_test(figures_are_written_with_three_digits),
        cmocka_unit_test(a_guessed_ceiling_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

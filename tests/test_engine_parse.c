// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/engine.h"
#include "sys/limits.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENGINES "there are coro, threads, forks, callback, green, serial"

enum { PARSE_ROOM = 3 };
static struct engine_spec parse_out[PARSE_ROOM];
static char parse_why[200];

static int parse(const char *text)
{
    memset(parse_out, 0, sizeof parse_out);
    parse_why[0] = '\0';
    return engine_parse(parse_out, PARSE_ROOM, text, parse_why, sizeof parse_why);
}

static void parse_refused(const char *text, const char *why)
{
    assert_int_equal(parse(text), -EINVAL);
    assert_string_equal(parse_why, why);
}

static void a_name_alone_means_its_own_number(void **state)
{
    (void)state;
    assert_int_equal(parse("coro"), 1);
    assert_string_equal(parse_out[0].name, "coro");
    assert_int_equal(parse_out[0].count, 100000);
    assert_null(parse_out[0].inner);
    assert_int_equal(parse("forks"), 1);
    assert_string_equal(parse_out[0].name, "forks");
    assert_int_equal(parse_out[0].count, 4 * limits_cpus());
}

static void several_engines_stand_side_by_side(void **state)
{
    (void)state;
    assert_int_equal(parse("coro:256,forks:8,coro:1"), 3);
    assert_int_equal(parse_out[0].count, 256);
    assert_string_equal(parse_out[1].name, "forks");
    assert_int_equal(parse_out[1].count, 8);
    assert_int_equal(parse_out[2].count, 1);
    parse_refused("coro,coro,coro,coro", "engine 'coro': 3 engines at once are the most");
}

static void what_there_is_not_is_named_in_one_sentence(void **state)
{
    (void)state;
    parse_refused("coro,quantum", "engine 'quantum': there is no 'quantum'; " ENGINES);
    parse_refused("", "engine '': a name is missing; " ENGINES);
    parse_refused("coro,", "engine '': a name is missing; " ENGINES);
    parse_refused(":5", "engine ':5': a name is missing; " ENGINES);
    parse_refused("forks:4/fibers", "engine 'forks:4/fibers': there is no 'fibers'; " ENGINES);
    parse_refused("CORO", "engine 'CORO': there is no 'CORO'; " ENGINES);
}

static void inside_threads_and_forks_there_is_coro_only(void **state)
{
    (void)state;
    assert_int_equal(parse("threads:4/coro:256,forks/coro"), 2);
    assert_string_equal(parse_out[0].name, "threads");
    assert_int_equal(parse_out[0].count, 4);
    assert_string_equal(parse_out[0].inner, "coro");
    assert_int_equal(parse_out[0].inner_count, 256);
    assert_string_equal(engine_name(&parse_out[0]), "threads/coro");
    assert_string_equal(engine_name(&parse_out[1]), "forks/coro");
    assert_int_equal(parse_out[1].count, limits_cpus());
    parse_refused("forks:4/threads", "engine 'forks:4/threads': what goes inside forks is coro");
    parse_refused("threads/coro:0",
                  "engine 'threads/coro:0': the number after coro is not one from 1 to 100000");
    parse_refused("green:4/coro", "engine 'green:4/coro': no engine goes inside green; only "
                                  "threads and forks have that");
    parse_refused("threads/coro/coro", "engine 'threads/coro/coro': there is no 'coro/coro'; " //
                  ENGINES);
}

static void serial_is_one_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(parse("serial"), 1);
    assert_string_equal(engine_name(&parse_out[0]), "serial");
    assert_int_equal(parse_out[0].count, 1);
    parse_refused("serial:4",
                  "engine 'serial:4': serial does one request at a time and takes no number");
}

static void a_number_is_digits_within_what_the_engine_holds(void **state)
{
    (void)state;
    assert_int_equal(parse("coro:100000"), 1);
    assert_int_equal(parse_out[0].count, 100000);
    assert_int_equal(parse("forks:01"), 1);
    assert_int_equal(parse_out[0].count, 1);
    const char *const bad[] = { "coro:0",  "coro:",   "coro:-1",     "coro:+1",
                                "coro:1x", "coro: 1", "coro:100001", "coro:99999999999999999999" };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        char why[200];
        snprintf(why, sizeof why, "engine '%s': the number after coro is not one from 1 to 100000",
                 bad[i]);
        parse_refused(bad[i], why);
    }
    parse_refused("forks:2000",
                  "engine 'forks:2000': the number after forks is not one from 1 to 1024");
}

static void a_sentence_never_passes_its_room(void **state)
{
    (void)state;
    char text[5000], why[12];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    memset(why, '#', sizeof why);
    assert_int_equal(engine_parse(parse_out, PARSE_ROOM, text, why, 8), -EINVAL);
    assert_string_equal(why, "engine ");
    assert_int_equal(why[8], '#');
}

static void only_processes_need_the_zygote(void **state)
{
    (void)state;
    assert_int_equal(parse("coro,coro:3"), 2);
    assert_false(engine_needs_zygote(parse_out, 2));
    assert_int_equal(parse("coro,forks:3"), 2);
    assert_true(engine_needs_zygote(parse_out, 2));
    assert_false(engine_needs_zygote(parse_out, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone_means_its_own_number),
        cmocka_unit_test(several_engines_stand_side_by_side),
        cmocka_unit_test(what_there_is_not_is_named_in_one_sentence),
        cmocka_unit_test(inside_threads_and_forks_there_is_coro_only),
        cmocka_unit_test(serial_is_one_at_a_time),
        cmocka_unit_test(a_number_is_digits_within_what_the_engine_holds),
        cmocka_unit_test(a_sentence_never_passes_its_room),
        cmocka_unit_test(only_processes_need_the_zygote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

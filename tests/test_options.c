// SPDX-License-Identifier: MIT
#include "check.h"
#include "cmd/command.h"
#include "faults.h"
#include "options/options.h"
#include "sys/clock.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

// Parses a command line of `fetch` that is NULL-terminated.
static int parse(struct arguments *a, char *why, const char *const *argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    return options_parse(a, COMMAND_FETCH, argc, (char *const *)argv, why);
}

#define PARSE(a, why, ...) parse(a, why, (const char *const[]){ __VA_ARGS__, NULL })

// Expects the one sentence `why` for this command line.
#define REFUSES(sentence, ...)                                    \
    do {                                                          \
        struct arguments a_;                                      \
        char why_[OPTIONS_WHY];                                   \
        assert_int_equal(PARSE(&a_, why_, __VA_ARGS__), -EINVAL); \
        assert_string_equal(why_, sentence);                      \
        arguments_fini(&a_);                                      \
    } while (0)

static void defaults_are_those_of_the_table(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(options_parse(&a, COMMAND_FETCH, 0, NULL, why), 0);
    const struct crawl_settings *c = &a.crawl;
    assert_int_equal(c->in_flight, 256);
    assert_int_equal(c->per_host, 8);
    assert_int_equal(c->host_delay, 0);
    assert_true(c->rate == 0 && c->host_rate == 0);
    assert_int_equal(c->connect_timeout, 10 * CLOCK_S);
    assert_int_equal(c->max_time, 60 * CLOCK_S);
    assert_int_equal(c->worker.fetch.min_speed, 100);
    assert_int_equal(c->worker.fetch.min_speed_time, 30 * CLOCK_S);
    assert_int_equal(c->max_filesize, 64 << 20);
    assert_int_equal(c->retry, 2);
    assert_int_equal(c->max_redirs, 10);
    assert_int_equal(c->engines, 1);
    assert_string_equal(c->engine[0].name, "coro");
    assert_true(!c->digest && !c->allow_private && !c->worker.fetch.insecure);
    assert_true(!c->resolver.ipv4 && !c->resolver.ipv6);
    assert_int_equal(a.operands.count, 0);
    arguments_fini(&a);
}

static void every_way_of_writing_an_option_is_read(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(PARSE(&a, why, "-j8", "--per-host=3", "--retry", "0", "-i", "list", "-o-"), 0);
    assert_int_equal(a.crawl.in_flight, 8);
    assert_int_equal(a.crawl.per_host, 3);
    assert_int_equal(a.crawl.retry, 0);
    assert_string_equal(a.crawl.input, "list");
    assert_string_equal(a.crawl.output, "-");
    arguments_fini(&a);
    assert_int_equal(PARSE(&a, why, "-qkj", "9", "-4v", "--no-compressed", "--user-agent="), 0);
    assert_true(a.quiet && a.verbose && a.crawl.worker.fetch.insecure && a.crawl.resolver.ipv4);
    assert_int_equal(a.crawl.in_flight, 9);
    assert_false(a.crawl.worker.fetch.compressed);
    assert_null(a.crawl.worker.fetch.user_agent);
    arguments_fini(&a);
}

static void options_may_follow_operands_and_two_dashes_end_them(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(PARSE(&a, why, "http://a/", "-j", "8", "-", "--", "-j", "--retry", "--"), 0);
    assert_int_equal(a.crawl.in_flight, 8);
    assert_int_equal(a.operands.count, 5);
    assert_string_equal(a.operands.item[0], "http://a/");
    assert_string_equal(a.operands.item[1], "-");
    assert_string_equal(a.operands.item[2], "-j");
    assert_string_equal(a.operands.item[4], "--");
    assert_null(a.operands.item[5]);
    arguments_fini(&a);
}

static void of_an_option_given_twice_the_last_counts(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(PARSE(&a, why, "-j8", "--parallel-max=5", "--resolve", "a:80:127.0.0.1",
                           "--resolve=b:80:::1"),
                     0);
    assert_int_equal(a.crawl.in_flight, 5);
    assert_int_equal(a.resolve.count, 2);
    assert_string_equal(a.resolve.item[1], "b:80:::1");
    arguments_fini(&a);
}

static void a_mistake_is_named_with_its_cure(void **state)
{
    (void)state;
    REFUSES("there is no option --perhost; did you mean --per-host?", "--perhost", "3");
    REFUSES("there is no option --zebra; --help lists those there are", "--zebra=3");
    REFUSES("there is no option -Z; --help lists those there are", "-qZ");
    REFUSES("there is no option --no-digest; --help lists those there are", "--no-digest");
    REFUSES("-j: '0' is out of range: write one from 1 to 1000000", "-j0");
    REFUSES("--retry: 'two' is no whole number: write one from 0 to 1000", "--retry", "two");
    REFUSES("--max-time: '5 s' is no time: write seconds, or 500ms, 1.5s, 2m, 1h",
            "--max-time=5 s");
    REFUSES("--rate: '' is no rate: write a number a second, or 10/s, 30/m, 100/h", "--rate=");
    REFUSES("--max-filesize: '20000P' is too much: write bytes, or 500K, 64M, 1.5G",
            "--max-filesize", "20000P");
    REFUSES("-o: '' is empty: give a FILE", "-o", "");
    REFUSES(
        "--dns-servers: 'ns1' is no list of name servers: write ADDRESS or ADDRESS:PORT, IPv6 in "
        "brackets, with commas between",
        "--dns-servers", "ns1");
    REFUSES("--resolve: 'a:80' is no place and address: write HOST:PORT:ADDRESS, further addresses "
            "with commas",
            "--resolve=a:80");
    REFUSES("-j: its N is missing: write -j N", "http://a/", "-j");
    REFUSES("--digest: it takes no value: leave '=yes' out", "--digest=yes");
}

static void min_speed_is_bytes_and_a_time(void **state)
{
    (void)state;
    static const char *const wrong[] = { "100", "100,", ",30", "x,30", "100,30,5" };
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(PARSE(&a, why, "--min-speed", "1K,500ms"), 0);
    assert_int_equal(a.crawl.worker.fetch.min_speed, 1024);
    assert_int_equal(a.crawl.worker.fetch.min_speed_time, CLOCK_S / 2);
    arguments_fini(&a);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(PARSE(&a, why, "--min-speed", wrong[i]), -EINVAL);
        arguments_fini(&a);
    }
}

static void an_engine_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    assert_int_equal(PARSE(&a, why, "--engine", "steam"), -EINVAL);
    assert_non_null(strstr(why, "--engine: 'steam'"));
    assert_non_null(strstr(why, "coro"));
    arguments_fini(&a);
}

// What completion offers for --engine is what there is.
static void every_word_offered_for_an_option_is_taken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        char words[200], why[OPTIONS_WHY];
        snprintf(words, sizeof words, "%s", o->words ? o->words : "");
        for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
            struct arguments a = { 0 };
            assert_int_equal(o->read(o, (char *)&a + o->offset, word, why), 0);
        }
    }
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < options_count; i++) {
        const struct option *o = &options_table[i];
        print_message("%s\n", o->name);
        assert_true(o->commands && !(o->commands & ~(unsigned)COMMAND_ALL));
        assert_true(o->group < GROUP_COUNT);
        assert_non_null(o->read);
        assert_true(o->help && islower((unsigned char)o->help[0]));
        assert_int_not_equal(o->help[strlen(o->help) - 1], '.');
        assert_true(o->manual && o->manual[strlen(o->manual) - 1] == '.');
        assert_false(o->value && o->unset);
        assert_false(o->negatable && o->argument);
        for (unsigned j = 0; j < i; j++) {
            const struct option *other = &options_table[j];
            if (!(o->commands & other->commands))
                continue;
            assert_string_not_equal(o->name, other->name);
            assert_true(!o->letter || o->letter != other->letter);
        }
    }
}

static void every_default_of_every_command_is_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < command_count; i++) {
        struct arguments a;
        char why[OPTIONS_WHY];
        assert_int_equal(options_parse(&a, command_table[i].bit, 0, NULL, why), 0);
        arguments_fini(&a);
    }
}

static void parsing_survives_a_lack_of_memory(void **state)
{
    (void)state;
    struct arguments a;
    char why[OPTIONS_WHY];
    int r = -ENOMEM;
    for (unsigned nth = 1; r == -ENOMEM && nth < 100; nth++) {
        faults_fail_allocation(nth);
        r = PARSE(&a, why, "a", "b", "c", "d", "--resolve", "x:80:127.0.0.1", "e", "--resolve",
                  "y:80:[::1]");
        arguments_fini(&a);
    }
    faults_fail_allocation(0);
    assert_int_equal(r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(every_way_of_writing_an_option_is_read),
        cmocka_unit_test(options_may_follow_operands_and_two_dashes_end_them),
        cmocka_unit_test(of_an_option_given_twice_the_last_counts),
        cmocka_unit_test(a_mistake_is_named_with_its_cure),
        cmocka_unit_test(min_speed_is_bytes_and_a_time),
        cmocka_unit_test(an_engine_that_does_not_exist_is_refused),
        cmocka_unit_test(every_word_offered_for_an_option_is_taken),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_default_of_every_command_is_read),
        cmocka_unit_test(parsing_survives_a_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

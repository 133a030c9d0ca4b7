// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "page/page.h"
#include "page_sample.h"
#include <stdio.h>
#include <string.h>

static struct bench_result sample;
static struct buffer page;

static int make_page(void **state)
{
    (void)state;
    if (page_sample(&sample) < 0)
        return -1;
    page_write(&page, &sample);
    return page.failed || !buffer_string(&page) ? -1 : 0;
}

static int drop_page(void **state)
{
    (void)state;
    buffer_fini(&page);
    result_fini(&sample);
    return 0;
}

static unsigned times(const char *what)
{
    unsigned n = 0;
    for (const char *at = page.p; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

// Goes through all tags: each that opens is closed, by the one opened last. Void elements of HTML,
// and what ends with "/>", open nothing.
static void elements_nest(void **state)
{
    (void)state;
    static const char *const empty[] = { "meta", "link", "br", "!DOCTYPE" };
    char open[64][24];
    unsigned depth = 0;
    for (const char *at = page.p; (at = strchr(at, '<'));) {
        char name[24];
        const char *end = strchr(at, '>');
        bool closes = at[1] == '/', nothing = false;
        assert_non_null(end);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1 + closes, " >/"), at + 1 + closes);
        for (unsigned i = 0; i < sizeof empty / sizeof *empty; i++)
            nothing |= strcmp(name, empty[i]) == 0;
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!nothing && end[-1] != '/') {
            assert_true(depth < 64);
            snprintf(open[depth++], sizeof *open, "%s", name);
        }
        at = end;
        if (strcmp(name, "style") == 0 && !closes)
            at = strstr(at, "</style>"); // where > may stand
    }
    assert_int_equal(depth, 0);
}

static void texts_from_outside_stay_texts(void **state)
{
    (void)state;
    assert_int_equal(times("<script"), 0);
    assert_int_equal(times("<img"), 0);
    assert_int_equal(times("\001"), 0);
    assert_int_equal(times("\377"), 0);
    assert_true(times("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;") >= 4);
}

static void nothing_is_asked_of_a_network(void **state)
{
    (void)state;
    assert_int_equal(times("http:"), 0);
    assert_int_equal(times("https:"), 0);
    assert_int_equal(times("@import"), 0);
    assert_int_equal(times("url("), times("url(#stripe"));
    assert_int_equal(times(" src=") - times("&lt;img src="), 0);
    assert_int_equal(times("default-src 'none'"), 1);
}

static void identifiers_are_unique(void **state)
{
    (void)state;
    for (const char *at = page.p; (at = strstr(at, " id=\"")); at += 5) {
        char id[80];
        snprintf(id, sizeof id, "%.*s\"", (int)strcspn(at + 5, "\"") + 5, at);
        assert_int_equal(times(id), 1);
    }
}

static void every_plot_says_what_it_shows(void **state)
{
    (void)state;
    unsigned plots = times("<figure");
    assert_true(plots >= 12);
    assert_int_equal(times("<figcaption>"), plots);
    assert_int_equal(times("role=\"img\"") + times("role=\"list\""), plots);
    assert_int_equal(times("<desc"), times("role=\"img\""));
    // An engine at a concurrency, in words.
    assert_non_null(strstr(page.p, "\ncoro, 16: 160"));
}

static void every_workload_has_its_plots_and_table(void **state)
{
    (void)state;
    assert_int_equal(times("<section id=\"waiting\">"), 1);
    assert_int_equal(times("<section id=\"computing\">"), 1);
    assert_int_equal(times("<section id=\"mixed\">"), 0);
    assert_non_null(strstr(page.p, "id=\"rate-waiting-t\""));
    assert_non_null(strstr(page.p, "id=\"memory-waiting-t\""));
    assert_non_null(strstr(page.p, "id=\"latency-waiting-4096-t\""));
    assert_non_null(strstr(page.p, "id=\"cpu-waiting-t\""));
    assert_non_null(strstr(page.p, "id=\"micro-switch-t\""));
    // A concurrency that all engines have in common needs no lines.
    assert_non_null(strstr(page.p, "id=\"rate-bars-computing-t\""));
    assert_null(strstr(page.p, "id=\"rate-computing-t\""));
}

static void what_could_not_be_run_says_why(void **state)
{
    (void)state;
    assert_non_null(strstr(page.p, "forks holds 1,024 at most"));
    assert_non_null(strstr(page.p, "12 failed: 12 x timeout"));
}

static void an_empty_result_is_a_page_all_the_same(void **state)
{
    (void)state;
    struct bench_result none = { 0 };
    struct buffer b = { 0 };
    page_write(&b, &none);
    assert_non_null(strstr(buffer_string(&b), "</html>"));
    assert_null(strstr(b.p, "<figure"));
    buffer_fini(&b);
}

static void micro_alone_has_its_section(void **state)
{
    (void)state;
    struct bench_result none = { .micro = sample.micro };
    struct buffer b = { 0 };
    page_write(&b, &none);
    assert_non_null(strstr(buffer_string(&b), "<section id=\"micro\">"));
    assert_null(strstr(b.p, "<h3>Plan"));
    buffer_fini(&b);
}

static void lack_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    bool struck = true;
    for (unsigned n = 1; struck; n++) {
        struct buffer b = { 0 };
        faults_fail_allocation(n);
        page_write(&b, &sample);
        struck = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(b.failed, struck);
        buffer_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_nest),
        cmocka_unit_test(texts_from_outside_stay_texts),
        cmocka_unit_test(nothing_is_asked_of_a_network),
        cmocka_unit_test(identifiers_are_unique),
        cmocka_unit_test(every_plot_says_what_it_shows),
        cmocka_unit_test(every_workload_has_its_plots_and_table),
        cmocka_unit_test(what_could_not_be_run_says_why),
        cmocka_unit_test(an_empty_result_is_a_page_all_the_same),
        cmocka_unit_test(micro_alone_has_its_section),
        cmocka_unit_test(lack_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests(tests, make_page, drop_page);
}

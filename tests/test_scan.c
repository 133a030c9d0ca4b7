// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "html/scan.h"
#include <errno.h>

// Tags as text: "a(href=x rel=y)", "/head", "!meta(...)" for one that a script would write.
static void write_tag(void *arg, const struct scan_tag *t)
{
    static const char *const names[ATTRIBUTES] = {
        "action", "charset", "content", "data", "href",   "http-equiv", "imagesrcset", "method",
        "name",   "poster",  "rel",     "src",  "srcset", "type",       "xlink:href",
    };
    struct buffer *out = arg;
    buffer_add_format(out, "%s%s%s(", t->end ? "/" : "", t->written ? "!" : "",
                      element_name(t->element));
    for (unsigned k = 0; k < ATTRIBUTES; k++) {
        struct span v = scan_value(t, (enum attribute)k);
        if (v.p)
            buffer_add_format(out, "%s=%.*s;", names[k], (int)v.n, v.p);
    }
    buffer_add_byte(out, ')');
}

// What comes of `html` when it is pushed in pieces of `piece` bytes.
static int scan_all(struct buffer *out, struct span html, size_t piece, bool xml)
{
    struct scan s = { 0 };
    int r = 0;
    buffer_clear(out);
    scan_begin(&s, xml, write_tag, out);
    for (size_t at = 0; r == 0 && at < html.n; at += piece) {
        size_t n = html.n - at < piece ? html.n - at : piece;
        r = scan_push(&s, (struct span){ html.p + at, n });
    }
    if (r == 0)
        r = scan_end(&s);
    scan_fini(&s);
    return r;
}

static void gives_as(const char *html, const char *want, bool xml)
{
    struct buffer out = { 0 };
    for (size_t piece = strlen(html) + 1; piece > 0; piece--) {
        assert_int_equal(scan_all(&out, span_of(html), piece, xml), 0);
        buffer_add_byte(&out, '\0');
        assert_string_equal(out.p, want);
    }
    buffer_fini(&out);
}

static void gives(const char *html, const char *want)
{
    gives_as(html, want, false);
}

static void tags_come_with_what_is_wanted_of_them(void **state)
{
    (void)state;
    gives("<a href=x>t</a><p class=y href=z><A HREF = 'X' Rel=\"y\" id=1>",
          "a(href=x;)/a()a(href=X;rel=y;)");
    gives("<a href>", "a(href=;)");
    gives("<a href=>", "a(href=;)");
    gives("<a href=1 href=2>", "a(href=1;)");
    gives("<a/href=1/>", "a(href=1/;)");
    gives("<a href='1'rel=2>", "a(href=1;rel=2;)");
    gives("<a =href=1>", "a()");
    gives("<a href=a\"b'c<d>", "a(href=a\"b'c<d;)");
    gives("< a href=x><1 a=b></ a><a\fhref=y>", "a(href=y;)");
    gives("<a title='>' href=x>", "a(href=x;)");
    gives("<area-map href=x><linkx><averyveryverylongnamethatiskeptbynobody><img src=y>",
          "img(src=y;)");
}

static void comments_and_the_like_are_none_of_it(void **state)
{
    (void)state;
    gives("<!--<a>--><a>", "a()");
    gives("<!--><a>", "a()");
    gives("<!---><a>", "a()");
    gives("<!----><a>", "a()");
    gives("<!--a--!><a>", "a()");
    gives("<!--a-- ><a>--><link>", "link()");
    gives("<!--a--!b--!-><a>--><link>", "link()");
    gives("<!doctype html PUBLIC \"><a>", "a()");
    gives("<?php <a>?><a>", "a()");
    gives("</ x><a></><link>", "a()link()");
    gives("<![CDATA[<a>]]><link>", "link()");
    gives("<svg><![CDATA[<a>]]><a></svg><![CDATA[<link>", "svg()a()/svg()");
    gives("<svg/><![CDATA[<a>", "svg()");
}

static void raw_text_ends_with_its_own_tag_only(void **state)
{
    (void)state;
    gives("<title><a></titles></title ><a>", "title()a()");
    gives("<style><a></style/x><a>", "style()a()");
    gives("<textarea><a></TEXTAREA><a>", "textarea()a()");
    gives("<iframe src=x><a></iframe><a>", "iframe(src=x;)a()");
    gives("<noscript><a></noscript><noframes><a></noframes>", "a()a()");
    gives("<plaintext><a></plaintext><a>", "plaintext()");
    gives("<script src=x><a></script><a>", "script(src=x;)a()");
    gives("<script>if (a</b>c)</script><a>", "script()a()");
    gives("<script><!-- <script> </script> <a> --> </script><a>", "script()a()");
    gives("<script><!-- <script> </script> </script><a>", "script()a()");
    gives("<script><!--></script><a>", "script()a()");
    gives("<script><!-- </script><a>", "script()a()");
    gives("<script><!- <script></script><a>", "script()a()");
    gives("<svg><title/><a></svg><title/><a>", "svg()title()a()/svg()title()");
    gives_as("<script src='x'/><a><title/><link/>", "script(src=x;)a()title()link()", true);
}

static void a_meta_element_that_a_script_would_write_is_seen(void **state)
{
    (void)state;
    gives("<script>w('<meta http-equiv=\"refresh\" content=\"0;url=x\" />');</script><a>",
          "script()!meta(content=0;url=x;http-equiv=refresh;)a()");
    gives("<script>'<meta name=\"' + x</script><a>", "script()a()");
    gives("<script>'<metas name=x>'</script><style><meta name=x></style>", "script()style()");
    gives("<script><!--<script>'<meta name=x>'</script>--></script><a>",
          "script()!meta(name=x;)a()");
}

static void what_the_end_cuts_off_counts_as_far_as_it_is_whole(void **state)
{
    (void)state;
    gives("<a href=x", "a(href=x;)");
    gives("<a href=x rel='y", "a(href=x;)");
    gives("<a href=\"x\" re", "a(href=x;)");
    gives("<a", "");
    gives("<", "");
    gives("</a", "");
    gives("<!-- <a>", "");
    gives("<script><meta name=x", "script()");
}

static void an_attribute_without_end_is_as_if_not_there(void **state)
{
    (void)state;
    struct buffer html = { 0 }, out = { 0 };
    buffer_add_string(&html, "<img srcset=y src='");
    for (unsigned k = 0; k < SCAN_TAG_MOST; k++)
        buffer_add_byte(&html, 'x');
    buffer_add_string(&html, "'><a href=z>");
    for (size_t piece = 1000; piece < 2 * SCAN_TAG_MOST; piece *= 3) {
        assert_int_equal(scan_all(&out, buffer_span(&html), piece, false), 0);
        buffer_add_byte(&out, '\0');
        assert_string_equal(out.p, "img(srcset=y;)a(href=z;)");
    }
    buffer_fini(&html);
    buffer_fini(&out);
}

static void ignore(void *arg, const struct scan_tag *t)
{
    (void)arg;
    (void)t;
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    const char *html =
        "<a href=x><script>'<meta content=y>'</script><a href=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx>";
    for (unsigned n = 1;; n++) {
        struct scan s = { 0 };
        scan_begin(&s, false, ignore, NULL);
        faults_fail_allocation(n);
        int r = scan_push(&s, span_of(html));
        bool met = !faults_pending();
        faults_fail_allocation(0);
        scan_fini(&s);
        assert_int_equal(r, met ? -ENOMEM : 0);
        if (!met)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_come_with_what_is_wanted_of_them),
        cmocka_unit_test(comments_and_the_like_are_none_of_it),
        cmocka_unit_test(raw_text_ends_with_its_own_tag_only),
        cmocka_unit_test(a_meta_element_that_a_script_would_write_is_seen),
        cmocka_unit_test(what_the_end_cuts_off_counts_as_far_as_it_is_whole),
        cmocka_unit_test(an_attribute_without_end_is_as_if_not_there),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/buffer.h"
#include "faults.h"
#include "web/sitemap.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

// What was found, one entry a line: "URL" or "URL modified".
struct found {
    struct buffer text;
    unsigned entries, most; // `most` ends it; 0: none does
};

static int take(void *arg, const struct sitemap_entry *e)
{
    struct found *f = arg;
    assert_true(e->url.n > 0);
    buffer_add(&f->text, e->url.p, e->url.n);
    if (e->modified.p) {
        buffer_add_byte(&f->text, ' ');
        buffer_add(&f->text, e->modified.p, e->modified.n);
    }
    buffer_add_byte(&f->text, '\n');
    if (f->text.failed)
        return -ENOMEM;
    return ++f->entries == f->most ? 77 : 0;
}

struct reading {
    struct found found;
    enum sitemap_kind kind;
    bool cut, broken;
    int result;
};

static void read_in(struct reading *r, struct span text, const char *type, size_t step)
{
    struct sitemap *s;
    r->result = sitemap_new(&s, span_of(type), take, &r->found);
    if (r->result < 0)
        return;
    for (size_t at = 0; r->result == 0 && at < text.n; at += step) {
        size_t n = step < text.n - at ? step : text.n - at;
        char *exact = malloc(n);
        if (!exact)
            r->result = -ENOMEM;
        else
            r->result = sitemap_feed(s, (struct span){ memcpy(exact, text.p + at, n), n });
        free(exact);
    }
    if (r->result == 0)
        r->result = sitemap_end(s);
    r->kind = sitemap_kind(s);
    r->cut = sitemap_cut(s);
    r->broken = sitemap_broken(s);
    sitemap_free(s);
}

static void reading_fini(struct reading *r)
{
    buffer_fini(&r->found.text);
}

static void gives(struct span text, const char *type, enum sitemap_kind kind, const char *want)
{
    for (size_t step = 1; step < 100000; step *= 7) {
        struct reading r = { 0 };
        read_in(&r, text, type, step);
        const char *got = buffer_string(&r.found.text);
        if (r.kind != kind || strcmp(got, want) != 0)
            fail_msg("in steps of %zu: kind %d\n%s", step, (int)r.kind, got);
        reading_fini(&r);
    }
}

#define SPACE "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
#define URLSET "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset " SPACE ">"

static void entries_of_an_urlset(void **state)
{
    (void)state;
    gives(span_of(URLSET
                  "<url><loc>http://a/1</loc><lastmod>2005-01-01</lastmod><priority>0.8"
                  "</priority></url>\n<url> <loc>\n http://a/2?b=1&amp;c=&#50; \n</loc></url>"
                  "<url><lastmod>2006</lastmod><loc><![CDATA[http://a/3?x&y]]></loc></url>"
                  "<url><loc></loc></url><url/></urlset>"),
          NULL, SITEMAP_URLSET, "http://a/1 2005-01-01\nhttp://a/2?b=1&c=2\nhttp://a/3?x&y 2006\n");
}

static void entries_of_an_index(void **state)
{
    (void)state;
    gives(span_of("<sitemapindex " SPACE
                  "><sitemap><loc>http://a/s.gz</loc></sitemap></sitemapindex>"),
          NULL, SITEMAP_INDEX, "http://a/s.gz\n");
}

static void only_what_stands_where_it_belongs_counts(void **state)
{
    (void)state;
    gives(
        span_of("<urlset " SPACE " xmlns:image='i'><loc>http://no/1</loc><url><loc>http://a/1</loc>"
                "<image:loc>http://no/2</image:loc><image:image><image:loc>http://no/3</image:loc>"
                "<loc>http://no/4</loc></image:image></url><x><url><loc>http://no/5</loc></url></x>"
                "<url><x><loc>http://no/6</loc></x></url></urlset>"),
        NULL, SITEMAP_URLSET, "http://a/1\n");
    gives(span_of("<s:urlset xmlns:s='x'><s:url><s:loc>http://a/1</s:loc></s:url></s:urlset>"),
          NULL, SITEMAP_URLSET, "http://a/1\n");
    gives(span_of("<urlset><url><loc>http://a/1</loc></url></urlset>"), NULL, SITEMAP_URLSET,
          "http://a/1\n");
}

static void feeds(void **state)
{
    (void)state;
    gives(span_of("<rss version='2.0' xmlns:atom='a'><channel><link>http://no/</link><atom:link "
                  "href='http://no/2'/><item><title>x</title><link> http://a/1 </link><pubDate>d"
                  "</pubDate></item><item><link>http://a/2</link></item></channel></rss>"),
          NULL, SITEMAP_RSS, "http://a/1 d\nhttp://a/2\n");
    gives(
        span_of("<feed xmlns='http://www.w3.org/2005/Atom'><link href='http://no/1'/><entry><link "
                "rel='self' href='http://no/2'/><link rel='alternate' href='http://a/1?x&amp;y'/>"
                "<updated>2003-12-13T18:30:02Z</updated></entry><entry><link href='/2'/></entry>"
                "</feed>"),
        NULL, SITEMAP_ATOM, "http://a/1?x&y 2003-12-13T18:30:02Z\n/2\n");
}

static void lists(void **state)
{
    (void)state;
    gives(span_of("http://a/1\r\n\n  HTTPS://a/2  \nnonsense\nhttp://a/3"), NULL, SITEMAP_TEXT,
          "http://a/1\nHTTPS://a/2\nhttp://a/3\n");
    gives(span_of("\xef\xbb\xbfhttp://a/1"), "text/plain", SITEMAP_TEXT, "http://a/1\n");
    gives(span_of(""), NULL, SITEMAP_TEXT, "");
    gives(span_of("not found"), NULL, SITEMAP_NONE, "");
}

static void what_is_none(void **state)
{
    (void)state;
    gives(span_of("<!DOCTYPE html><html><body><urlset><url><loc>http://no/</loc></url></urlset>"),
          NULL, SITEMAP_NONE, "");
    gives(span_of("<?xml version='1.0'?>"), NULL, SITEMAP_NONE, "");
    gives(span_of("<"), NULL, SITEMAP_NONE, "");
}

static void encodings(void **state)
{
    static const char utf_16[] =
        "\xff\xfe<\0u\0r\0l\0s\0e\0t\0>\0<\0u\0r\0l\0>\0<\0l\0o\0c\0>\0h\0\xe9\0<\0"
        "/\0l\0o\0c\0>\0<\0/\0u\0r\0l\0>\0<\0/\0u\0r\0l\0s\0e\0t\0>";
    (void)state;
    gives((struct span){ utf_16, sizeof utf_16 }, NULL, SITEMAP_URLSET, "h\xc3\xa9\n");
    gives(span_of("<?xml version='1.0' "
                  "encoding='iso-8859-1'?><urlset><url><loc>h\xe9</loc></url></urlset>"),
          NULL, SITEMAP_URLSET, "h\xc3\xa9\n");
    gives(span_of(
              "<?xml version='1.0' encoding='utf-8'?><urlset><url><loc>h\xe9</loc></url></urlset>"),
          "text/xml; Charset=\"ISO-8859-1\"", SITEMAP_URLSET, "h\xc3\xa9\n");
    gives(span_of("\xef\xbb\xbf<urlset><url><loc>h\xc3\xa9</loc></url></urlset>"),
          "text/xml; charset=iso-8859-1", SITEMAP_URLSET, "h\xc3\xa9\n");
    gives(span_of("<urlset><url><loc>h</loc></url></urlset>"), "text/xml; charset=no-such",
          SITEMAP_URLSET, "h\n");
}

static void pack(struct buffer *out, struct span text)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, text.n);
    z.next_in = (void *)(uintptr_t)text.p;
    z.avail_in = (unsigned)text.n;
    z.next_out = (void *)buffer_reserve(out, room);
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->n = room - z.avail_out;
    deflateEnd(&z);
}

static void gzip_shows_in_the_bytes(void **state)
{
    struct buffer packed = { 0 };
    (void)state;
    pack(&packed, span_of(URLSET "<url><loc>http://a/1</loc></url></urlset>"));
    gives(buffer_span(&packed), "text/xml", SITEMAP_URLSET, "http://a/1\n");
    struct reading r = { 0 };
    read_in(&r, (struct span){ packed.p, packed.n - 6 }, NULL, 1000);
    assert_int_equal(r.kind, SITEMAP_URLSET);
    assert_true(r.broken);
    reading_fini(&r);
    buffer_clear(&packed);
    pack(&packed, span_of("http://a/1\nhttp://a/2"));
    gives(buffer_span(&packed), NULL, SITEMAP_TEXT, "http://a/1\nhttp://a/2\n");
    buffer_fini(&packed);
    gives(span_of("\x1f\x8b nothing that could be unpacked"), NULL, SITEMAP_UNKNOWN, "");
}

static void nothing_outside_is_read_and_nothing_expands(void **state)
{
    char path[] = "/tmp/trawl-sitemap-XXXXXX", text[1000];
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs("<!ENTITY e \"http://secret/\">", f);
    fclose(f);
    snprintf(
        text, sizeof text,
        "<!DOCTYPE urlset [<!ENTITY x SYSTEM \"file://%s\"><!ENTITY %% p SYSTEM \"file://%s\"> %%p;"
        "<!ENTITY i \"http://a/inner\">]><urlset><url><loc>http://a/&x;</loc></url>"
        "<url><loc>&e;</loc></url><url><loc>&i;</loc></url><url><loc>http://a/fine</loc></url></"
        "urlset>",
        path, path);
    gives(span_of(text), NULL, SITEMAP_URLSET, "http://a/fine\n");
    snprintf(text, sizeof text,
             "<!DOCTYPE urlset SYSTEM \"file://%s\"><urlset><url><loc>&e;</loc></url></urlset>",
             path);
    gives(span_of(text), NULL, SITEMAP_URLSET, "");
    remove(path);
    gives(span_of(
              "<!DOCTYPE urlset [<!ENTITY a \"0123456789\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
              "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>"
              "<urlset x='&d;'><url><loc>http://a/&d;</loc></url></urlset>"),
          NULL, SITEMAP_URLSET, "");
}

static void damage_costs_the_entry_it_is_in(void **state)
{
    struct reading r = { 0 };
    (void)state;
    read_in(&r,
            span_of(URLSET "<url><loc>http://a/1</loc></url><url><loc>http://a/?x&y</loc></url>"
                           "<url><loc>http://a/3</loc></url></urlset>"),
            NULL, 1000);
    assert_string_equal(buffer_string(&r.found.text), "http://a/1\nhttp://a/3\n");
    assert_true(r.broken);
    assert_int_equal(r.result, 0);
    reading_fini(&r);
    r = (struct reading){ 0 };
    read_in(&r, span_of(URLSET "<url><loc>http://a/1</loc></url><url><loc>http://a/2"), NULL, 1000);
    assert_string_equal(buffer_string(&r.found.text), "http://a/1\n");
    assert_true(r.broken);
    reading_fini(&r);
}

static void there_are_bounds(void **state)
{
    struct buffer text = { 0 };
    struct reading r = { 0 };
    (void)state;
    buffer_add_string(&text, URLSET "<url><loc>http://a/");
    for (int i = 0; i < SITEMAP_TEXT_MOST; i++)
        buffer_add_byte(&text, 'x');
    buffer_add_string(&text, "</loc></url>");
    for (int i = 0; i < SITEMAP_ENTRIES + 10; i++)
        buffer_add_string(&text, "<url><loc>http://a/</loc></url>");
    buffer_add_string(&text, "</urlset>");
    read_in(&r, buffer_span(&text), NULL, 16384);
    assert_int_equal(r.found.entries, SITEMAP_ENTRIES);
    assert_true(r.cut);
    assert_int_equal(r.result, 1);
    reading_fini(&r);
    buffer_clear(&text);
    for (int i = 0; i < SITEMAP_TEXT_MOST; i++)
        buffer_add_byte(&text, ' ');
    buffer_add_string(&text, "\nhttp://a/1\n");
    gives(buffer_span(&text), NULL, SITEMAP_TEXT, "http://a/1\n");
    buffer_clear(&text);
    buffer_add_string(&text, "http://a/1\n");
    while (text.n < SITEMAP_MOST + 100)
        buffer_add_string(
            &text, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
    struct buffer packed = { 0 };
    pack(&packed, buffer_span(&text));
    for (int k = 0; k < 2; k++) {
        r = (struct reading){ 0 };
        read_in(&r, k ? buffer_span(&packed) : buffer_span(&text), NULL, 16384);
        assert_int_equal(r.kind, SITEMAP_TEXT);
        assert_true(r.cut);
        assert_int_equal(r.result, 1);
        reading_fini(&r);
    }
    buffer_fini(&packed);
    buffer_fini(&text);
}

// A tag or a value that never ends is given up, and does not cost more the longer it is.
static void what_never_ends_is_given_up(void **state)
{
    static const char *const begins[] = {
        "<urlset x='",       "<urlset><!--",  "<",   "<urlset><url><loc>",
        "<urlset><![CDATA[", "<!DOCTYPE x [", "<?x "
    };
    struct buffer text = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        buffer_clear(&text);
        buffer_add_string(&text, begins[i]);
        memset(buffer_reserve(&text, 12 << 20), 'a', 12 << 20);
        text.n += 12 << 20;
        struct reading r = { 0 };
        read_in(&r, buffer_span(&text), NULL, 16384);
        assert_int_equal(r.found.entries, 0);
        reading_fini(&r);
    }
    buffer_clear(&text);
    for (int i = 0; i < 100000; i++)
        buffer_add_string(&text, "<urlset>");
    struct reading r = { 0 };
    read_in(&r, buffer_span(&text), NULL, 16384);
    assert_true(r.broken);
    reading_fini(&r);
    buffer_fini(&text);
}

static void whoever_takes_entries_may_end_it(void **state)
{
    struct reading r = { .found.most = 2 };
    (void)state;
    read_in(
        &r,
        span_of("<urlset><url><loc>1</loc></url><url><loc>2</loc></url><url><loc>3</loc></url>"),
        NULL, 10);
    assert_int_equal(r.result, 77);
    assert_int_equal(r.found.entries, 2);
    reading_fini(&r);
    r = (struct reading){ .found.most = 1 };
    read_in(&r, span_of("http://a/1\nhttp://a/2"), NULL, 3);
    assert_int_equal(r.result, 77);
    reading_fini(&r);
}

static void any_bytes_are_read_within_their_bounds(void **state)
{
    static const char *const words[] = {
        "<urlset>",  "<url>",     "<loc>",  "</loc>", "</url>",  "http://a/",
        "&amp;",     "&",         "<",      ">",      "<!--",    "-->",
        "<![CDATA[", "]]>",       "\n",     "<feed>", "<entry>", "<link href='x'/>",
        "<rss>",     "<channel>", "<item>", "<link>", "\xff",    "\x1f\x8b"
    };
    unsigned seed = 11;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct buffer text = { 0 };
        for (unsigned n = (seed >> 9) % 30; n > 0; n--) {
            seed = seed * 1664525 + 1013904223;
            buffer_add_string(&text, words[(seed >> 10) % (sizeof words / sizeof *words)]);
        }
        seed = seed * 1664525 + 1013904223;
        struct reading r = { 0 };
        if (text.n)
            read_in(&r, buffer_span(&text), NULL, 1 + (seed >> 8) % 20);
        assert_true(r.result >= 0);
        reading_fini(&r);
        buffer_fini(&text);
    }
}

static void lack_of_memory_is_reported(void **state)
{
    static const char *const texts[] = { URLSET "<url><loc>http://a/1</loc></url></urlset>",
                                         "http://a/1\nhttp://a/2" };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct buffer text = { 0 };
        struct reading r = { 0 };
        if (i >= 2)
            pack(&text, span_of(texts[i % 2]));
        else
            buffer_add_string(&text, texts[i]);
        unsigned n = 0;
        do {
            reading_fini(&r);
            r = (struct reading){ 0 };
            faults_fail_allocation(++n);
            read_in(&r, buffer_span(&text), NULL, 5);
            faults_fail_allocation(0);
            assert_true(r.result == 0 || r.result == -ENOMEM);
        } while (r.result < 0);
        assert_true(n > 3);
        reading_fini(&r);
        buffer_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_of_an_urlset),
        cmocka_unit_test(entries_of_an_index),
        cmocka_unit_test(only_what_stands_where_it_belongs_counts),
        cmocka_unit_test(feeds),
        cmocka_unit_test(lists),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(encodings),
        cmocka_unit_test(gzip_shows_in_the_bytes),
        cmocka_unit_test(nothing_outside_is_read_and_nothing_expands),
        cmocka_unit_test(damage_costs_the_entry_it_is_in),
        cmocka_unit_test(there_are_bounds),
        cmocka_unit_test(what_never_ends_is_given_up),
        cmocka_unit_test(whoever_takes_entries_may_end_it),
        cmocka_unit_test(any_bytes_are_read_within_their_bounds),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// MB/s of HTML whose links are found, resolved and told apart, on one core: of the files named on
// the command line, or of a page made up for the purpose.
//
// usage: perf/links [FILE.html...]
#include "html/links.h"
#include "html/scan.h"
#include "sys/clock.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PART = 16 << 10 }; // bytes that are pushed at once, as they come from a socket

struct page {
    struct buffer text;
    struct url url;
};

static uint64_t links_found;

static void count(void *arg, const struct links_found *link)
{
    (void)arg;
    (void)link;
    links_found++;
}

static void count_tag(void *arg, const struct scan_tag *tag)
{
    (void)arg;
    (void)tag;
}

static int load(const char *path, struct page *p)
{
    char url[4200];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? -errno : 1;
    while (n > 0) {
        char *to = buffer_reserve(&p->text, PART);
        n = to ? files_read(fd, to, PART) : -ENOMEM;
        p->text.n += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    snprintf(url, sizeof url, "http://www.example.org/%s", path);
    return n < 0 ? (int)n : url_parse(&p->url, span_of(url), NULL, NULL);
}

// What a page of prose with navigation looks like: a link every 200 bytes.
static int make_up(struct page *p)
{
    buffer_add_string(&p->text,
                      "<!doctype html><html><head><meta charset=\"utf-8\"><title>T</title>"
                      "<link rel=\"stylesheet\" href=\"/s.css\"></head><body>\n");
    for (unsigned i = 0; i < 500; i++)
        buffer_add_format(
            &p->text,
            "<div class=\"item item-%u\" id=\"i%u\"><p>Some words that say something, "
            "and a <a class=\"ref internal\" href=\"../chapter-%u/page.html#s%u\" "
            "title=\"Chapter\">link</a> &mdash; and more of them.</p></div>\n",
            i % 7, i, i % 400, i);
    return p->text.failed
               ? -ENOMEM
               : url_parse(&p->url, span_of("http://www.example.org/a/b/c.html"), NULL, NULL);
}

static int measure(struct links *l, const struct page *p, bool scan_only)
{
    struct scan s = { 0 };
    int r = scan_only ? 0 : links_begin(l, &p->url, span_of("text/html; charset=utf-8"));
    if (scan_only)
        scan_begin(&s, false, count_tag, NULL);
    for (size_t at = 0; r == 0 && at < p->text.n; at += PART) {
        size_t n = p->text.n - at < PART ? p->text.n - at : PART;
        struct span part = { p->text.p + at, n };
        r = scan_only ? scan_push(&s, part) : links_push(l, part);
    }
    scan_fini(&s);
    return r < 0 || scan_only ? r : links_end(l);
}

int main(int argc, char **argv)
{
    static struct page made;
    const struct links_options options = { .tags = LINKS_ALL, .canonical = true };
    const struct links_listener listener = { .found = count };
    struct links *l;
    int64_t spent[2] = { 0 };
    uint64_t bytes = 0;
    if (links_new(&l, &options, &listener) < 0 || make_up(&made) < 0)
        return 1;
    for (int k = 1; k < argc || k == 1; k++) {
        struct page read = { 0 }, *p = argc > 1 ? &read : &made;
        if (argc > 1 && load(argv[k], &read) < 0) {
            fprintf(stderr, "%s: cannot be read\n", argv[k]);
            return 1;
        }
        for (int run = 0; run < (argc > 1 ? 1 : 400); run++) {
            for (int what = 0; what < 2; what++) {
                int64_t start = clock_mono();
                if (measure(l, p, what) < 0)
                    return 1;
                spent[what] += clock_mono() - start;
            }
            bytes += p->text.n;
        }
        buffer_fini(&read.text);
        url_fini(&read.url);
    }
    double mb = (double)bytes / 1e6;
    printf("links: %.1f MB, %.1f MB/s, one link in %llu bytes; scanning alone %.1f MB/s\n", mb,
           mb / ((double)spent[0] / 1e9),
           (unsigned long long)(links_found ? bytes / links_found : 0),
           mb / ((double)spent[1] / 1e9));
    links_free(l);
    buffer_fini(&made.text);
    url_fini(&made.url);
    return 0;
}

// SPDX-License-Identifier: MIT
// What a worker gone mad says that it found.
#include "fuzz.h"
#include "visit/finding_links.h"
#include "visit/finding_robots.h"
#include "visit/finding_sitemap.h"

static size_t sum;

static void touch(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        sum += (unsigned char)s.p[i];
}

static void read_links(struct span all)
{
    struct finding_links page;
    struct finding_link link;
    struct span canonical, rest, href;
    if (!finding_links_read(all, &page, &canonical, &rest))
        return;
    touch(canonical);
    while (finding_links_next(&rest, &link, &href))
        touch(href);
}

static void read_robots(struct span all)
{
    struct span rules, sitemaps, url;
    if (!finding_robots_read(all, &rules, &sitemaps))
        return;
    touch(rules);
    while (finding_robots_sitemap(&sitemaps, &url))
        touch(url);
}

static void read_sitemap(struct span all)
{
    struct finding_sitemap page;
    struct span rest;
    struct buffer url = { 0 };
    if (finding_sitemap_read(all, &page, &rest))
        while (finding_sitemap_next(&rest, &url))
            touch(buffer_span(&url));
    buffer_fini(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span all = fuzz_all(data, size);
    char *copy = fuzz_copy(all);
    all.p = copy;
    read_links(all);
    read_robots(all);
    read_sitemap(all);
    free(copy);
    return 0;
}

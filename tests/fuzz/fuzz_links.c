// SPDX-License-Identifier: MIT
// A content type newline, then a page, whole and in small pieces: the links are the same.
#include "fuzz.h"
#include "html/links.h"

struct seen {
    struct buffer text;
};

static void found(void *arg, const struct links_found *link)
{
    struct seen *s = arg;
    struct url u;
    enum url_error why;
    FUZZ_MUST(url_parse(&u, link->href, NULL, &why) == 0);
    FUZZ_MUST(u.fragment == u.length);
    url_fini(&u);
    buffer_add(&s->text, link->href.p, link->href.n);
    buffer_add_byte(&s->text, '\n');
}

static void meta(void *arg, struct span name, struct span content)
{
    struct seen *s = arg;
    buffer_add(&s->text, name.p, name.n);
    buffer_add(&s->text, content.p, content.n);
}

static struct buffer read_page(struct span type, struct span page, size_t piece)
{
    const struct links_options options = { .tags = LINKS_ALL, .agent = "trawl" };
    struct seen seen = { 0 };
    const struct links_listener listener = { found, meta, &seen };
    struct url url;
    enum url_error why;
    struct links *l;
    FUZZ_MUST(url_parse(&url, span_of("http://host.test/a/b?c"), NULL, &why) == 0);
    FUZZ_MUST(links_new(&l, &options, &listener) == 0);
    FUZZ_MUST(links_begin(l, &url, type) == 0);
    links_header(l, type);
    while (page.n) {
        size_t n = page.n < piece ? page.n : piece;
        FUZZ_MUST(links_push(l, (struct span){ page.p, n }) == 0);
        page.p += n;
        page.n -= n;
    }
    FUZZ_MUST(links_end(l) == 0);
    links_free(l);
    url_fini(&url);
    return seen.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span page = fuzz_all(data, size), type = fuzz_cut(&page, '\n');
    struct buffer whole = read_page(type, page, size + 1), pieces = read_page(type, page, 3);
    FUZZ_MUST(whole.n == pieces.n && (whole.n == 0 || memcmp(whole.p, pieces.p, whole.n) == 0));
    buffer_fini(&whole);
    buffer_fini(&pieces);
    return 0;
}

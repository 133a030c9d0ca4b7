// SPDX-License-Identifier: MIT
// AGENT newline PATH newline, then a robots.txt, in pieces of two sizes: the rules are the same.
#include "fuzz.h"
#include "web/robots.h"
#include "web/robots_tag.h"

static struct buffer compile(struct span agent, struct span text, size_t piece)
{
    struct robots *r;
    struct buffer rules = { 0 }, sitemaps = { 0 };
    FUZZ_MUST(robots_new(&r, agent) == 0);
    while (text.n) {
        size_t n = text.n < piece ? text.n : piece;
        if (robots_feed(r, (struct span){ text.p, n }) != 0)
            break;
        text.p += n;
        text.n -= n;
    }
    FUZZ_MUST(robots_compile(r, &rules, &sitemaps) == 0);
    FUZZ_MUST(robots_valid(buffer_span(&rules)));
    buffer_fini(&sitemaps);
    robots_free(r);
    return rules;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_all(data, size), agent = fuzz_cut(&text, '\n'),
                path = fuzz_cut(&text, '\n');
    struct buffer scratch = { 0 }, whole = compile(agent, text, size + 1),
                  pieces = compile(agent, text, 7);
    struct robots_verdict v;
    FUZZ_MUST(whole.n == pieces.n && memcmp(whole.p, pieces.p, whole.n) == 0);
    const struct robots_rules *rules = (const struct robots_rules *)(const void *)whole.p;
    FUZZ_MUST(robots_match(rules, path, &scratch, &v) == 0);
    FUZZ_MUST(robots_delay(rules) >= -1);
    char *copy = fuzz_copy(fuzz_all(data, size)); // what another process may have sent
    if (robots_valid((struct span){ copy, size }))
        robots_match((const struct robots_rules *)(const void *)copy, path, &scratch, &v);
    free(copy);
    robots_tag_header(text, agent);
    robots_tag_meta(path, text, agent);
    buffer_fini(&scratch);
    buffer_fini(&whole);
    buffer_fini(&pieces);
    return 0;
}

// SPDX-License-Identifier: MIT
// Nanoseconds to parse and free one URL of a list: an ASCII one of 60 bytes in normal form, and the
// kinds that take the general way.
#include "web/url.h"
#include "sys/clock.h"
#include <stdio.h>

static double measure(const char *text, const struct url *base, unsigned rounds)
{
    struct span input = span_of(text);
    int64_t best = INT64_MAX;
    for (int run = 0; run < 300; run++) { // short ones, so that one is undisturbed
        int64_t start = clock_mono();
        for (unsigned i = 0; i < rounds; i++) {
            struct url u;
            if (url_parse(&u, input, base, NULL) < 0)
                return -1;
            url_fini(&u);
        }
        int64_t took = clock_mono() - start;
        best = took < best ? took : best;
    }
    return (double)best / rounds;
}

int main(void)
{
    struct url base;
    if (url_parse(&base, span_of("https://www.example.org/docs/a/b.html"), NULL, NULL) < 0)
        return 1;
    static const struct {
        const char *what, *text;
    } kinds[] = {
        { "normal, 60 bytes", "https://www.example.org/articles/2024/02/a-title-of-it?p=1&q" },
        { "host only", "http://example.org" },
        { "capitals, a space", "HTTP://www.Example.org/articles/2024/02/a title of it?p=1" },
        { "IPv4", "http://127.10.20.30:8080/w/12/345.html" },
        { "relative", "../c/d.html?x=1" },
        { "IDNA", "http://b\xC3\xBC"
                  "cher.example/x" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        printf("url: %-20s %7.1f ns\n", kinds[i].what, measure(kinds[i].text, &base, 1000));
    url_fini(&base);
    return 0;
}

// SPDX-License-Identifier: MIT
// What comes to the port of `trawl serve --dns`: an answer is no longer than its asker takes, and
// our own reader of answers gets through it.
#include "fuzz.h"
#include "resolve/answer.h"
#include "serve/dns_answer.h"

static void answer_one(const struct dns_zone *zone, const uint8_t *query, size_t n, bool tcp)
{
    uint8_t *out = malloc(DNS_ANSWER_MAX);
    FUZZ_MUST(out);
    struct dns_verdict v = dns_answer(zone, query, n, tcp, out);
    FUZZ_MUST(v.size <= DNS_ANSWER_MAX && (v.size == 0 || v.size >= 12));
    FUZZ_MUST(tcp || v.size <= 1232);
    if (v.size) {
        struct answer a;
        uint8_t *copy = fuzz_copy((struct span){ (const char *)out, v.size });
        answer_read(&a, copy, v.size, span_of("h1.web.test"), QUERY_A);
        FUZZ_MUST(a.count <= RESOLVE_ADDRESSES);
        free(copy);
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct web web = {
        .seed = 1, .hosts = 300, .pages = 1, .suffix = "web.test", .port = 80, .errors = 100000
    };
    const struct dns_zone zone = {
        .suffix = "web.test", .web = &web, .ttl = 60, .negative_ttl = 7
    };
    uint8_t *query = fuzz_copy(fuzz_all(data, size));
    answer_one(&zone, query, size, false);
    answer_one(&zone, query, size, true);
    free(query);
    return 0;
}

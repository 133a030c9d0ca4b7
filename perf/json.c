// SPDX-License-Identifier: MIT
// Nanoseconds to write one record of a fetch: 15 members, about 400 bytes.
#include "store/json.h"
#include "sys/clock.h"
#include <stdio.h>

static void record(struct buffer *b, struct json_time *time, uint64_t n)
{
    struct span url = span_of("https://www.example.org/articles/2024/02/a-title-of-it?p=1&q");
    json_object_open(b);
    json_key(b, "url");
    json_text(b, url);
    json_key(b, "line");
    json_uint(b, n);
    json_key(b, "url_effective");
    json_text(b, url);
    json_key(b, "status");
    json_uint(b, 200);
    json_key(b, "remote_ip");
    json_text(b, span_of("93.184.216.34"));
    json_key(b, "http_version");
    json_text(b, span_of("1.1"));
    json_key(b, "content_type");
    json_text(b, span_of("text/html; charset=utf-8"));
    json_key(b, "size_download");
    json_uint(b, 10240 + n);
    json_key(b, "time_namelookup");
    json_seconds_us(b, 1234567);
    json_key(b, "time_connect");
    json_seconds_us(b, 2345678);
    json_key(b, "time_starttransfer");
    json_seconds_us(b, 13456789);
    json_key(b, "time_total");
    json_seconds_us(b, 113456789);
    json_key(b, "attempts");
    json_uint(b, 1);
    json_key(b, "engine");
    json_text(b, span_of("coro"));
    json_key(b, "started");
    json_time(b, time, INT64_C(1709251199123456789) + (int64_t)n * 1000, 6);
    json_object_close(b);
    json_newline(b);
}

int main(void)
{
    enum { ROUNDS = 1000 };
    struct buffer b = { 0 };
    struct json_time time = { 0 };
    int64_t best = INT64_MAX;
    size_t bytes = 0;
    for (int run = 0; run < 500; run++) { // short ones, so that one is undisturbed
        int64_t start = clock_mono();
        for (unsigned i = 0; i < ROUNDS; i++) {
            if (b.n > 65536)
                buffer_clear(&b);
            size_t before = b.n;
            record(&b, &time, i);
            bytes = b.n - before;
        }
        int64_t took = clock_mono() - start;
        best = took < best ? took : best;
    }
    printf("json: a record of %zu bytes %.1f ns\n", bytes, (double)best / ROUNDS);
    buffer_fini(&b);
    return 0;
}

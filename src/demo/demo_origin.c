// SPDX-License-Identifier: MIT
#include "demo/demo_origin.h"
#include "demo/demo_web.h"
#include "serve/serve.h"
#include "sys/clock.h"

#define ORIGIN_IDLE (30 * CLOCK_S)

int demo_origin_start(struct origin *out)
{
    static const struct serve_settings settings = {
        .web_hosts = DEMO_HOSTS,
        .web_pages = DEMO_PAGES,
        .seed = DEMO_SEED,
        .web_delay = DEMO_DELAY_MS * CLOCK_MS,
        .web_errors = DEMO_ERRORS,
        .suffix = DEMO_SUFFIX,
        .dns = "127.0.0.1:0",
        .dns_ttl = 60,
        .idle_timeout = ORIGIN_IDLE,
        .quiet = true,
    };
    return origin_start(out, &settings, NULL);
}

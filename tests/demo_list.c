// SPDX-License-Identifier: MIT
// Prints urls/demo.txt: most pages of the demo's synthetic web, and some of everything that can
// happen. tests/demo_list.sh compares; after a change of the web: make tests/demo_list &&
// tests/demo_list > urls/demo.txt
#include "demo/demo_web.h"
#include "serve/web.h"
#include <stdio.h>

static const char *const others[] = {
    "/redirect/1",       "/redirect/3", "/redirect/12",      "/status/404",
    "/status/410",       "/status/500", "/delay/300",        "/delay/900/gzip",
    "/bytes/1M",         "/bytes/0",    "/chunked/100000",   "/gzip/50000",
    "/zstd/50000",       "/reset",      "/truncate",         "/drip?bytes=2000&ms=100&piece=200",
    "/malformed/status", "/reset/body", "/truncate?chunked",
};

int main(void)
{
    const struct web w = { .seed = DEMO_SEED,
                           .hosts = DEMO_HOSTS,
                           .pages = DEMO_PAGES,
                           .suffix = DEMO_SUFFIX,
                           .port = DEMO_PORT,
                           .delay_ms = DEMO_DELAY_MS,
                           .errors = (uint32_t)(DEMO_ERRORS * 1000000) };
    printf("# The synthetic web of `trawl demo`, which fetches this list. By hand:\n"
           "#   trawl serve --web %d,%d --web-delay %dms --web-errors %g --dns 127.0.0.1:5300 &\n"
           "#   trawl fetch -i urls/demo.txt --dns-servers 127.0.0.1:5300 --allow-private\n",
           DEMO_HOSTS, DEMO_PAGES, DEMO_DELAY_MS, DEMO_ERRORS * 100);
    for (uint32_t page = 0; page < DEMO_PAGES; page++)
        for (uint32_t host = 0; host < DEMO_HOSTS; host++) {
            char name[WEB_NAME_ROOM], path[WEB_PATH_ROOM];
            web_authority(&w, host, name);
            web_path(&w, host, page, path);
            printf("http://%s%s\n", name, path);
        }
    printf("# redirects, faults, delays, codings\n");
    for (unsigned host = 0; host < 10; host++)
        for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
            printf("http://site%u.%s:%d%s\n", host, DEMO_SUFFIX, DEMO_PORT, others[i]);
    printf("# names that do not exist, a port where nobody listens, and no URLs\n"
           "http://h%d.%s:%d/\nhttp://nowhere.invalid:%d/\nhttp://127.0.0.1:1/\n"
           "ftp://h0.%s/\nh0.%s\nhttp://h0 .%s/\n",
           DEMO_HOSTS, DEMO_SUFFIX, DEMO_PORT, DEMO_PORT, DEMO_SUFFIX, DEMO_SUFFIX, DEMO_SUFFIX);
    return 0;
}

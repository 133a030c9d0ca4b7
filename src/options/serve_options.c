// SPDX-License-Identifier: MIT
#include "options/serve_options.h"
#include "report/units.h"
#include "serve/web.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

int serve_options_port(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    uint64_t port;
    if (units_count(text, 0, 65535, &port) < 0) {
        snprintf(why, OPTIONS_WHY, "is no port: write one from 1 to 65535, or 0 for any free one");
        return -EINVAL;
    }
    *(uint16_t *)at = (uint16_t)port;
    return 0;
}

int serve_options_web(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    struct serve_settings *to = at;
    char hosts_text[UNITS_ROOM];
    uint64_t hosts, pages;
    const char *comma = strchr(text, ',');
    size_t n = comma ? (size_t)(comma - text) : 0;
    if (n > 0 && n < sizeof hosts_text) {
        memcpy(hosts_text, text, n);
        hosts_text[n] = '\0';
        if (units_count(hosts_text, 1, WEB_HOSTS_MAX, &hosts) == 0 &&
            units_count(comma + 1, 1, WEB_PAGES_MAX, &pages) == 0) {
            to->web_hosts = (uint32_t)hosts;
            to->web_pages = (uint32_t)pages;
            return 0;
        }
    }
    snprintf(why, OPTIONS_WHY,
             "is no web: write how many hosts (%d at most), a comma, and pages a host: 100,1000",
             WEB_HOSTS_MAX);
    return -EINVAL;
}

int serve_options_seed(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    if (units_count(text, 0, UINT64_MAX, at) == 0)
        return 0;
    snprintf(why, OPTIONS_WHY, "is no seed: write a whole number");
    return -EINVAL;
}

int serve_options_percent(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    char digits[UNITS_ROOM];
    size_t n = strlen(text);
    double percent;
    if (n > 1 && text[n - 1] == '%')
        n--;
    if (n < sizeof digits && !memchr(text, '/', n)) {
        memcpy(digits, text, n);
        digits[n] = '\0';
        if (units_rate(digits, &percent) == 0 && percent <= 100) {
            *(double *)at = percent / 100;
            return 0;
        }
    }
    snprintf(why, OPTIONS_WHY, "is no percentage: write one from 0 to 100, such as 2.5");
    return -EINVAL;
}

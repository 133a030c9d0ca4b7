// SPDX-License-Identifier: MIT
#include "cmd/fetch_proxy.h"
#include "cmd/command.h"
#include "options/arguments.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

enum { VARIABLES = 4 };

// Where a proxy for a scheme may stand, first come first. HTTP_PROXY in capitals is not looked at:
// to a CGI program it is what the client sent as a header "Proxy".
static const char *const for_http[VARIABLES] = { "http_proxy", "all_proxy", "ALL_PROXY" };
static const char *const for_https[VARIABLES] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
                                                  "ALL_PROXY" };

// The first of the variables that is set, and to something; NULL when none is.
static const char *look_for(const char *const *variables, const char **name)
{
    for (unsigned i = 0; i < VARIABLES && variables[i]; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value) {
            *name = variables[i];
            return value;
        }
    }
    return NULL;
}

// Reads `text`, which came from `name`; none when it is empty or NULL.
static int read_proxy(struct proxy_place *out, const char *text, const char *name)
{
    const char *why = "";
    if (!text || !*text)
        return STATUS_OK;
    int r = proxy_parse(out, span_of(text), &why);
    if (r == 0)
        return STATUS_OK;
    log_error("%s: this is no proxy: %s", name, r == -ENOMEM ? "no memory" : why);
    return STATUS_USAGE;
}

static int read_both(struct arguments *a)
{
    const char *http_name = "--proxy", *https_name = "--proxy";
    const char *http = a->proxy ? a->proxy : look_for(for_http, &http_name);
    const char *https = a->proxy ? a->proxy : look_for(for_https, &https_name);
    int status = read_proxy(&a->http_proxy, http, http_name);
    return status == STATUS_OK ? read_proxy(&a->https_proxy, https, https_name) : status;
}

static const struct proxy_place *if_any(const struct proxy_place *p, const char *scheme)
{
    if (!p->url)
        return NULL;
    log_detail("%s URLs go through %s", scheme, p->url);
    return p;
}

int fetch_proxy(struct arguments *a)
{
    static const char *const exceptions[VARIABLES] = { "no_proxy", "NO_PROXY" };
    const char *name;
    int status = read_both(a);
    if (status != STATUS_OK)
        return status;
    a->crawl.proxies = (struct proxy_rules){
        .http = if_any(&a->http_proxy, "http"),
        .https = if_any(&a->https_proxy, "https"),
        .except = span_of(a->no_proxy ? a->no_proxy : look_for(exceptions, &name)),
    };
    return STATUS_OK;
}

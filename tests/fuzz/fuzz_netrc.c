// SPDX-License-Identifier: MIT
// A .netrc, a proxy, DNS servers, a line of /etc/hosts: what users and machines write.
#include "fuzz.h"
#include "resolve/hosts.h"
#include "resolve/servers.h"
#include "web/netrc.h"
#include "web/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_all(data, size);
    struct netrc *n;
    unsigned line;
    const char *why;
    char sentence[200];
    if (netrc_parse(&n, text, &line, &why) == 0) {
        netrc_find(n, span_of("host.test"), (struct span){ NULL, 0 }, true);
        netrc_free(n);
    }
    struct proxy_place place = { 0 };
    if (proxy_parse(&place, text, &why) == 0) {
        struct proxy_rules rules = { &place, &place, text };
        proxy_choose(&rules, true, span_of("www.host.test"));
        proxy_place_fini(&place);
    }
    char *copy = malloc(size + 1);
    FUZZ_MUST(copy);
    if (size)
        memcpy(copy, data, size);
    copy[size] = '\0';
    struct servers servers = { 0 };
    servers_parse(&servers, copy, sentence, sizeof sentence);
    servers_add_line(&servers, text);
    FUZZ_MUST(servers.count <= SERVERS_MOST && servers.searches <= SERVERS_SEARCH);
    struct hosts hosts = { 0 };
    hosts_add_line(&hosts, text);
    hosts_find(&hosts, span_of("host.test"));
    hosts_fini(&hosts);
    free(copy);
    return 0;
}

// SPDX-License-Identifier: MIT
#include "resolve/servers.h"
#include "sys/shortage.h"
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVERS_PORT = 53 };

bool servers_read_port(struct span text, uint16_t *port)
{
    unsigned v = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || v > 6553)
            return false;
        v = v * 10 + (unsigned)(text.p[i] - '0');
    }
    *port = (uint16_t)v;
    return text.n && v && v <= 65535;
}

static void servers_name(struct server *s, struct span scope)
{
    char text[ADDRESS_TEXT_ROOM];
    address_text(&s->address, text);
    bool bracket = s->address.family == 6 && s->port != SERVERS_PORT;
    int n = snprintf(s->name, sizeof s->name, "%s%s%s%.*s%s", bracket ? "[" : "", text,
                     scope.n ? "%" : "", (int)scope.n, scope.p ? scope.p : "", bracket ? "]" : "");
    if (s->port != SERVERS_PORT)
        snprintf(s->name + n, sizeof s->name - (size_t)n, ":%u", s->port);
}

// The number of an interface's name, or of a number as it is; 0 when it is neither.
static unsigned servers_scope(struct span text)
{
    char name[IF_NAMESIZE], *end;
    if (!text.n || text.n >= sizeof name)
        return 0;
    memcpy(name, text.p, text.n);
    name[text.n] = 0;
    unsigned index = if_nametoindex(name);
    if (index)
        return index;
    unsigned long number = strtoul(name, &end, 10);
    return *end || number > UINT32_MAX ? 0 : (unsigned)number;
}

static bool servers_add(struct servers *s, struct span address, uint16_t port)
{
    struct server one = { .port = port };
    struct span scope = { 0 };
    const char *percent = memchr(address.p, '%', address.n);
    if (percent) {
        scope = (struct span){ percent + 1, (size_t)(address.p + address.n - percent - 1) };
        address.n = (size_t)(percent - address.p);
    }
    if (s->count == SERVERS_MOST || address_parse(&one.address, address) < 0)
        return false;
    one.length = address_to_sockaddr(&one.address, port, &one.at);
    if (percent) {
        unsigned index = servers_scope(scope);
        if (!index || one.address.family != 6)
            return false;
        ((struct sockaddr_in6 *)&one.at)->sin6_scope_id = index;
    }
    servers_name(&one, scope);
    s->server[s->count++] = one;
    return true;
}

// "[ADDRESS]", "[ADDRESS]:PORT", "IPV4", "IPV4:PORT", or a bare IPv6 address.
static bool servers_add_item(struct servers *s, struct span item)
{
    uint16_t port = SERVERS_PORT;
    struct span address = item, rest = { 0 };
    if (item.n && item.p[0] == '[') {
        const char *close = memchr(item.p, ']', item.n);
        if (!close)
            return false;
        address = (struct span){ item.p + 1, (size_t)(close - item.p - 1) };
        rest = (struct span){ close + 1, (size_t)(item.p + item.n - close - 1) };
    } else {
        const char *colon = memchr(item.p, ':', item.n);
        if (colon && colon == memrchr(item.p, ':', item.n)) {
            address.n = (size_t)(colon - item.p);
            rest = (struct span){ colon, item.n - address.n };
        }
    }
    if (rest.n &&
        (rest.p[0] != ':' || !servers_read_port((struct span){ rest.p + 1, rest.n - 1 }, &port)))
        return false;
    return servers_add(s, address, port);
}

static struct span servers_trim(struct span s)
{
    while (s.n && strchr(" \t\r\n", s.p[0]))
        s = (struct span){ s.p + 1, s.n - 1 };
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

int servers_parse(struct servers *out, const char *list, char *why, size_t room)
{
    *out = (struct servers){ .ndots = 1 };
    for (const char *p = list, *end;; p = end + 1) {
        end = strchrnul(p, ',');
        struct span item = servers_trim((struct span){ p, (size_t)(end - p) });
        if (out->count == SERVERS_MOST && item.n) {
            snprintf(why, room, "--dns-servers: more than %d servers", SERVERS_MOST);
            return -EINVAL;
        }
        if (item.n && !servers_add_item(out, item)) {
            snprintf(why, room, "--dns-servers: \"%.*s\" is not ADDRESS[:PORT]", (int)item.n,
                     item.p);
            return -EINVAL;
        }
        if (!*end)
            break;
    }
    if (out->count)
        return 0;
    snprintf(why, room, "--dns-servers: no server given");
    return -EINVAL;
}

// Takes the next word; an absent span at the end.
static struct span servers_word(struct span *line)
{
    *line = servers_trim(*line);
    size_t n = 0;
    while (n < line->n && !strchr(" \t\r\n", line->p[n]))
        n++;
    struct span word = { n ? line->p : NULL, n };
    line->p += n;
    line->n -= n;
    return word;
}

static void servers_add_search(struct servers *s, struct span domain)
{
    while (domain.n && domain.p[0] == '.')
        domain = (struct span){ domain.p + 1, domain.n - 1 };
    if (domain.n && domain.p[domain.n - 1] == '.')
        domain.n--;
    if (s->searches == SERVERS_SEARCH || !query_holds(domain))
        return;
    char *to = s->search[s->searches++];
    for (size_t i = 0; i < domain.n; i++)
        to[i] = domain.p[i] >= 'A' && domain.p[i] <= 'Z' ? (char)(domain.p[i] + 32) : domain.p[i];
    to[domain.n] = 0;
}

static void servers_option(struct servers *s, struct span option)
{
    static const char ndots[] = "ndots:";
    if (span_is(option, "use-vc")) {
        s->tcp = true;
    } else if (option.n > sizeof ndots - 1 && memcmp(option.p, ndots, sizeof ndots - 1) == 0) {
        unsigned v = 0;
        for (size_t i = sizeof ndots - 1; i < option.n && v <= SERVERS_NDOTS_MOST; i++) {
            if (option.p[i] < '0' || option.p[i] > '9')
                return;
            v = v * 10 + (unsigned)(option.p[i] - '0');
        }
        s->ndots = v < SERVERS_NDOTS_MOST ? v : SERVERS_NDOTS_MOST;
    }
}

void servers_add_line(struct servers *s, struct span line)
{
    struct span word = servers_word(&line), value;
    if (!word.n || *word.p == '#' || *word.p == ';')
        return;
    if (span_is(word, "nameserver")) {
        if ((value = servers_word(&line)).n)
            servers_add_item(s, value); // with a port, as BSD allows
    } else if (span_is(word, "search") || span_is(word, "domain")) {
        s->searches = 0; // the last such line counts
        while ((value = servers_word(&line)).n)
            servers_add_search(s, value);
    } else if (span_is(word, "options")) {
        while ((value = servers_word(&line)).n)
            servers_option(s, value);
    }
}

int servers_load(struct servers *out, const char *path)
{
    *out = (struct servers){ .ndots = 1 };
    FILE *f = fopen(path, "re");
    if (!f && shortage_is(errno, 0))
        return -errno;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while (f && (n = getline(&line, &room, f)) > 0)
        servers_add_line(out, (struct span){ line, (size_t)n });
    free(line);
    if (f)
        fclose(f);
    if (!out->count)
        servers_add(out, span_of("127.0.0.1"), SERVERS_PORT);
    return 0;
}

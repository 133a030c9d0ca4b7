// SPDX-License-Identifier: MIT
#include "resolve/overrides.h"
#include "resolve/query.h"
#include "resolve/servers.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { OVERRIDES_KEY_ROOM = 2 + QUERY_NAME + 1, OVERRIDES_ADDRESSES = 64 };

// An entry taken apart.
struct parts {
    struct span host;
    uint16_t port;
    unsigned count;
    struct address address[OVERRIDES_ADDRESSES];
};

__attribute__((format(printf, 3, 4))) static int overrides_refuse(char *why, size_t room,
                                                                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, room, format, args);
    va_end(args);
    return -EINVAL;
}

// Takes what stands before `stop` off the front of `text`, and `stop` with it; a bracketed part is
// taken whole, without its brackets. False when there is no `stop`.
static bool overrides_take(struct span *text, char stop, struct span *part)
{
    const char *from = text->p, *end = from + text->n, *to;
    if (text->n && *from == '[') {
        const char *close = memchr(from, ']', text->n);
        if (!close || close + 1 == end || close[1] != stop)
            return false;
        *part = (struct span){ from + 1, (size_t)(close - from - 1) };
        to = close + 1;
    } else {
        to = memchr(from, stop, text->n);
        if (!to)
            return false;
        *part = (struct span){ from, (size_t)(to - from) };
    }
    *text = (struct span){ to + 1, (size_t)(end - to - 1) };
    return true;
}

static bool overrides_read_address(struct span text, struct address *a)
{
    if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
        text = (struct span){ text.p + 1, text.n - 2 };
    return address_parse(a, text) == 0;
}

static int overrides_read_addresses(struct parts *parts, struct span list, char *why, size_t room,
                                    const char *text)
{
    while (list.n) {
        const char *comma = memchr(list.p, ',', list.n);
        struct span one = { list.p, comma ? (size_t)(comma - list.p) : list.n };
        list.p += one.n + (comma != NULL);
        list.n -= one.n + (comma != NULL);
        if (parts->count == OVERRIDES_ADDRESSES)
            return overrides_refuse(why, room, "--resolve \"%s\": more than %d addresses", text,
                                    OVERRIDES_ADDRESSES);
        if (!overrides_read_address(one, &parts->address[parts->count++]))
            return overrides_refuse(why, room, "--resolve \"%s\": \"%.*s\" is not an IP address",
                                    text, (int)one.n, one.p);
    }
    if (!parts->count)
        return overrides_refuse(why, room, "--resolve \"%s\": no address after HOST:PORT:", text);
    return 0;
}

static int overrides_read(struct parts *parts, const char *text, char *why, size_t room)
{
    struct span rest = span_of(text), port;
    if (*text == '-')
        return overrides_refuse(why, room,
                                "--resolve \"%s\": nothing is kept that could be removed; leave "
                                "out the entry that added it",
                                text);
    if (*text == '+') // an entry that times out, to curl: no other kind is looked at twice here
        rest = (struct span){ rest.p + 1, rest.n - 1 };
    if (!overrides_take(&rest, ':', &parts->host) || !parts->host.n ||
        !overrides_take(&rest, ':', &port))
        return overrides_refuse(why, room, "--resolve \"%s\": not HOST:PORT:ADDRESS[,ADDRESS]...",
                                text);
    if (!servers_read_port(port, &parts->port))
        return overrides_refuse(why, room, "--resolve \"%s\": \"%.*s\" is not a port", text,
                                (int)port.n, port.p);
    if (parts->host.n > 1 && parts->host.p[parts->host.n - 1] == '.')
        parts->host.n--;
    if (parts->host.n > QUERY_NAME)
        return overrides_refuse(why, room, "--resolve: a host name over %d bytes", QUERY_NAME);
    return overrides_read_addresses(parts, rest, why, room, text);
}

static struct span overrides_key(char out[OVERRIDES_KEY_ROOM], struct span host, uint16_t port)
{
    out[0] = (char)(port >> 8);
    out[1] = (char)port;
    for (size_t i = 0; i < host.n; i++)
        out[2 + i] = host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] + 32) : host.p[i];
    return (struct span){ out, 2 + host.n };
}

static struct overrides_entry *overrides_entry(struct overrides *o, struct span key)
{
    uint64_t hash = map_hash(key);
    struct map_node *found = map_find(&o->entries, hash, key);
    if (found)
        return list_entry(found, struct overrides_entry, by_place);
    struct overrides_entry *e = malloc(sizeof *e + key.n);
    if (!e)
        return NULL;
    *e = (struct overrides_entry){ .key_length = key.n };
    memcpy(e->key, key.p, key.n);
    if (map_add(&o->entries, &e->by_place, hash, (struct span){ e->key, key.n }) < 0) {
        free(e);
        return NULL;
    }
    return e;
}

int overrides_add(struct overrides *o, const char *text, char *why, size_t room)
{
    struct parts parts = { .count = 0 };
    char key[OVERRIDES_KEY_ROOM];
    int err = overrides_read(&parts, text, why, room);
    if (err)
        return err;
    // NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): there is an address
    struct address *copy = malloc(parts.count * sizeof *copy);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, parts.address, parts.count * sizeof *copy);
    struct overrides_entry *e = overrides_entry(o, overrides_key(key, parts.host, parts.port));
    if (!e) {
        free(copy);
        return -ENOMEM;
    }
    free(e->address);
    e->address = copy;
    e->count = parts.count;
    return 0;
}

static const struct overrides_entry *overrides_find_key(const struct overrides *o, struct span key)
{
    struct map_node *n = map_find(&o->entries, map_hash(key), key);
    return n ? list_entry(n, struct overrides_entry, by_place) : NULL;
}

const struct overrides_entry *overrides_find(const struct overrides *o, struct span name,
                                             uint16_t port)
{
    char key[OVERRIDES_KEY_ROOM];
    if (!o->entries.count || name.n > QUERY_NAME)
        return NULL;
    const struct overrides_entry *e = overrides_find_key(o, overrides_key(key, name, port));
    return e ? e : overrides_find_key(o, overrides_key(key, span_of("*"), port));
}

static void overrides_free_entry(struct map_node *n, void *arg)
{
    (void)arg;
    struct overrides_entry *e = list_entry(n, struct overrides_entry, by_place);
    free(e->address);
    free(e);
}

void overrides_fini(struct overrides *o)
{
    map_each(&o->entries, overrides_free_entry, NULL);
    map_fini(&o->entries);
    *o = (struct overrides){ 0 };
}

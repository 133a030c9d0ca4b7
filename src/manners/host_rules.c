// SPDX-License-Identifier: MIT
#include "manners/host_rules.h"
#include "data/buffer.h"
#include "report/units.h"
#include "sys/files.h"
#include "sys/log.h"
#include "web/url.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    FILE_MOST = 64 << 20, // bytes
    WORD_MOST = 1024,     // bytes of a host or a value
    CONNECTIONS_MOST = 100000,
};

#define KEYS "connections, delay, rate, robots or user-agent"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

__attribute__((format(printf, 2, 3))) static int refuse(char why[HOST_RULES_WHY],
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, HOST_RULES_WHY, format, args);
    va_end(args);
    return -EINVAL;
}

// Takes the next word off `line`; a part of it may stand in double quotes. Returns 1; 0 when none
// is left. Errors: -EINVAL.
static int take_word(struct span *line, char out[WORD_MOST], char why[HOST_RULES_WHY])
{
    size_t at = 0, n = 0;
    bool quoted = false;
    while (at < line->n && is_blank(line->p[at]))
        at++;
    if (at == line->n || line->p[at] == '#')
        return 0;
    for (; at < line->n && (quoted || !is_blank(line->p[at])); at++) {
        unsigned char c = (unsigned char)line->p[at];
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (c < ' ' || c == 0x7f || n + 1 == WORD_MOST)
            return refuse(why, c < ' ' || c == 0x7f ? "has a control character: take it out"
                                                    : "has a word of over 1023 bytes: shorten it");
        out[n++] = (char)c;
    }
    if (quoted)
        return refuse(why, "has a quotation that does not end: add a \"");
    out[n] = '\0';
    line->p += at;
    line->n -= at;
    return 1;
}

static int read_delay(struct rule *r, const char *value, char why[HOST_RULES_WHY])
{
    if (units_time(value, &r->delay) < 0)
        return refuse(why, "delay=%.80s is no time: write seconds, or 500ms, 1.5s, 2m", value);
    r->parts |= RULE_DELAY;
    return 0;
}

static int read_rate(struct rule *r, const char *value, char why[HOST_RULES_WHY])
{
    if (units_rate(value, &r->rate) < 0)
        return refuse(why, "rate=%.80s is no rate: write a number a second, or 10/s, 30/m, 100/h",
                      value);
    r->parts |= RULE_RATE;
    return 0;
}

static int read_connections(struct rule *r, const char *value, char why[HOST_RULES_WHY])
{
    uint64_t n;
    if (units_count(value, 1, CONNECTIONS_MOST, &n) < 0)
        return refuse(why, "connections=%.80s is no number from 1 to %d: write one", value,
                      CONNECTIONS_MOST);
    r->connections = (unsigned)n;
    r->parts |= RULE_CONNECTIONS;
    return 0;
}

static int read_robots(struct rule *r, const char *value, char why[HOST_RULES_WHY])
{
    r->robots = strcmp(value, "obey") == 0;
    if (!r->robots && strcmp(value, "ignore") != 0)
        return refuse(why, "robots=%.80s is not known: write robots=obey or robots=ignore", value);
    r->parts |= RULE_ROBOTS;
    return 0;
}

static int read_agent(struct rule *r, const char *value, char why[HOST_RULES_WHY])
{
    if (!*value)
        return refuse(why, "user-agent= is empty: give a name, or leave it out");
    r->agent = strdup(value);
    if (!r->agent)
        return -ENOMEM;
    r->parts |= RULE_AGENT;
    return 0;
}

// One KEY=VALUE.
static int read_part(struct rule *r, char *word, char why[HOST_RULES_WHY])
{
    static const struct {
        const char *key;
        enum rule_part part;
        int (*read)(struct rule *r, const char *value, char why[HOST_RULES_WHY]);
    } keys[] = {
        { "connections", RULE_CONNECTIONS, read_connections },
        { "delay", RULE_DELAY, read_delay },
        { "rate", RULE_RATE, read_rate },
        { "robots", RULE_ROBOTS, read_robots },
        { "user-agent", RULE_AGENT, read_agent },
    };
    char *equals = strchr(word, '=');
    if (!equals)
        return refuse(why, "'%.80s' is no KEY=VALUE: the keys are " KEYS, word);
    *equals = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].key, word) != 0)
            continue;
        if (r->parts & keys[i].part)
            return refuse(why, "'%s' stands there twice: leave one out", word);
        return keys[i].read(r, equals + 1, why);
    }
    return refuse(why, "'%.80s' is not known: the keys are " KEYS, word);
}

// The host as URLs have it, with "*." before it if it had that.
static int read_pattern(const char *word, struct buffer *out, char why[HOST_RULES_WHY])
{
    bool below = word[0] == '*' && word[1] == '.';
    const char *name = word + (below ? 2 : 0);
    struct buffer text = { 0 };
    struct url u = { 0 };
    if (strcmp(word, "*") == 0) {
        buffer_add_string(out, word);
        return out->failed ? -ENOMEM : 0;
    }
    buffer_add_format(&text, "http://%s/", name);
    int e = text.failed ? -ENOMEM : url_parse(&u, buffer_span(&text), NULL, NULL);
    bool whole = e == 0 && !url_has_userinfo(&u) && u.port == 80 && u.query == u.length &&
                 u.query == u.path + 1 && (!below || u.host_kind == URL_DOMAIN) &&
                 !memchr(url_host(&u).p, '*', url_host(&u).n);
    if (whole) {
        buffer_add_string(out, below ? "*." : "");
        buffer_add(out, url_host(&u).p, url_host(&u).n);
    }
    url_fini(&u);
    buffer_fini(&text);
    if (e == -ENOMEM || out->failed)
        return -ENOMEM;
    return whole ? 0
                 : refuse(why,
                          "'%.80s' is no host: write a name or an address without a port, *.NAME "
                          "for the hosts below it, or *",
                          word);
}

int host_rules_line(struct rules *rules, struct span line, char why[HOST_RULES_WHY])
{
    char word[WORD_MOST] = "";
    struct buffer pattern = { 0 };
    struct rule rule = { 0 };
    int e = take_word(&line, word, why);
    if (e <= 0)
        return e;
    e = read_pattern(word, &pattern, why);
    while (e == 0 && (e = take_word(&line, word, why)) > 0)
        e = read_part(&rule, word, why);
    if (e == 0 && rule.parts == 0)
        e = refuse(why, "says nothing of its host: give KEY=VALUE; the keys are " KEYS);
    if (e == 0)
        e = rules_add(rules, buffer_span(&pattern), &rule);
    if (e == -EEXIST)
        e = refuse(why, "'%.*s' has a line already: put both into one",
                   pattern.n > 80 ? 80 : (int)pattern.n, pattern.p);
    if (e < 0)
        free(rule.agent);
    buffer_fini(&pattern);
    return e;
}

static int read_file(const char *path, struct buffer *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? -errno : 1;
    while (n > 0 && out->n <= FILE_MOST) {
        char *to = buffer_reserve(out, 64 << 10);
        n = to ? files_read(fd, to, 64 << 10) : -ENOMEM;
        if (n > 0)
            out->n += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    if (n >= 0 && out->n <= FILE_MOST)
        return 0;
    log_error("--host-rules: '%s' cannot be read: %s", path,
              n < 0 ? strerror((int)-n) : "it is larger than 64 MB: is it the right file?");
    return n < 0 ? (int)n : -EINVAL;
}

int host_rules_read(struct rules *rules, const char *path)
{
    struct buffer text = { 0 };
    char why[HOST_RULES_WHY];
    int e = read_file(path, &text);
    unsigned number = 0;
    for (size_t at = 0; e == 0 && at < text.n;) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        struct span line = { text.p + at, (end ? (size_t)(end - text.p) : text.n) - at };
        number++;
        e = host_rules_line(rules, line, why);
        if (e == -EINVAL)
            log_error("%s line %u: %s", path, number, why);
        at += line.n + 1;
    }
    buffer_fini(&text);
    return e;
}

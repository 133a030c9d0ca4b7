// SPDX-License-Identifier: MIT
#include "options/reader.h"
#include "input/ask.h"
#include "report/units.h"
#include "resolve/overrides.h"
#include "resolve/servers.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

// Leaves the rest of a sentence for a units_* error `r`, and returns what a reader does.
static int reader_refuse(int r, char *why, const char *kind, const char *cure)
{
    if (r == -ERANGE)
        snprintf(why, OPTIONS_WHY, "is too much: %s", cure);
    else
        snprintf(why, OPTIONS_WHY, "is no %s: %s", kind, cure);
    return -EINVAL;
}

int reader_flag(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    (void)why;
    *(bool *)at = text[0] == 'y';
    return 0;
}

int reader_flag_not(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    (void)why;
    *(bool *)at = text[0] != 'y';
    return 0;
}

int reader_text(const struct option *o, void *at, const char *text, char *why)
{
    if (!*text) {
        snprintf(why, OPTIONS_WHY, "is empty: give a %s", o->argument);
        return -EINVAL;
    }
    *(const char **)at = text;
    return 0;
}

int reader_any_text(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    (void)why;
    *(const char **)at = *text ? text : NULL;
    return 0;
}

int reader_word(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    (void)why;
    *(const char **)at = text;
    return 0;
}

int reader_long_count(const struct option *o, void *at, const char *text, char *why)
{
    int r = units_count(text, o->least, o->most, at);
    if (r == 0)
        return 0;
    snprintf(why, OPTIONS_WHY, "is %s: write one from %" PRIu64 " to %" PRIu64,
             r == -ERANGE ? "out of range" : "no whole number", o->least, o->most);
    return -EINVAL;
}

int reader_count(const struct option *o, void *at, const char *text, char *why)
{
    uint64_t v;
    int r = reader_long_count(o, &v, text, why);
    if (r == 0)
        *(unsigned *)at = (unsigned)v;
    return r;
}

int reader_bytes(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    int r = units_bytes(text, at);
    return r < 0 ? reader_refuse(r, why, "size", "write bytes, or 500K, 64M, 1.5G") : 0;
}

int reader_time(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    int r = units_time(text, at);
    return r < 0 ? reader_refuse(r, why, "time", "write seconds, or 500ms, 1.5s, 2m, 1h") : 0;
}

int reader_rate(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    int r = units_rate(text, at);
    return r < 0 ? reader_refuse(r, why, "rate", "write a number a second, or 10/s, 30/m, 100/h")
                 : 0;
}

int reader_min_speed(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    static const char cure[] = "write bytes a second, a comma and a time: 100,30 or 1K,500ms";
    struct fetch_settings *to = at;
    char bytes[UNITS_ROOM];
    uint64_t speed;
    int64_t time;
    const char *comma = strchr(text, ',');
    if (!comma || (size_t)(comma - text) >= sizeof bytes)
        return reader_refuse(-EINVAL, why, "speed and time", cure);
    memcpy(bytes, text, (size_t)(comma - text));
    bytes[comma - text] = '\0';
    int r = units_bytes(bytes, &speed);
    if (r == 0)
        r = units_time(comma + 1, &time);
    if (r)
        return reader_refuse(r, why, "speed and time", cure);
    to->min_speed = speed;
    to->min_speed_time = time;
    return 0;
}

// The resolver reads these again when it starts; here a mistake is found before anything has begun.
int reader_servers(const struct option *o, void *at, const char *text, char *why)
{
    struct servers servers;
    char sentence[OPTIONS_WHY];
    (void)o;
    if (servers_parse(&servers, text, sentence, sizeof sentence) < 0)
        return reader_refuse(
            -EINVAL, why, "list of name servers",
            "write ADDRESS or ADDRESS:PORT, IPv6 in brackets, with commas between");
    *(const char **)at = text;
    return 0;
}

int reader_resolve(const struct option *o, void *at, const char *text, char *why)
{
    struct overrides overrides = { 0 };
    char sentence[OPTIONS_WHY];
    (void)o;
    int r = overrides_add(&overrides, text, sentence, sizeof sentence);
    overrides_fini(&overrides);
    if (r == -EINVAL)
        return reader_refuse(r, why, "place and address",
                             "write HOST:PORT:ADDRESS, further addresses with commas");
    return r < 0 ? r : arguments_list_add(at, text);
}

int reader_format(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    bool jsonl = strcmp(text, "jsonl") == 0;
    if (!jsonl && strcmp(text, "lines") != 0)
        return reader_refuse(-EINVAL, why, "format", "write lines or jsonl");
    *(bool *)at = jsonl;
    return 0;
}

int reader_list(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    (void)why;
    return arguments_list_add(at, text);
}

// A fault is half a sentence that follows the option and its value, as ours do.
static int reader_fault(const char *fault, char *why)
{
    if (!fault)
        return 0;
    snprintf(why, OPTIONS_WHY, "%s", fault);
    return -EINVAL;
}

int reader_method(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    *(const char **)at = text;
    return reader_fault(ask_method_fault(span_of(text)), why);
}

int reader_header(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    int r = reader_fault(ask_header_fault(span_of(text)), why);
    return r < 0 ? r : arguments_list_add(at, text);
}

int reader_cookie(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    bool control = false;
    for (const char *p = text; *p; p++)
        control |= (unsigned char)*p < ' ';
    if (control || !strchr(text, '=') || *text == '=')
        return reader_fault("is no cookie: write NAME=VALUE, several with '; ' between", why);
    return arguments_list_add(at, text);
}

int reader_user(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    enum { MOST = 8192 };
    *(const char **)at = text;
    if (!strchr(text, ':'))
        return reader_fault("has no password: write USER:PASSWORD", why);
    return reader_fault(strlen(text) > MOST ? "is too long: write USER:PASSWORD" : NULL, why);
}

// RFC 6750 §2.1.
int reader_token(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    static const char of[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
    bool good = *text && strspn(text, of) == strlen(text);
    *(const char **)at = text;
    return reader_fault(good ? NULL : "is no token: give letters, digits and -._~+/=", why);
}

int reader_auth(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    bool digest = strcmp(text, "digest") == 0;
    if (!digest && strcmp(text, "basic") != 0)
        return reader_refuse(-EINVAL, why, "scheme", "write basic or digest");
    *(enum request_auth *)at = digest ? REQUEST_DIGEST : REQUEST_BASIC;
    return 0;
}

int reader_robots(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    bool obey = strcmp(text, "obey") == 0;
    if (!obey && strcmp(text, "ignore") != 0)
        return reader_refuse(-EINVAL, why, "way to treat them", "write obey or ignore");
    *(bool *)at = obey;
    return 0;
}

int reader_group(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    static const char *const words[] = {
        [MANNERS_HOST] = "host", [MANNERS_DOMAIN] = "domain", [MANNERS_IP] = "ip"
    };
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            *(enum manners_group *)at = (enum manners_group)i;
            return 0;
        }
    return reader_refuse(-EINVAL, why, "group", "write host, domain or ip");
}

int reader_given_time(const struct option *o, void *at, const char *text, char *why)
{
    struct manners_given *to = at;
    to->given = true;
    return reader_time(o, &to->value, text, why);
}

int reader_given_count(const struct option *o, void *at, const char *text, char *why)
{
    struct manners_given *to = at;
    uint64_t v;
    int r = reader_long_count(o, &v, text, why);
    if (r < 0)
        return r;
    *to = (struct manners_given){ true, (int64_t)v };
    return 0;
}

int reader_engine(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    struct crawl_settings *to = at;
    char sentence[OPTIONS_WHY - 40];
    int n = engine_parse(to->engine, CRAWL_ENGINES, text, sentence, sizeof sentence);
    if (n < 0) {
        snprintf(why, OPTIONS_WHY, "cannot be used: %s", sentence);
        return -EINVAL;
    }
    to->engines = (unsigned)n;
    return 0;
}

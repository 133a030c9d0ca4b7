// SPDX-License-Identifier: MIT
#include "web/http_date.h"
#include "data/civil.h"
#include <errno.h>
#include <stdio.h>
#include <strings.h>

static const char *const http_date_weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday" };
static const char http_date_months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

// Zones that HTTP software has been seen to send, with their minutes east of Greenwich.
static const struct http_date_zone {
    char name[5];
    int16_t minutes;
} http_date_zones[] = {
    { "GMT", 0 },    { "UTC", 0 },    { "UT", 0 },     { "WET", 0 },    { "BST", 60 },
    { "CET", 60 },   { "CEST", 120 }, { "MET", 60 },   { "MEST", 120 }, { "EET", 120 },
    { "EEST", 180 }, { "MSK", 180 },  { "JST", 540 },  { "AST", -240 }, { "ADT", -180 },
    { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 },
    { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 }, { "HST", -600 },
};

// What has been found so far; -1: not yet.
struct http_date {
    int64_t year;
    int weekday, month, day, hour, minute, second;
    int zone; // minutes east
    bool zoned, year_next;
};

static bool http_date_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool http_date_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool http_date_weekday(struct http_date *d, struct span word)
{
    for (int i = 0; i < 7 && d->weekday < 0; i++) {
        const char *name = http_date_weekdays[i];
        bool whole = word.n == strlen(name) || word.n == 3;
        if (whole && strncasecmp(word.p, name, word.n) == 0)
            d->weekday = i;
    }
    return d->weekday >= 0;
}

static bool http_date_month(struct http_date *d, struct span word)
{
    for (int i = 0; i < 12 && word.n == 3; i++)
        if (strncasecmp(word.p, http_date_months + i * 3, 3) == 0)
            d->month = i + 1;
    return d->month >= 0;
}

// RFC 5322 §4.3: A to I are 1 to 9 hours east, K to M 10 to 12, N to Y 1 to 12 west, Z is
// Greenwich.
static bool http_date_military(struct http_date *d, char c)
{
    if (c < 'A' || c > 'Z' || c == 'J')
        return false;
    int hours = c <= 'I' ? c - 'A' + 1 : c <= 'M' ? c - 'A' : c <= 'Y' ? 'M' - c : 0;
    d->zone = hours * 60;
    return d->zoned = true;
}

static bool http_date_zone(struct http_date *d, struct span word)
{
    if (word.n == 1)
        return http_date_military(d, *word.p);
    for (size_t i = 0; i < sizeof http_date_zones / sizeof *http_date_zones; i++) {
        if (!span_is(word, http_date_zones[i].name))
            continue;
        d->zone = http_date_zones[i].minutes;
        d->zoned = true;
    }
    return d->zoned;
}

static bool http_date_word(struct http_date *d, struct span word)
{
    if (d->weekday < 0 && http_date_weekday(d, word))
        return true;
    if (d->month < 0 && http_date_month(d, word))
        return true;
    return !d->zoned && http_date_zone(d, word);
}

// One or two digits off the front of `s`; -1 when there are none.
static int http_date_small(struct span *s)
{
    int value = -1;
    for (int i = 0; i < 2 && s->n && http_date_digit(*s->p); i++, s->p++, s->n--)
        value = (value < 0 ? 0 : value * 10) + (*s->p - '0');
    return value;
}

static bool http_date_colon(struct span *s)
{
    if (s->n < 2 || *s->p != ':' || !http_date_digit(s->p[1]))
        return false;
    s->p++;
    s->n--;
    return true;
}

// "hh:mm" or "hh:mm:ss" at the front of `s`, which then moves on. A leap second is one.
static bool http_date_time(struct http_date *d, struct span *s)
{
    struct span at = *s;
    int hour = http_date_small(&at), minute = http_date_colon(&at) ? http_date_small(&at) : -1;
    int second = minute >= 0 && http_date_colon(&at) ? http_date_small(&at) : 0;
    if (minute < 0 || hour > 23 || minute > 59 || second > 60)
        return false;
    d->hour = hour;
    d->minute = minute;
    d->second = second;
    *s = at;
    return true;
}

// The rule of RFC 9110 §5.6.7 for two digits: not more than 50 years ahead.
static int64_t http_date_century(int64_t year, int64_t now)
{
    int64_t this = civil_of(now).year, full = this - this % 100 + year;
    return full > this + 50 ? full - 100 : full;
}

// A number that is no time: a zone after a sign, yyyymmdd, a day, or a year.
static bool http_date_number(struct http_date *d, int64_t value, size_t digits, char before,
                             int64_t now)
{
    if (!d->zoned && digits == 4 && value <= 1400 && (before == '+' || before == '-')) {
        int minutes = (int)(value / 100 * 60 + value % 100);
        d->zone = before == '+' ? minutes : -minutes;
        return d->zoned = true;
    }
    if (digits == 8 && d->year < 0 && d->month < 0 && d->day < 0) {
        d->year = value / 10000;
        d->month = (int)(value / 100 % 100);
        d->day = (int)(value % 100);
        return true;
    }
    bool may_be_day = !d->year_next && d->day < 0;
    if (may_be_day)
        d->year_next = true;
    if (may_be_day && value > 0 && value < 32) {
        d->day = (int)value;
        return true;
    }
    if (!d->year_next || d->year >= 0)
        return false;
    d->year = value < 100 ? http_date_century(value, now) : value;
    d->year_next = d->day >= 0;
    return true;
}

static bool http_date_digits(struct http_date *d, struct span *s, char before, int64_t now)
{
    if (d->hour < 0 && http_date_time(d, s))
        return true;
    int64_t value = 0;
    size_t n = 0;
    for (; n < s->n && http_date_digit(s->p[n]); n++) {
        value = value * 10 + (s->p[n] - '0');
        if (value > 99999999)
            return false;
    }
    *s = (struct span){ s->p + n, s->n - n };
    return http_date_number(d, value, n, before, now);
}

static int http_date_finish(const struct http_date *d, int64_t *out)
{
    bool timed = d->hour >= 0;
    // Before 1583 nobody's calendar is this one, and after 9999 nobody writes it in four digits.
    if (d->year < 1583 || d->year > 9999 || d->month < 1 || d->month > 12 || d->day < 1 ||
        d->day > 31)
        return -EINVAL;
    struct civil c = {
        .year = d->year,
        .month = (unsigned)d->month,
        .day = (unsigned)d->day,
        .hour = timed ? (unsigned)d->hour : 0,
        .minute = timed ? (unsigned)d->minute : 0,
        .second = timed ? (unsigned)d->second : 0,
    };
    *out = civil_seconds(&c) - d->zone * 60;
    return 0;
}

int http_date_parse(struct span text, int64_t now, int64_t *out)
{
    struct http_date d = { .year = -1, .weekday = -1, .month = -1, .day = -1, .hour = -1 };
    char before = ' ';
    for (int part = 0; part < 6 && text.n;) {
        if (http_date_alpha(*text.p)) {
            size_t n = 1;
            while (n < text.n && http_date_alpha(text.p[n]))
                n++;
            if (!http_date_word(&d, (struct span){ text.p, n }))
                return -EINVAL;
            text = (struct span){ text.p + n, text.n - n };
            part++;
        } else if (http_date_digit(*text.p)) {
            if (!http_date_digits(&d, &text, before, now))
                return -EINVAL;
            part++;
        } else {
            before = *text.p++;
            text.n--;
            continue;
        }
        before = ' ';
    }
    return http_date_finish(&d, out);
}

void http_date_text(int64_t t, char out[HTTP_DATE_ROOM])
{
    struct civil c = civil_of(t);
    snprintf(out, HTTP_DATE_ROOM, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
             http_date_weekdays[c.weekday], c.day, http_date_months + 3 * (c.month - 1),
             (unsigned)c.year % 10000, c.hour, c.minute, c.second);
}

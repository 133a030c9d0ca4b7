// SPDX-License-Identifier: MIT
#include "web/cookie_date.h"
#include "data/civil.h"
#include <errno.h>
#include <strings.h>

static bool cookie_date_delimiter(char c)
{
    return c == '\t' || (c >= 0x20 && c <= 0x2F) || (c >= 0x3B && c <= 0x40) ||
           (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E);
}

// Takes `least` to `most` digits off the front of `s`. Returns -1 when there are fewer.
static int cookie_date_number(struct span *s, size_t least, size_t most)
{
    int value = 0;
    size_t n = 0;
    for (; n < most && n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        value = value * 10 + (s->p[n] - '0');
    *s = (struct span){ s->p + n, s->n - n };
    return n < least ? -1 : value;
}

// Whether `s`, what is left of a token, goes on with anything but a digit.
static bool cookie_date_ends(struct span s)
{
    return s.n == 0 || *s.p < '0' || *s.p > '9';
}

static bool cookie_date_time(struct span token, int time[3])
{
    for (int i = 0; i < 3; i++) {
        if (i > 0 && (token.n == 0 || *token.p != ':'))
            return false;
        if (i > 0)
            token = (struct span){ token.p + 1, token.n - 1 };
        time[i] = cookie_date_number(&token, 1, 2);
        if (time[i] < 0)
            return false;
    }
    return cookie_date_ends(token);
}

static int cookie_date_month(struct span token)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12 && token.n >= 3; i++)
        if (strncasecmp(token.p, months + 3 * i, 3) == 0)
            return i + 1;
    return -1;
}

static int cookie_date_whole(struct span token, size_t least, size_t most)
{
    int value = cookie_date_number(&token, least, most);
    return cookie_date_ends(token) ? value : -1;
}

struct cookie_date {
    int time[3], day, month, year;
    bool timed;
};

static void cookie_date_token(struct cookie_date *d, struct span token)
{
    int time[3], value;
    if (!d->timed && cookie_date_time(token, time)) {
        memcpy(d->time, time, sizeof time);
        d->timed = true;
    } else if (d->day < 0 && (value = cookie_date_whole(token, 1, 2)) >= 0) {
        d->day = value;
    } else if (d->month < 0 && (value = cookie_date_month(token)) >= 0) {
        d->month = value;
    } else if (d->year < 0 && (value = cookie_date_whole(token, 2, 4)) >= 0) {
        d->year = value + (value < 70 ? 2000 : value < 100 ? 1900 : 0);
    }
}

int cookie_date_parse(struct span text, int64_t *out)
{
    struct cookie_date d = { .day = -1, .month = -1, .year = -1 };
    for (size_t from = 0, end; from < text.n; from = end + 1) {
        for (end = from; end < text.n && !cookie_date_delimiter(text.p[end]);)
            end++;
        cookie_date_token(&d, (struct span){ text.p + from, end - from });
    }
    if (!d.timed || d.month < 0 || d.year < 1601 || d.time[0] > 23 || d.time[1] > 59 ||
        d.time[2] > 59)
        return -EINVAL;
    if (d.day < 1 || d.day > (int)civil_month_days(d.year, (unsigned)d.month))
        return -EINVAL;
    struct civil c = {
        .year = d.year,
        .month = (unsigned)d.month,
        .day = (unsigned)d.day,
        .hour = (unsigned)d.time[0],
        .minute = (unsigned)d.time[1],
        .second = (unsigned)d.time[2],
    };
    *out = civil_seconds(&c);
    return 0;
}

// SPDX-License-Identifier: MIT
#include "data/civil.h"

// Days are counted from 0000-03-01, so that the leap day is the last of its year; an era is 400
// years, which is always 146,097 days. 1970-01-01 is day 719,468.
enum { ERA_DAYS = 146097, EPOCH = 719468, DAY = 86400 };

static int64_t civil_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct civil civil_of(int64_t t)
{
    int64_t days = civil_floor(t, DAY), second = t % DAY + (t % DAY < 0 ? DAY : 0);
    int64_t weekday = (days + 4) % 7;
    days += EPOCH;
    int64_t era = civil_floor(days, ERA_DAYS), in_era = days - era * ERA_DAYS;
    int64_t of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
    int64_t month = (5 * in_year + 2) / 153; // 0: March
    return (struct civil){
        .year = of_era + era * 400 + (month >= 10),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(in_year - (153 * month + 2) / 5 + 1),
        .hour = (unsigned)(second / 3600),
        .minute = (unsigned)(second / 60 % 60),
        .second = (unsigned)(second % 60),
        .weekday = (unsigned)(weekday < 0 ? weekday + 7 : weekday),
    };
}

int64_t civil_seconds(const struct civil *c)
{
    int64_t year = c->year - (c->month <= 2);
    int64_t era = civil_floor(year, 400), of_era = year - era * 400;
    int64_t month = c->month > 2 ? c->month - 3 : c->month + 9;
    int64_t in_year = (153 * month + 2) / 5 + c->day - 1;
    int64_t in_era = of_era * 365 + of_era / 4 - of_era / 100 + in_year;
    int64_t days = era * ERA_DAYS + in_era - EPOCH;
    return days * DAY + c->hour * 3600 + c->minute * 60 + c->second;
}

unsigned civil_month_days(int64_t year, unsigned month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

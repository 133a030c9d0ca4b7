// SPDX-License-Identifier: MIT
#ifndef DATA_CIVIL_H
#define DATA_CIVIL_H
#include <stdbool.h>
#include <stdint.h>

// A moment in UTC by the proleptic Gregorian calendar, without leap seconds.
struct civil {
    int64_t year;
    unsigned month, day;           // 1 to 12, 1 to 31
    unsigned hour, minute, second; // 0 to 23, 0 to 59, 0 to 59
    unsigned weekday;              // 0: Sunday
};

// The moment `t` seconds after 1970-01-01T00:00:00Z; any t.
struct civil civil_of(int64_t t);

// Seconds since 1970 of `c`, whose weekday is not looked at and whose other fields are in range,
// years -9999 to 9999.
int64_t civil_seconds(const struct civil *c);

// How many days the month has.
unsigned civil_month_days(int64_t year, unsigned month);
#endif

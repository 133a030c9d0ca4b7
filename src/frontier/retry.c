// SPDX-License-Identifier: MIT
#include "frontier/retry.h"
#include "sys/clock.h"

bool retry_worthwhile(enum fetch_error error, int status)
{
    switch (error) {
    case FETCH_OK:
        return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
               status == 504;
    case FETCH_CONNECT_REFUSED:
    case FETCH_CONNECT_FAILED:
    case FETCH_CONNECT_TIMEOUT:
    case FETCH_TIMEOUT:
    case FETCH_RESET:
    case FETCH_EMPTY_REPLY:
    case FETCH_TRUNCATED:
    case FETCH_DNS_FAILED:
    case FETCH_DNS_TIMEOUT:
    case FETCH_PROXY_FAILED:
    case FETCH_NO_RESOURCES:
    case FETCH_WORKER_DIED:
        return true;
    default:
        return false;
    }
}

bool retry_allowed(unsigned tries, unsigned deaths, unsigned allowed)
{
    return tries <= allowed && deaths < 2;
}

int64_t retry_delay(unsigned attempt, uint64_t random)
{
    unsigned doublings = attempt > 2 ? attempt - 2 : 0;
    int64_t whole = doublings < 6 ? CLOCK_S << doublings : 60 * CLOCK_S;
    return whole - (int64_t)(random % (uint64_t)(whole / 2));
}

int64_t retry_behind(unsigned attempts)
{
    enum { MOST = 8 };
    return (attempts < MOST ? attempts : MOST) * CLOCK_S;
}

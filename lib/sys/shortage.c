// SPDX-License-Identifier: MIT
#include "sys/shortage.h"
#include <errno.h>

bool shortage_is(int error, int family)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return true;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return family != 6;
    default:
        return false;
    }
}

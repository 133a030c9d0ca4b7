// SPDX-License-Identifier: MIT
#include "sys/route.h"
#include <errno.h>
#include <unistd.h>

// EADDRNOTAVAIL: no device has an address to send from, which is what IPv6 says first.
static bool route_is_lacking(int error)
{
    return error == ENETUNREACH || error == ENETDOWN || error == EHOSTUNREACH ||
           error == EADDRNOTAVAIL;
}

// To connect a socket of datagrams is to look up the route, and no more.
bool route_exists(const struct sockaddr *to, socklen_t length)
{
    int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    bool none = connect(fd, to, length) < 0 && route_is_lacking(errno);
    close(fd);
    return !none;
}

// SPDX-License-Identifier: MIT
#ifndef SYS_ROUTE_H
#define SYS_ROUTE_H
#include <stdbool.h>
#include <sys/socket.h>

// Whether the kernel knows a way from this machine to that address, of IPv4 or IPv6. Nothing is
// sent. False is certain: the network device is down, or there is no route. True says nothing about
// what is behind the first cable, nor does it when it could not be asked (no descriptor is free).
bool route_exists(const struct sockaddr *to, socklen_t length);
#endif

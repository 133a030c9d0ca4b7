// SPDX-License-Identifier: MIT
#ifndef WEB_ADDRESS_H
#define WEB_ADDRESS_H
#include "data/span.h"
#include <stdint.h>
#include <sys/socket.h>

// An IP address as plain bytes, network order: jobs carry it across threads and processes. family 4
// uses the first four bytes and leaves the others 0; 6 uses all sixteen; 0 is no address. { 0 } is
// no address.
struct address {
    uint8_t family;
    uint8_t bytes[16];
};

// Room for the longest text form, its NUL included.
enum { ADDRESS_TEXT_ROOM = 46 };

// What an address is good for, by the IANA special-purpose registries (RFC 6890 and its updates).
// Everything but ADDRESS_PUBLIC is special: reached only where the user typed it.
enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_UNSPECIFIED,   // 0.0.0.0/8, ::
    ADDRESS_LOOPBACK,      // 127/8, ::1
    ADDRESS_PRIVATE,       // 10/8, 172.16/12, 192.168/16
    ADDRESS_UNIQUE_LOCAL,  // fc00::/7
    ADDRESS_SITE_LOCAL,    // fec0::/10, deprecated but still inside
    ADDRESS_LINK_LOCAL,    // 169.254/16, fe80::/10
    ADDRESS_SHARED,        // 100.64/10, carrier-grade NAT
    ADDRESS_MULTICAST,     // 224/4, ff00::/8
    ADDRESS_BROADCAST,     // 255.255.255.255
    ADDRESS_DOCUMENTATION, // 192.0.2/24, 198.51.100/24, 203.0.113/24, 2001:db8::/32, 3fff::/20
    ADDRESS_BENCHMARKING,  // 198.18/15, 2001:2::/48
    ADDRESS_PROTOCOL, // 192.0.0/24, 192.88.99/24, 2001::/23 but for its public parts, 5f00::/16,
                      // 100::/64
    ADDRESS_RESERVED, // 240/4, and IPv6 outside 2000::/3
};

// The kind of the 4 (family 4) or 16 (family 6) bytes at `bytes`. An IPv6 address that carries an
// IPv4 one is judged by that: mapped, compatible, NAT64 (RFC 6052, and 64:ff9b:1::/96 of RFC 8215),
// 6to4, Teredo (client and server). What else is in 64:ff9b:1::/48 is ADDRESS_PROTOCOL, for where
// the IPv4 address stands in it is its operator's choice. Any other family is ADDRESS_RESERVED.
// Pure.
enum address_kind address_classify(int family, const uint8_t *bytes);

// A word for people: "loopback", "private", ...
const char *address_kind_name(enum address_kind kind);

// Whether `a` must not be reached unless the user typed it (design: security). No address is
// special.
bool address_is_special(const struct address *a);

bool address_equal(const struct address *a, const struct address *b);

// Reads a textual address: dotted quad (four decimal parts without leading zeros) or RFC 4291 §2.2
// IPv6 without brackets and zone. Errors: -EINVAL, `out` untouched.
int address_parse(struct address *out, struct span text);

// Writes the text form (RFC 5952; IPv4-mapped with a dotted quad) and a NUL. Returns its length, 0
// for no address.
size_t address_text(const struct address *a, char out[ADDRESS_TEXT_ROOM]);

// As address_text, but IPv6 in hexadecimal groups throughout: the way URLs have it (URL standard
// §3.5).
size_t address_text_hex(const struct address *a, char out[ADDRESS_TEXT_ROOM]);

// Takes the address out of a sockaddr_in or sockaddr_in6. An IPv4-mapped one stays family 6.
// Errors: -EAFNOSUPPORT.
int address_from_sockaddr(struct address *out, const struct sockaddr *from);

// Fills in a sockaddr for `a` and `port` (host order). Returns its length, 0 for no address.
socklen_t address_to_sockaddr(const struct address *a, uint16_t port, struct sockaddr_storage *out);
#endif

// SPDX-License-Identifier: MIT
#ifndef TESTS_PACKETS_H
#define TESTS_PACKETS_H
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// DNS answers written by hand, for tests: a header and a question, then records in order. The
// caller counts the sections itself, so that wrong packets can be written, too.
struct packet_writer {
    uint8_t p[65535];
    size_t n;
};

enum {
    PACKET_ANSWER = 0x8180, // flags: a response, recursion desired and available
    PACKET_CUT = 0x8380,    // and TC
    PACKET_QUESTION = 12,   // where the asked name stands
};

static inline void packet_two(struct packet_writer *w, unsigned v)
{
    w->p[w->n++] = (uint8_t)(v >> 8);
    w->p[w->n++] = (uint8_t)v;
}

static inline void packet_four(struct packet_writer *w, uint32_t v)
{
    packet_two(w, v >> 16);
    packet_two(w, v & 0xffff);
}

// A dotted name, uncompressed; "" is the root.
static inline void packet_name(struct packet_writer *w, const char *name)
{
    while (*name) {
        const char *dot = strchrnul(name, '.');
        w->p[w->n++] = (uint8_t)(dot - name);
        memcpy(w->p + w->n, name, (size_t)(dot - name));
        w->n += (size_t)(dot - name);
        name = *dot ? dot + 1 : dot;
    }
    w->p[w->n++] = 0;
}

static inline void packet_pointer(struct packet_writer *w, size_t to)
{
    packet_two(w, 0xc000 | (unsigned)to);
}

// Sets the number of records in a section: 1 answers, 2 authority, 3 additional.
static inline void packet_count(struct packet_writer *w, int section, unsigned count)
{
    w->p[4 + 2 * section] = (uint8_t)(count >> 8);
    w->p[5 + 2 * section] = (uint8_t)count;
}

static inline void packet_begin(struct packet_writer *w, unsigned flags, const char *name,
                                unsigned type)
{
    w->n = 0;
    packet_two(w, 0x1234);
    packet_two(w, flags);
    packet_two(w, 1);
    packet_two(w, 0);
    packet_two(w, 0);
    packet_two(w, 0);
    packet_name(w, name);
    packet_two(w, type);
    packet_two(w, 1);
}

// The head of a record; NULL as the owner is a pointer to the question. Its data are to follow, and
// its length is set by packet_end_record with what this returns.
static inline size_t packet_record(struct packet_writer *w, const char *owner, unsigned type,
                                   uint32_t ttl)
{
    if (owner)
        packet_name(w, owner);
    else
        packet_pointer(w, PACKET_QUESTION);
    packet_two(w, type);
    packet_two(w, 1);
    packet_four(w, ttl);
    packet_two(w, 0);
    return w->n;
}

static inline void packet_end_record(struct packet_writer *w, size_t data)
{
    w->p[data - 2] = (uint8_t)((w->n - data) >> 8);
    w->p[data - 1] = (uint8_t)(w->n - data);
}

static inline void packet_cname(struct packet_writer *w, const char *owner, const char *to,
                                uint32_t ttl)
{
    size_t data = packet_record(w, owner, 5, ttl);
    packet_name(w, to);
    packet_end_record(w, data);
}

static inline void packet_address(struct packet_writer *w, const char *owner, const char *text,
                                  uint32_t ttl)
{
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    size_t data = packet_record(w, owner, family == AF_INET ? 1 : 28, ttl);
    inet_pton(family, text, w->p + w->n);
    w->n += family == AF_INET ? 4 : 16;
    packet_end_record(w, data);
}

static inline void packet_soa(struct packet_writer *w, const char *owner, uint32_t ttl,
                              uint32_t minimum)
{
    size_t data = packet_record(w, owner, 6, ttl);
    packet_name(w, "ns.test");
    packet_name(w, "admin.test");
    for (uint32_t i = 1; i <= 4; i++)
        packet_four(w, i * 1000);
    packet_four(w, minimum);
    packet_end_record(w, data);
}

static inline void packet_opt(struct packet_writer *w)
{
    packet_name(w, "");
    packet_two(w, 41);
    packet_two(w, 1232);
    packet_four(w, 0);
    packet_two(w, 0);
}
#endif

// SPDX-License-Identifier: MIT
#include "visit/message.h"

struct span message_span(const void *message, struct message_text t)
{
    if (t.at == 0)
        return (struct span){ NULL, 0 };
    return (struct span){ (const char *)message + t.at, t.n };
}

bool message_text_valid(const void *message, size_t head, size_t size, struct message_text t)
{
    if (t.at == 0)
        return t.n == 0;
    return t.at >= head && t.at < size && t.n < size - t.at &&
           ((const char *)message)[(size_t)t.at + t.n] == '\0';
}

struct message_text message_put(void *message, size_t *at, struct span s)
{
    if (!s.p)
        return (struct message_text){ 0, 0 };
    struct message_text t = { (uint32_t)*at, (uint32_t)s.n };
    char *to = (char *)message + *at;
    if (s.n)
        memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    *at += s.n + 1;
    return t;
}

// SPDX-License-Identifier: MIT
#include "input/ask.h"
#include <strings.h>

// RFC 9110 §5.6.2.
static bool is_token(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!alnum && !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

const char *ask_method_fault(struct span method)
{
    if (!is_token(method) || method.n > ASK_METHOD_MOST)
        return "is no method: write GET, POST, PUT or the like";
    if (span_is_any_case(method, "CONNECT"))
        return "is for proxies: write GET, POST, PUT or the like";
    return NULL;
}

struct span ask_header_name(struct span line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ':' && line.p[n] != ';')
        n++;
    return (struct span){ line.p, n };
}

const char *ask_header_fault(struct span line)
{
    struct span name = ask_header_name(line);
    if (name.n == line.n || !is_token(name))
        return "is no header: write 'Name: value', 'Name:' to leave one out, or 'Name;' for an "
               "empty one";
    if (span_is_any_case(name, "Content-Length") || span_is_any_case(name, "Transfer-Encoding"))
        return "is what trawl works out itself: leave it out";
    if (line.p[name.n] == ';' && line.n > name.n + 1)
        return "has something behind the ';', which stands for an empty value: write 'Name: value'";
    // A control character could end the line, and begin another (RFC 9110 §5.5).
    for (size_t i = name.n; i < line.n; i++)
        if ((unsigned char)line.p[i] < ' ' && line.p[i] != '\t')
            return "has a control character, which no header can have: leave it out";
    return NULL;
}

void ask_add_header(struct buffer *headers, struct span line)
{
    char *to = buffer_reserve(headers, line.n + 1);
    if (!to)
        return;
    memcpy(to, line.p, line.n);
    to[line.n] = '\0';
    headers->n += line.n + 1;
}

bool ask_next_header(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    *line = span_of(rest->p);
    rest->p += line->n + 1;
    rest->n -= line->n + 1;
    return true;
}

bool ask_has_header(struct span headers, struct span name)
{
    struct span line;
    while (ask_next_header(&headers, &line)) {
        struct span other = ask_header_name(line);
        if (other.n == name.n && name.n && strncasecmp(other.p, name.p, name.n) == 0)
            return true;
    }
    return false;
}

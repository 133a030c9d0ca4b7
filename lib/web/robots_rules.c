// SPDX-License-Identifier: MIT
#include "web/robots_rules.h"
#include "web/percent.h"

enum { PLAIN = 0, UNSAFE = 1, SPECIAL = 2 };

// What a byte is to the comparison: as it is, never as it is (no URI has it, RFC 3986 §2), or to be
// looked at.
static unsigned robots_rules_class(unsigned char c)
{
    if (c == '%' || c == '*' || c == '$' || c >= 0x80)
        return SPECIAL;
    if (c <= ' ' || c == 0x7f || strchr("\"<>\\^`{|}", c))
        return UNSAFE;
    return PLAIN;
}

static bool robots_rules_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool robots_rules_plain(struct span path)
{
    for (size_t i = 0; i < path.n; i++)
        if (robots_rules_class((unsigned char)path.p[i]) != PLAIN)
            return false;
    return true;
}

static void robots_rules_escape(struct buffer *out, unsigned char c)
{
    static const char digit[] = "0123456789ABCDEF";
    const char text[3] = { '%', digit[c >> 4], digit[c & 15] };
    buffer_add(out, text, 3);
}

// The byte that an escape at `p` stands for; -1 when there is none.
static int robots_rules_escaped(const char *p, size_t n)
{
    int high = n >= 3 ? percent_hex(p[1]) : -1, low = n >= 3 ? percent_hex(p[2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void robots_rules_form(struct buffer *out, struct span text, unsigned form)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        int escaped = c == '%' ? robots_rules_escaped(text.p + i, text.n - i) : -1;
        if (escaped >= 0) {
            i += 2;
            if (form & ROBOTS_DECODE && robots_rules_unreserved((unsigned char)escaped))
                buffer_add_byte(out, (char)escaped);
            else
                robots_rules_escape(out, (unsigned char)escaped);
            continue;
        }
        bool as_it_is = c == '%' || (c == '*' && form & ROBOTS_PATTERN) ||
                        (c >= 0x80 && !(form & ROBOTS_ENCODE)) || robots_rules_class(c) == PLAIN;
        if (as_it_is)
            buffer_add_byte(out, (char)c);
        else
            robots_rules_escape(out, c);
    }
}

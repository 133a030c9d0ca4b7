// SPDX-License-Identifier: MIT
#include "ledger/condition.h"
#include "input/ask.h"

bool condition_is_given(struct span lines)
{
    static const char *const names[] = { "If-None-Match",       "If-Modified-Since", "If-Match",
                                         "If-Unmodified-Since", "If-Range",          "Range" };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (ask_has_header(lines, span_of(names[k])))
            return true;
    return false;
}

// What may stand in a field (§5.5), and is more than blanks.
static bool is_text(struct span s)
{
    bool any = false;
    for (size_t k = 0; k < s.n; k++) {
        unsigned char c = (unsigned char)s.p[k];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
        any |= c != ' ' && c != '\t';
    }
    return any;
}

// Servers that forget the quotes know their tag again. A star outside of quotes would be another
// condition.
static bool is_tag(struct span s)
{
    bool quoted = false;
    for (size_t k = 0; k < s.n; k++) {
        quoted ^= s.p[k] == '"';
        if (s.p[k] == '*' && !quoted)
            return false;
    }
    return !quoted && is_text(s);
}

static bool add(struct buffer *lines, const char *name, struct span value)
{
    buffer_add_string(lines, name);
    buffer_add(lines, value.p, value.n);
    buffer_add_byte(lines, '\0');
    return true;
}

bool condition_add(struct buffer *lines, const struct page_entry *known)
{
    bool any = false;
    if (is_tag(known->etag))
        any = add(lines, "If-None-Match: ", known->etag);
    if (is_text(known->last_modified))
        any = add(lines, "If-Modified-Since: ", known->last_modified);
    return any;
}

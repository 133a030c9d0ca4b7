// SPDX-License-Identifier: MIT
#ifndef HTML_SCAN_STATES_H
#define HTML_SCAN_STATES_H
#include "html/scan.h"

// The states of the scanner, and what they share. A state takes bytes from `p` (there is at least
// one) and returns how far it has come, having set the next state when it is done. What may be cut
// by the end of the bytes is remembered in the scanner.
enum scan_state {
    SCAN_TEXT,
    SCAN_OPEN,         // <
    SCAN_END_OPEN,     // </
    SCAN_NAME,         // <na
    SCAN_BEFORE,       // <name ...
    SCAN_ATTRIBUTE,    // <name at
    SCAN_AFTER,        // <name attribute ...
    SCAN_BEFORE_VALUE, // <name attribute= ...
    SCAN_DOUBLE,       // <name attribute="va
    SCAN_SINGLE,       // <name attribute='va
    SCAN_UNQUOTED,     // <name attribute=va
    SCAN_BANG,         // <!
    SCAN_BANG_DASH,    // <!-
    SCAN_BANG_CDATA,   // <![C
    SCAN_BOGUS,        // whatever it is, it ends with the next >
    SCAN_COMMENT_START,
    SCAN_COMMENT,
    SCAN_CDATA,
    SCAN_RAW,      // raw text
    SCAN_RAW_OPEN, // < in it
    SCAN_RAW_BANG, // <! in a script
    SCAN_RAW_END,  // </na in it
    SCAN_RAW_NAME, // <na in a script
    SCAN_RAW_META, // <meta ... in a script
    SCAN_REST,     // nothing of it is read any more
    SCAN_STATES,
};

typedef const char *scan_step(struct scan *s, const char *p, const char *end);

// scan_raw.c
scan_step scan_raw, scan_raw_open, scan_raw_bang, scan_raw_end, scan_raw_name, scan_raw_meta;

// Classes of bytes, as bits.
enum { SCAN_SPACE = 1, SCAN_SLASH = 2, SCAN_GREATER = 4, SCAN_EQUALS = 8, SCAN_LETTER = 16 };
extern const uint8_t scan_classes[256];

static inline uint8_t scan_class(char c)
{
    return scan_classes[(unsigned char)c];
}

// Goes on to `state` from `p`.
static inline const char *scan_go(struct scan *s, enum scan_state state, const char *p)
{
    s->state = (uint8_t)state;
    return p;
}

// Takes the bytes of a name into `s->name` up to one of the classes in `stops`, which it returns.
static inline const char *scan_take_name(struct scan *s, const char *p, const char *end,
                                         uint8_t stops)
{
    for (; p < end && !(scan_class(*p) & stops); p++) {
        char c = *p;
        if (s->length < SCAN_NAME_ROOM)
            s->name[s->length] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
        s->length = (uint8_t)(s->length + (s->length < 255));
    }
    return p;
}

// What was taken; a name too long to be kept is empty, like nobody's.
static inline struct span scan_name(const struct scan *s)
{
    return (struct span){ s->name, s->length <= ELEMENT_NAME_MOST ? s->length : 0 };
}

static inline bool scan_name_is(const struct scan *s, const char *name)
{
    return span_is(scan_name(s), name);
}

// Begins a tag whose name is complete.
void scan_begin_tag(struct scan *s, enum element e, bool end);

// Hands it out.
void scan_give_tag(struct scan *s);
#endif

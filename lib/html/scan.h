// SPDX-License-Identifier: MIT
#ifndef HTML_SCAN_H
#define HTML_SCAN_H
#include "data/buffer.h"
#include "html/element.h"

// Streams through HTML in any ASCII-compatible encoding and hands out the tags of the elements of
// element.h, by the tokenizer of the HTML standard (§13.2.5): comments, raw text, scripts with
// comments with scripts in them, quotes, attributes that stand twice (the first counts). No tree is
// built, so nothing has to be nested, nor is ever closed. Where it is more lenient than a browser:
//   - noscript, noframes and noembed are read as markup: what they hold is for somebody like us;
//   - a tag that the end of the document cuts off counts, as far as its attributes are whole;
//   - a meta element that a script would write is handed out, as `written`.
// Pure; memory: the wanted attributes of one tag, SCAN_TAG_MOST bytes.
enum { SCAN_TAG_MOST = 128 << 10 }; // an attribute that does not fit any more is as if not there

enum { SCAN_NAME_ROOM = ELEMENT_NAME_MOST + 1 };

// A tag. Borrowed for the call that hands it out.
struct scan_tag {
    enum element element;
    bool end;     // "</"
    bool written; // by a script
    uint32_t has; // attributes, bits 1 << enum attribute
    const char *text;
    struct scan_value {
        uint32_t at, n; // in `text`
    } value[ATTRIBUTES];
};

struct scan {
    void (*take)(void *arg, const struct scan_tag *tag);
    void *arg;
    struct scan_tag tag;       // the one that is being read
    struct buffer text;        // of its attributes
    char name[SCAN_NAME_ROOM]; // of what is being read, in lower case, as far as it fits
    uint8_t length;            // of all of it, 255 at most
    uint8_t state;             // enum scan_state
    uint8_t count;             // of what a state counts
    uint8_t attribute;         // whose value is being read; ATTRIBUTES: nobody's
    uint8_t raw;               // enum element, whose end tag ends the raw text
    uint8_t escaped;           // a script's comments: 0 outside, 1 inside, 2 in a script inside
    bool slash;                // the last character of the tag was one
    bool failed;               // for lack of memory
    bool xml;                  // a slash at its end makes any element an empty one
    unsigned foreign;          // svg and math elements that are open
};

// Begins a document whose tags go to `take`. `xml`: it is XHTML. What `s` held before but its text
// is not looked at; { 0 } is ready for use.
void scan_begin(struct scan *s, bool xml, void (*take)(void *arg, const struct scan_tag *tag),
                void *arg);

// Takes some of the document. Errors: -ENOMEM, after which only scan_begin makes sense.
int scan_push(struct scan *s, struct span bytes);

// The document is over. Errors: -ENOMEM.
int scan_end(struct scan *s);

void scan_fini(struct scan *s);

// An attribute's bytes as they stand in the document; absent when the tag does not have it.
static inline struct span scan_value(const struct scan_tag *t, enum attribute a)
{
    if (!(t->has & 1U << a))
        return (struct span){ NULL, 0 };
    return (struct span){ t->text + t->value[a].at, t->value[a].n };
}
#endif

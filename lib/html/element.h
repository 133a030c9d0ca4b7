// SPDX-License-Identifier: MIT
#ifndef HTML_ELEMENT_H
#define HTML_ELEMENT_H
#include "data/span.h"
#include <stdint.h>

// The elements and attributes of HTML that say something about links, or about how the bytes behind
// them are to be read. All others are nobody's.
enum element {
    ELEMENT_NONE,
    ELEMENT_A,
    ELEMENT_AREA,
    ELEMENT_AUDIO,
    ELEMENT_BASE,
    ELEMENT_BODY,
    ELEMENT_EMBED,
    ELEMENT_FORM,
    ELEMENT_FRAME,
    ELEMENT_HEAD,
    ELEMENT_IFRAME,
    ELEMENT_IMAGE, // of SVG
    ELEMENT_IMG,
    ELEMENT_INPUT,
    ELEMENT_LINK,
    ELEMENT_MATH,
    ELEMENT_META,
    ELEMENT_OBJECT,
    ELEMENT_PLAINTEXT,
    ELEMENT_SCRIPT,
    ELEMENT_SOURCE,
    ELEMENT_STYLE,
    ELEMENT_SVG,
    ELEMENT_TEXTAREA,
    ELEMENT_TITLE,
    ELEMENT_TRACK,
    ELEMENT_VIDEO,
    ELEMENT_XMP,
};

enum attribute {
    ATTRIBUTE_ACTION,
    ATTRIBUTE_CHARSET,
    ATTRIBUTE_CONTENT,
    ATTRIBUTE_DATA,
    ATTRIBUTE_HREF,
    ATTRIBUTE_HTTP_EQUIV,
    ATTRIBUTE_IMAGESRCSET,
    ATTRIBUTE_METHOD,
    ATTRIBUTE_NAME,
    ATTRIBUTE_POSTER,
    ATTRIBUTE_REL,
    ATTRIBUTE_SRC,
    ATTRIBUTE_SRCSET,
    ATTRIBUTE_TYPE,
    ATTRIBUTE_XLINK_HREF,
    ATTRIBUTES, // how many; also what no name here is
};

// How what follows a start tag is read (HTML standard §13.2.5).
enum element_text {
    ELEMENT_MARKUP, // as usual
    ELEMENT_RAW,    // no tags but its own end tag
    ELEMENT_CODE,   // a script: the same, but for comments with scripts in them
    ELEMENT_REST,   // no tags any more
};

enum { ELEMENT_NAME_MOST = 15 }; // a longer name, of an element or an attribute, is none of these

// The element or attribute of this name, in lower case.
enum element element_find(struct span name);
enum attribute element_find_attribute(struct span name);

// The attributes of `e` that anybody wants: bits 1 << enum attribute.
uint32_t element_wants(enum element e);

enum element_text element_text(enum element e);

// In lower case; a literal.
const char *element_name(enum element e);
#endif

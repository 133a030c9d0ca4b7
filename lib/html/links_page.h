// SPDX-License-Identifier: MIT
#ifndef HTML_LINKS_PAGE_H
#define HTML_LINKS_PAGE_H
#include "data/marks.h"
#include "html/charset.h"
#include "html/links.h"
#include "html/prescan.h"
#include "html/scan.h"

// A page whose links are being found.
struct links {
    struct links_options options;
    struct links_listener listener;
    struct scan scan;
    struct url url;  // of the page
    struct url base; // of its base element; { 0 }: the page's URL stands for it
    bool has_base;   // the element has been come upon, whatever it was worth
    bool waits;      // for the element: what is found goes to `pending`
    bool begun;      // the encoding is settled, and `head` scanned
    bool failed;     // for lack of memory
    bool cut;
    unsigned given;
    enum charset charset;        // of the page
    enum charset query_charset;  // what the query of the value in hand is encoded in
    struct charset_coder stream; // of an opaque page
    struct charset_coder coder;  // of values
    struct buffer head;          // bytes that wait until the encoding can be settled
    struct buffer converted;     // a part of an opaque page, in UTF-8
    struct buffer pending;
    struct buffer value, decoded, query; // of the attribute in hand
    struct buffer canonical;
    struct marks raw, seen; // references as they stood; what they lead to
};

// links_tags.c: takes a tag of the page. For struct scan.
void links_take_tag(void *arg, const struct scan_tag *tag);

// links_resolve.c
// The value of an attribute in UTF-8, its character references decoded. Borrowed until the next
// call.
struct span links_decode(struct links *l, struct span value);
// Finds a link: `value` is as links_decode gave it. With the tag LINKS_CANONICAL it is
// what rel=canonical means.
enum { LINKS_CANONICAL = LINKS_TAGS };
void links_add(struct links *l, struct span value, unsigned tag, bool nofollow);
// Takes the first base element; `value` may be absent. What waited is found now.
void links_set_base(struct links *l, struct span value);
// No base element is waited for any more.
void links_stop_waiting(struct links *l);
#endif

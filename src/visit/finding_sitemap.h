// SPDX-License-Identifier: MIT
#ifndef VISIT_FINDING_SITEMAP_H
#define VISIT_FINDING_SITEMAP_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// What a sitemap lists, as the findings of its outcome (outcome.h), for a job with JOB_SITEMAP that
// was answered by a 2xx. One run of bytes without pointers or alignment:
//
//     +------------------------+------------------------------+------+------------------------------+------
//     | struct finding_sitemap | struct finding_sitemap_entry | text | struct finding_sitemap_entry
//     | text ...
//     +------------------------+------------------------------+------+------------------------------+------
//
// Each URL is absolute, http or https, without user name, password and fragment. Since the URLs of
// a sitemap resemble one another, an entry has what differs from the one before: so many bytes are
// the same, and the text follows them. That brings the 50,000 that a sitemap may have into what
// findings may have.
enum { FINDING_SITEMAP = 3 }; // `kind`, which begins every kind of findings

enum finding_sitemap_flag {
    FINDING_SITEMAP_INDEX = 1 << 0, // the URLs are of further sitemaps, not of pages
    FINDING_SITEMAP_CUT = 1 << 1,   // there were more than the bounds allow
    FINDING_SITEMAP_BROKEN = 1 << 2 // it was damaged: what stands before the damage is here
};

struct finding_sitemap {
    uint16_t kind, flags;
    uint32_t entries;
};

struct finding_sitemap_entry {
    uint16_t same, length;
};

// Whether `findings` begin with the head of a sitemap's entries, whose plain values are then in
// `out`. `rest` is what finding_sitemap_next takes.
bool finding_sitemap_read(struct span findings, struct finding_sitemap *out, struct span *rest);

// Takes the next entry off `rest`. `url` has the one before, nothing for the first, and gets this
// one. False when none is left, when what is left is not well formed, or when memory is lacking
// (url->failed).
bool finding_sitemap_next(struct span *rest, struct buffer *url);

// Appends an entry, of 64 KB at the most; `before` has the one before, and gets this one. Lack of
// memory shows in both.
void finding_sitemap_put(struct buffer *out, struct buffer *before, struct span url);
#endif

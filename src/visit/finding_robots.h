// SPDX-License-Identifier: MIT
#ifndef VISIT_FINDING_ROBOTS_H
#define VISIT_FINDING_ROBOTS_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// What a robots.txt says, as the findings of its outcome (outcome.h), for a job with JOB_ROBOTS
// that was answered by a 2xx. One run of bytes without pointers:
//
//     +-----------------------+--------------------------------+----------------------------+
//     | struct finding_robots | compiled rules (web/robots.h), | URLs of sitemaps, each     |
//     |                       | a multiple of 8 bytes          | ended by a NUL             |
//     +-----------------------+--------------------------------+----------------------------+
enum { FINDING_ROBOTS = 2 }; // `kind`, which begins every kind of findings

struct finding_robots {
    uint16_t kind, unused;
    uint32_t rules;    // bytes
    uint32_t sitemaps; // bytes
    uint32_t unused_too;
};

// Whether `findings` are those of a robots.txt: then `rules` are well formed (robots_valid), and
// finding_robots_sitemap takes `sitemaps`. Borrowed from the findings.
bool finding_robots_read(struct span findings, struct span *rules, struct span *sitemaps);

// Takes the next URL, as the file has it, off `sitemaps`. False when none is left.
bool finding_robots_sitemap(struct span *sitemaps, struct span *url);

// Appends findings. Errors: -ENOMEM.
int finding_robots_write(struct buffer *out, struct span rules, struct span sitemaps);
#endif

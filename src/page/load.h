// SPDX-License-Identifier: MIT
#ifndef PAGE_LOAD_H
#define PAGE_LOAD_H
#include "data/buffer.h"
#include "page/view.h"

// The plots of a workload, each a <figure>; nothing when nobody has its figures. Pure.

// URLs a second, and memory, by concurrency: lines, or bars where there is one concurrency only.
void load_rate(struct buffer *b, const struct view *v);
void load_memory(struct buffer *b, const struct view *v);

// CPU a URL, user and system.
void load_cpu(struct buffer *b, const struct view *v);

// Latency by share of URLs: a figure for each concurrency at which there are several engines.
void load_latency(struct buffer *b, const struct view *v);
#endif

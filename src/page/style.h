// SPDX-License-Identifier: MIT
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

// The style sheet of the page, for screens light and dark, wide and narrow, and for paper.
extern const char style_sheet[];
#endif

// SPDX-License-Identifier: MIT
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H
#include "crawl/crawl.h"
#include "report/live_line.h"
#include <pthread.h>

// One live line on standard error while a run goes on, for a terminal: drawn over itself at most
// ten times a second, as wide as the terminal is at that moment, out of the way while a message is
// logged. Where standard error is no terminal, or a dumb one, nothing is ever written.
struct progress {
    struct crawl_watcher watcher; // give its address to crawl_run
    const char *label;            // in front of the line; NULL: none
    bool live, colour;
    bool shown;           // the line is on the screen
    pthread_mutex_t lock; // of `shown` and the screen: messages may come from any thread
    int64_t drawn;        // when last, monotonic ns
    struct live_line_history history;
    struct buffer line;
};

// Whether standard error is a terminal that can redraw a line: TERM is set and not "dumb".
bool progress_possible(void);

// Whether colours are wanted there, too: NO_COLOR (https://no-color.org) is unset or empty.
bool progress_colour(void);

// Starts; nothing is drawn before the first tick. With `wanted` false (-q, or records on the same
// terminal) nothing ever is. `label` is a literal. While it is live it owns the hooks of the log.
void progress_begin(struct progress *p, const char *label, bool wanted);

// Clears the line and lets go of the log.
void progress_end(struct progress *p);
#endif

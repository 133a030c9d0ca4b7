// SPDX-License-Identifier: MIT
#ifndef SYS_LOG_H
#define SYS_LOG_H
#include <stddef.h>

// Messages for people, on standard error, one line each: "trawl: warning: ...". A line is written
// whole in one write(2). Control characters and invalid UTF-8 are escaped (\x1b), for what came
// from outside must not reach a terminal. Thread-safe. errno is kept.
enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTE, LOG_DETAIL };

// Shows messages up to `level`; LOG_NOTE at the start. -q sets LOG_ERROR, -v LOG_DETAIL.
void log_set_level(enum log_level level);

// `before` runs just before a line is written and `after` just after it, so that a live line can
// step aside. Both may be NULL. Called with the log's lock held.
void log_set_hooks(void (*before)(void *), void (*after)(void *), void *arg);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// How many errors have been logged by this process: whoever is to give a reason for a failure can
// tell whether somebody who knew more has done so.
unsigned log_errors(void);

// Copies `n` bytes from outside into `out` (room bytes, NUL included) with everything that a
// terminal could act upon, and what is not UTF-8, as \xNN; cut with "..." when too long. Returns
// `out`.
const char *log_escape(char *out, size_t room, const char *from, size_t n);
#endif

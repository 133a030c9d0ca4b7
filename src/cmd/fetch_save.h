// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_SAVE_H
#define CMD_FETCH_SAVE_H

struct arguments;

// Whether the options about saving go together. Returns STATUS_OK, or STATUS_USAGE having said what
// is wrong.
int fetch_save_check(const struct arguments *a);

// Opens the directory of --save, if there is one, creating it if need be, and tidies it up. Returns
// STATUS_OK, or STATUS_USAGE having said why it cannot be used.
int fetch_save_open(struct arguments *a);

// Closes it.
void fetch_save_close(struct arguments *a);
#endif

// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_SELF_H
#define CMD_FETCH_SELF_H

struct fetch_settings;

// Looks whether what the options say about certificates and the interface can be used, before a run
// of thousands fails on it. Returns STATUS_OK, or STATUS_USAGE having said what is wrong.
int fetch_self_check(const struct fetch_settings *s);
#endif

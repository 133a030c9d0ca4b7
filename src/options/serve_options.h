// SPDX-License-Identifier: MIT
#ifndef OPTIONS_SERVE_OPTIONS_H
#define OPTIONS_SERVE_OPTIONS_H
#include "options/options.h"

// Readers for the rows of table_serve.def. Beside each, what lies at the row's offset in struct
// arguments.
options_reader serve_options_port;    // uint16_t
options_reader serve_options_web;     // struct serve_settings: web_hosts and web_pages
options_reader serve_options_seed;    // uint64_t
options_reader serve_options_percent; // double, a share: 0 to 1
#endif

// SPDX-License-Identifier: MIT
#ifndef OPTIONS_CRAWL_OPTIONS_H
#define OPTIONS_CRAWL_OPTIONS_H
#include "options/options.h"

// Readers of the options of `trawl crawl`; beside each, what lies at the row's offset.
options_reader crawl_read_scope;    // enum scope_reach
options_reader crawl_read_tags;     // uint32_t; bits 1 << enum links_tag
options_reader crawl_read_nofollow; // bool; whether it is obeyed
options_reader crawl_read_host;     // struct arguments_list
options_reader crawl_read_type;     // struct arguments_list
options_reader crawl_read_url;      // struct arguments_list

// Takes lists over into the settings of a crawl. `a` outlives the run. Errors: -ENOMEM.
int crawl_options_settle(struct arguments *a);
#endif

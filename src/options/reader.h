// SPDX-License-Identifier: MIT
#ifndef OPTIONS_READER_H
#define OPTIONS_READER_H
#include "options/options.h"

// What an option's row names as `read`; see struct option. Beside each, what lies at the row's
// offset in struct arguments.
options_reader reader_flag;        // bool
options_reader reader_flag_not;    // bool, true when the option is off
options_reader reader_text;        // const char *; an empty text is refused
options_reader reader_any_text;    // const char *; an empty text is NULL
options_reader reader_word;        // const char *; as it was typed, also when it is empty
options_reader reader_count;       // unsigned, from `least` to `most` of the row
options_reader reader_long_count;  // uint64_t, from `least` to `most` of the row
options_reader reader_bytes;       // uint64_t
options_reader reader_time;        // int64_t, ns
options_reader reader_rate;        // double, a second
options_reader reader_min_speed;   // struct fetch_settings: min_speed and min_speed_time
options_reader reader_servers;     // const char *; name servers
options_reader reader_resolve;     // struct arguments_list; may be given again
options_reader reader_format;      // bool; whether it is jsonl
options_reader reader_list;        // struct arguments_list; any text, may be given again
options_reader reader_method;      // const char *; an HTTP method
options_reader reader_header;      // struct arguments_list; header lines
options_reader reader_user;        // const char *; USER:PASSWORD
options_reader reader_token;       // const char *; a bearer token
options_reader reader_auth;        // enum request_auth
options_reader reader_cookie;      // struct arguments_list; NAME=VALUE
options_reader reader_robots;      // bool; whether they are obeyed
options_reader reader_group;       // enum manners_group
options_reader reader_given_time;  // struct manners_given, ns
options_reader reader_given_count; // struct manners_given, from `least` to `most` of the row
options_reader reader_engine;      // struct crawl_settings: engine and engines
#endif

// SPDX-License-Identifier: MIT
// The table of options, put together from the .def files of the commands.
#include "config.h"

#include "options/bench_options.h"
#include "options/crawl_options.h"
#include "options/options.h"
#include "options/reader.h"
#include "options/serve_options.h"
#include "options/state_options.h"
#include "options/warc_options.h"

const struct option options_table[] = {
// clang-format off
#include "options/table.def"
#include "options/table_crawl.def"
#include "options/table_save.def"
#include "options/table_state.def"
#include "options/table_warc.def"
#include "options/table_manners.def"
#include "options/table_proxy.def"
#include "options/table_request.def"
#include "options/table_serve.def"
#include "options/table_bench.def"
#include "options/table_status.def"
    // clang-format on
};

const unsigned options_count = sizeof options_table / sizeof *options_table;

const char *const options_groups[GROUP_COUNT] = {
    [GROUP_LISTS] = "What goes in and comes out",
    [GROUP_MATRIX] = "What is compared, and how",
    [GROUP_PACE] = "How many at once, and how fast",
    [GROUP_MANNERS] = "How hosts are treated",
    [GROUP_SCOPE] = "Where a crawl goes",
    [GROUP_REQUEST] = "What is asked for",
    [GROUP_EXCHANGE] = "One exchange",
    [GROUP_NAMES] = "Names, addresses, certificates",
    [GROUP_ORIGIN] = "What is served",
    [GROUP_GENERAL] = "General",
};

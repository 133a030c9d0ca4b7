// SPDX-License-Identifier: MIT
// The table of options, put together from the .def files of the commands.
#include "config.h"

#include "cmd/bench_options.h"
#include "cmd/fetch_warc.h"
#include "cmd/crawl_options.h"
#include "cmd/fetch_state.h"
#include "cmd/options.h"
#include "cmd/reader.h"
#include "cmd/serve_options.h"

const struct option options_table[] = {
// clang-format off
#include "cmd/table.def"
#include "cmd/table_crawl.def"
#include "cmd/table_save.def"
#include "cmd/table_state.def"
#include "cmd/table_warc.def"
#include "cmd/table_manners.def"
#include "cmd/table_proxy.def"
#include "cmd/table_request.def"
#include "cmd/table_serve.def"
#include "cmd/table_bench.def"
#include "cmd/table_status.def"
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

// SPDX-License-Identifier: MIT
// What may stand in a state that was damaged where no checksum sees it: items, hosts, pages, the
// ledger, what was counted.
#include "crawl/stats_pack.h"
#include "frontier/continuation.h"
#include "fuzz.h"
#include "ledger/host_entry.h"
#include "ledger/ledger.h"
#include "ledger/page_entry.h"
#include "ledger/robots_entry.h"

static void read_item(struct span bytes)
{
    const struct continuation_time now = { 1, 1, 1 };
    struct item *i;
    struct span given, href;
    size_t held = 0;
    int64_t at;
    continuation_look(bytes, &given, &href, &at);
    if (continuation_read(&i, bytes, 7, now, &held, &at) < 0)
        return;
    struct buffer again = { 0 };
    continuation_write(&again, i, at, now);
    FUZZ_MUST(!again.failed);
    buffer_fini(&again);
    item_free(i);
    FUZZ_MUST(held == 0);
}

static void read_ledger(struct span bytes)
{
    struct ledger l;
    struct ledger_archive a;
    struct ledger_rename r;
    if (ledger_read(&l, bytes) < 0)
        return;
    struct span archives = buffer_span(&l.archives), renames = buffer_span(&l.renames);
    while (archives.n && ledger_next_archive(&archives, &a))
        ;
    while (renames.n && ledger_next_rename(&renames, &r))
        ;
    ledger_fini(&l);
}

static void read_stats(struct span bytes)
{
    struct crawl_stats *s = calloc(1, sizeof *s);
    FUZZ_MUST(s);
    s->engine[0].name = "coro";
    s->engines = 1;
    if (stats_unpack(s, bytes) == 0) {
        struct buffer again = { 0 };
        FUZZ_MUST(s->engines == 1 && span_is(span_of("coro"), s->engine[0].name));
        for (unsigned k = 0; k < STATS_SLOWEST; k++)
            FUZZ_MUST(memchr(s->slowest[k].name, '\0', STATS_HOST_NAME));
        stats_pack(&again, s);
        FUZZ_MUST(!again.failed);
        buffer_fini(&again);
    }
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host_entry host;
    struct page_entry page;
    struct robots_entry robots;
    struct span bytes = fuzz_all(data, size);
    char *copy = fuzz_copy(bytes);
    bytes.p = copy;
    read_item(bytes);
    read_ledger(bytes);
    if (host_entry_read(&host, bytes) == 0)
        FUZZ_MUST(host.addresses <= HOST_ENTRY_ADDRESSES);
    page_entry_read(&page, bytes);
    robots_entry_read(&robots, bytes);
    read_stats(bytes);
    free(copy);
    return 0;
}

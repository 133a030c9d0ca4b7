// SPDX-License-Identifier: MIT
// trawl bench: the same work under several engines, side by side.
#include "bench/bench.h"
#include "bench/export.h"
#include "bench/table.h"
#include "cmd/command.h"
#include "cmd/fetch_ask.h"
#include "cmd/fetch_self.h"
#include "page/page.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_urls(const struct arguments *a)
{
    return a->crawl.input || a->operands.count > 0;
}

// What is said to be a page must be there before minutes have been spent on it.
static int open_page(const struct arguments *a, int *fd)
{
    *fd = a->bench.html ? files_create(a->bench.html) : -1;
    if (!a->bench.html || *fd >= 0)
        return STATUS_OK;
    log_error("--html: '%s' cannot be written: %s", a->bench.html, strerror(-*fd));
    return STATUS_USAGE;
}

static int settle(struct arguments *a)
{
    const struct bench_setup *s = &a->bench;
    for (size_t i = 0; i < a->operands.count; i++)
        if (strcmp(a->operands.item[i], "-") == 0) {
            log_error("'-' is no URL: write -i - to read a list from standard input");
            return STATUS_USAGE;
        }
    if (s->origin_cpus.given && has_urls(a)) {
        log_error("--origin-cpus: with URLs of your own there is no built-in origin");
        return STATUS_USAGE;
    }
    a->crawl.urls = a->operands.item;
    a->crawl.resolver.overrides = a->resolve.item;
    a->bench.only_micro = s->micro && !s->matrix.engines && !has_urls(a);
    if (fetch_self_check(&a->crawl.worker.fetch) != STATUS_OK)
        return STATUS_USAGE;
    return fetch_ask(a);
}

// What was typed, for who finds the figures later. NULL: it is not known.
static char *typed(void)
{
    char line[4096];
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? 0 : files_read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return NULL;
    for (long i = 0; i < n - 1; i++)
        if (line[i] == '\0')
            line[i] = ' ';
    line[n] = '\0';
    const char *slash = strchr(line, ' '), *name = line;
    for (const char *p = line; p && p < slash; p++)
        if (*p == '/')
            name = p + 1;
    return strdup(name);
}

static int write_page(const struct arguments *a, const struct bench_result *r, int fd)
{
    struct buffer page = { 0 };
    page_write(&page, r);
    int e = page.failed ? -ENOMEM : files_write_all(fd, page.p, page.n);
    buffer_fini(&page);
    if (e == 0)
        return STATUS_OK;
    log_error("--html: '%s' cannot be written: %s", a->bench.html, strerror(-e));
    return STATUS_BROKEN;
}

static int write_all(const struct arguments *a, const struct bench_result *r, int page)
{
    struct buffer out = { 0 };
    if (a->bench.json)
        export_json(&out, r);
    else
        table_write(&out, r);
    int status = command_write(&out);
    buffer_fini(&out);
    if (page >= 0 && status == STATUS_OK)
        status = write_page(a, r, page);
    return status;
}

// Cells that could not be compared, or were not there to be, are no success.
static int verdict(const struct bench_result *r)
{
    uint64_t failed = 0;
    unsigned measured = 0;
    for (unsigned i = 0; i < r->cells; i++) {
        failed += r->cell[i].failed;
        measured += r->cell[i].repetitions > 0;
    }
    if (r->cells && !measured)
        return STATUS_BROKEN;
    return failed || r->unequal ? STATUS_FAILED_URLS : STATUS_OK;
}

static int status_of(int r)
{
    bool usage = r == -EINVAL || r == -ENOENT || r == -EACCES || r == -EISDIR;
    return usage ? STATUS_USAGE : STATUS_BROKEN;
}

int cmd_bench(struct arguments *a)
{
    static struct bench_result result; // large, and there is only one
    struct bench_end end = { 0 };
    int page = -1, status = settle(a);
    if (status == STATUS_OK)
        status = open_page(a, &page);
    if (status != STATUS_OK)
        return status;
    int r = bench_run(&result, &a->bench, &a->crawl, !a->quiet, &end);
    result.plan.command = typed();
    status = r < 0 ? status_of(r) : write_all(a, &result, page);
    if (status == STATUS_OK)
        status = end.signal ? STATUS_SIGNAL + end.signal : verdict(&result);
    if (page >= 0)
        close(page);
    result_fini(&result);
    return status;
}

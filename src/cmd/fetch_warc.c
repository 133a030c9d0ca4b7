// SPDX-License-Identifier: MIT
#include "cmd/fetch_warc.h"
#include "cmd/command.h"
#include "config.h"
#include "store/cdxj.h"
#include "store/gzip.h"
#include "store/warc_name.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/save.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// The knee: half a percent more room than level 6 for three quarters of its time; see
// docs/archive.md.
enum { FETCH_WARC_LEVEL = 4, FETCH_WARC_SORT = 64 << 20 };
#define FETCH_WARC_SIZE (UINT64_C(1) << 30) // about what ISO 28500:2017 recommends in annex C

static int fetch_warc_refuse_alone(const struct arguments_warc *w)
{
    const char *alone = w->size_said     ? "--warc-max-size"
                        : w->level       ? "--warc-level"
                        : w->digest_said ? "--warc-digest"
                        : w->cdx         ? "--warc-cdx"
                                         : NULL;
    if (!alone)
        return STATUS_OK;
    log_error("%s: needs --warc-file PREFIX", alone);
    return STATUS_USAGE;
}

// What every file begins with: who made it and how. Nothing that was given as a secret, and nothing
// of the machine.
static const char *fetch_warc_info(struct arguments *a)
{
    const struct crawl_settings *s = &a->crawl;
    struct buffer *out = &a->warc.info;
    buffer_add_format(out, "software: trawl/%s\r\n", PACKAGE_VERSION);
    buffer_add_string(out, "format: WARC File Format 1.1\r\n"
                           "conformsTo: http://iipc.github.io/warc-specifications/specifications/"
                           "warc-format/warc-1.1/\r\n");
    if (s->worker.fetch.user_agent)
        buffer_add_format(out, "http-header-user-agent: %s\r\n", s->worker.fetch.user_agent);
    buffer_add_format(out, "robots: %s\r\n", s->manners.robots ? "obey" : "ignore");
    buffer_add_format(out, "description: trawl %s, with", s->explore.on ? "crawl" : "fetch");
    for (unsigned i = 0; i < s->engines; i++)
        buffer_add_format(out, "%s%s", i ? "," : " --engine ", engine_name(&s->engine[i]));
    buffer_add_format(out, " --parallel-max %u --per-host %u --max-filesize %llu", s->in_flight,
                      s->per_host, (unsigned long long)s->max_filesize);
    buffer_add_format(out, " --max-time %.3gs --max-redirs %u --retry %u\r\n",
                      (double)s->max_time / CLOCK_S, s->max_redirs, s->retry);
    return buffer_string(out);
}

int fetch_warc_check(struct arguments *a)
{
    struct arguments_warc *w = &a->warc;
    struct visit_settings *v = &a->crawl.worker;
    unsigned workers = engine_workers(a->crawl.engine, a->crawl.engines, a->crawl.in_flight);
    v->memory = w->memory / (workers ? workers : 1);
    if (w->memory && !v->memory)
        v->memory = 1;
    if (!v->warc_prefix)
        return fetch_warc_refuse_alone(w);
    struct span base = warc_name_base(span_of(v->warc_prefix));
    if (base.n == 0 || base.n > 200) {
        log_error("--warc-file '%s': names begin with what stands behind the last /, which is %s",
                  v->warc_prefix, base.n ? "too long" : "nothing: write DIR/NAME");
        return STATUS_USAGE;
    }
    v->warc_max_size = w->size_said ? w->max_size : FETCH_WARC_SIZE;
    v->warc_level = w->level ? (int)w->level : FETCH_WARC_LEVEL;
    v->warc_digest = w->digest;
    v->warc_info = fetch_warc_info(a);
    if (w->cdx) {
        buffer_add_format(&w->index, "%s.cdxj", v->warc_prefix);
        buffer_add_format(&w->open_index, "%s.cdxj%s", v->warc_prefix, WARC_NAME_OPEN);
        a->crawl.index = buffer_string(&w->open_index);
    }
    if (v->warc_info && (!w->cdx || (a->crawl.index && buffer_string(&w->index))))
        return STATUS_OK;
    return command_no_memory();
}

// ---- where the files go

static int fetch_warc_try(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        return 0;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
        return -errno;
    return access(dir, W_OK | X_OK) < 0 ? -errno : 0;
}

// Sorts the lines as they came into the index.
static int fetch_warc_fold(struct arguments *a)
{
    const char *index = a->warc.index.p, *open = a->crawl.index;
    const char *const from[] = { index, open, NULL };
    if (access(open, F_OK) < 0)
        return 0;
    int e = cdxj_sort(from, index, FETCH_WARC_SORT);
    if (e < 0)
        log_error("the lines in '%s' could not be sorted into '%s': %s", open, index, strerror(-e));
    else
        unlink(open);
    return e;
}

int fetch_warc_open(struct arguments *a)
{
    const char *prefix = a->crawl.worker.warc_prefix;
    struct buffer dir = { 0 };
    if (!prefix)
        return STATUS_OK;
    a->crawl.worker.warc_since = clock_wall(); // not before the state was made: see archives.c
    struct span where = warc_name_directory(span_of(prefix));
    buffer_add(&dir, where.p, where.n);
    int e = buffer_string(&dir) ? save_create(dir.p) : -ENOMEM;
    if (e == 0)
        e = fetch_warc_try(dir.p);
    if (e < 0)
        log_error("--warc-file: no archive can be made in '%.*s': %s", (int)where.n, where.p,
                  strerror(-e));
    buffer_fini(&dir);
    if (e == 0 && a->crawl.index && !a->crawl.state_dir)
        e = fetch_warc_fold(a); // what a run that was killed has left
    return e < 0 ? STATUS_USAGE : STATUS_OK;
}

void fetch_warc_close(struct arguments *a)
{
    if (a->crawl.index && !a->state.unfinished) // else it is gone on with
        fetch_warc_fold(a);
    buffer_fini(&a->warc.info);
    buffer_fini(&a->warc.index);
    buffer_fini(&a->warc.open_index);
    a->crawl.index = NULL;
}

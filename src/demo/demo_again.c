// SPDX-License-Identifier: MIT
#include "demo/demo_again.h"
#include "demo/demo_self.h"
#include "demo/demo_web.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AGAIN_BEFORE_KILL (CLOCK_S / 2) // after the first record
enum { AGAIN_FAILED_URLS = 3, AGAIN_OPEN = 8 };

// Hosts are asked faster, waited for less and given up sooner than by default: a demo has seconds.
static void again_fill(struct demo_again *a, const char *dns)
{
    const char *crawl[] = {
        "crawl",
        "--scope",
        "domain",
        "--pages-per-host",
        "12",
        "--state",
        a->state,
        "-o",
        a->output,
        a->seed,
        "--host-delay",
        "50ms",
        "--max-delay",
        "50ms",
        "--max-crawl-delay",
        "50ms",
        "--host-give-up",
        "1s",
        "--max-retry-after",
        "0.5s",
        "-m",
        "2s",
        "--retry",
        "1",
        "--commit-interval",
        "0.2s",
        "--allow-private",
        "--dns-servers",
        dns,
        "--contact",
        "demo@" DEMO_SUFFIX, // NOLINT(bugprone-suspicious-missing-comma): one word
        NULL,
    };
    _Static_assert(sizeof crawl <= sizeof a->crawl, "room for all arguments");
    memcpy(a->crawl, crawl, sizeof crawl);
    a->resume[0] = "resume";
    a->resume[1] = a->state;
}

int demo_again_open(struct demo_again *a, uint16_t port, const char *dns, bool silent)
{
    const char *where = getenv("TMPDIR");
    *a = (struct demo_again){ .silent = silent };
    int n =
        snprintf(a->dir, sizeof a->dir, "%s/trawl-demo-XXXXXX", where && *where ? where : "/tmp");
    if (n >= (int)sizeof a->dir || !mkdtemp(a->dir)) {
        int error = n >= (int)sizeof a->dir ? ENAMETOOLONG : errno;
        log_error("cannot make a directory like %s: %s", a->dir, strerror(error));
        a->dir[0] = '\0';
        return -error;
    }
    snprintf(a->state, sizeof a->state, "%s/state", a->dir);
    snprintf(a->output, sizeof a->output, "%s/pages.jsonl", a->dir);
    snprintf(a->seed, sizeof a->seed, "http://h0." DEMO_SUFFIX ":%u/", port);
    again_fill(a, dns);
    return 0;
}

static int again_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

void demo_again_close(struct demo_again *a)
{
    if (a->dir[0])
        nftw(a->dir, again_remove, AGAIN_OPEN, FTW_DEPTH | FTW_PHYS);
    a->dir[0] = '\0';
}

void demo_again_command(const struct demo_again *a, struct buffer *out)
{
    buffer_add_string(out, "trawl");
    for (unsigned i = 0; a->crawl[i]; i++) {
        buffer_add_format(out, " %s", a->crawl[i]);
        if (a->crawl[i] == a->seed)
            break;
    }
}

// ---- What it wrote

static int again_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint64_t again_different(char **url, size_t n)
{
    uint64_t different = 0;
    qsort(url, n, sizeof *url, again_compare);
    for (size_t i = 0; i < n; i++)
        different += i == 0 || strcmp(url[i], url[i - 1]) != 0;
    return different;
}

// One more record. A line that is torn is none.
static int again_take(const char *line, size_t n, char ***url, size_t *count)
{
    json_t *record = json_loadb(line, n, 0, NULL);
    const char *of = json_string_value(json_object_get(record, "url"));
    char *copy = of ? strdup(of) : NULL;
    char **longer = copy ? realloc(*url, (*count + 1) * sizeof **url) : NULL;
    json_decref(record);
    if (!of)
        return 0;
    if (longer)
        *url = longer;
    if (!longer) {
        free(copy);
        return -ENOMEM;
    }
    longer[(*count)++] = copy;
    return 0;
}

static int again_count(struct demo_again *a)
{
    char *line = NULL, **url = NULL;
    size_t room = 0, count = 0;
    ssize_t n;
    int r = 0;
    FILE *from = fopen(a->output, "re");
    if (!from)
        return -errno;
    while (r == 0 && (n = getline(&line, &room, from)) > 0)
        r = again_take(line, (size_t)n, &url, &count);
    a->records = count;
    a->different = count ? again_different(url, count) : 0;
    while (count)
        free(url[--count]);
    free(url);
    free(line);
    fclose(from);
    return r;
}

// ---- The two runs

static bool again_enough(void *arg)
{
    struct demo_again *a = arg;
    struct stat st;
    if (!a->first && stat(a->output, &st) == 0 && st.st_size > 0)
        a->first = clock_mono();
    return a->first && clock_mono() - a->first > AGAIN_BEFORE_KILL;
}

static int again_run(struct demo_again *a, const struct demo_self *s, int *status)
{
    int r = demo_self_run(s, status);
    if (r < 0)
        return r;
    a->killed = *status < 0;
    if (!a->killed && *status != 0 && *status != AGAIN_FAILED_URLS) {
        log_error("the crawl of the demo ended with status %d", *status);
        return -EIO;
    }
    r = again_count(a);
    if (r < 0)
        log_error("cannot read %s: %s", a->output, strerror(-r));
    return r;
}

int demo_again_kill(struct demo_again *a, int *status)
{
    struct demo_self s = {
        .arguments = a->crawl,
        .silent = true, // it does not come to its summary
        .enough = again_enough,
        .arg = a,
    };
    return again_run(a, &s, status);
}

int demo_again_resume(struct demo_again *a, int *status)
{
    struct demo_self s = { .arguments = a->resume, .silent = a->silent };
    return again_run(a, &s, status);
}

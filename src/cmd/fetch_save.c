// SPDX-License-Identifier: MIT
#include "cmd/fetch_save.h"
#include "cmd/command.h"
#include "options/arguments.h"
#include "sys/log.h"
#include "visit/save.h"

int fetch_save_check(const struct arguments *a)
{
    const struct crawl_settings *s = &a->crawl;
    if (s->worker.save_clobber && s->skip_existing)
        log_error("--clobber and --skip-existing: existing files cannot be replaced and kept: "
                  "leave one out");
    else if (!s->worker.save_dir && s->worker.save_clobber)
        log_error("--clobber: needs --save DIR");
    else if (!s->worker.save_dir && s->skip_existing)
        log_error("--skip-existing: needs --save DIR");
    else
        return STATUS_OK;
    return STATUS_USAGE;
}

static int fetch_save_refuse(const char *dir, int e)
{
    log_error("--save: nothing can be saved in '%s': %s", dir, strerror(-e));
    return STATUS_USAGE;
}

int fetch_save_open(struct arguments *a)
{
    struct crawl_settings *s = &a->crawl;
    const char *dir = s->worker.save_dir;
    if (!dir)
        return STATUS_OK;
    // Only a name made of the URL can be looked for before it is fetched.
    s->worker.save_by_url = s->skip_existing;
    int r = save_create(dir);
    if (r == 0)
        r = save_open(&s->save, &s->worker);
    if (r < 0)
        return fetch_save_refuse(dir, r);
    r = save_tidy(s->save, &s->worker.save_since);
    if (r < 0) {
        fetch_save_close(a);
        return fetch_save_refuse(dir, r);
    }
    if (a->state.save_since) // what earlier parts of the run have saved is of this run
        s->worker.save_since = a->state.save_since;
    if (r > 0 && !a->quiet)
        log_note("%d unfinished files of an earlier run were removed from '%s'", r, dir);
    return STATUS_OK;
}

void fetch_save_close(struct arguments *a)
{
    save_close(a->crawl.save);
    a->crawl.save = NULL;
}

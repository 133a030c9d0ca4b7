// SPDX-License-Identifier: MIT
#include "cmd/fetch_refresh.h"
#include "cmd/command.h"
#include "ledger/ledger.h"
#include "ledger/renew.h"
#include "options/options.h"
#include "store/state_meta.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// 1 when there is one; the caller ends it.
static int read_ledger(struct state *s, struct ledger *out)
{
    struct span bytes = { 0 };
    int r = state_meta_get(s, "ledger", &bytes);
    if (r == 1)
        r = ledger_read(out, bytes);
    else
        return r;
    return r < 0 ? r : 1;
}

int fetch_refresh_wanted(const struct arguments *a, struct state *s, bool *begun)
{
    struct ledger l = { 0 };
    *begun = false;
    if (!a->state.refresh)
        return 0;
    int r = read_ledger(s, &l);
    bool may = r == 1 && (renew_may(&l) || renew_is_new(&l));
    if (r >= 0 && !may && l.refresh == 0)
        log_note("'%s' is not finished: this goes on with it; --refresh asks again once it is",
                 a->crawl.state_dir);
    *begun = may && renew_is_new(&l);
    ledger_fini(&l);
    return r < 0 ? r : may;
}

// What is asked for, and where a crawl goes; not where it comes from, nor where it is put.
static bool must_stay(struct span name)
{
    const struct option *o = options_find(~0u, name.p, name.n);
    return o && o->group != GROUP_LISTS;
}

// Of a refresh that has done nothing yet: the records of the run before may be in the file.
static bool must_stay_when_begun(struct span name)
{
    return must_stay(name) || span_is(name, "output");
}

struct span fetch_refresh_difference(const struct order *was, const struct order *now, bool begun,
                                     bool *failed)
{
    struct buffer before = { 0 }, after = { 0 };
    struct span name = { NULL, 0 };
    order_keep(&before, was->options, begun ? must_stay_when_begun : must_stay);
    order_keep(&after, now->options, begun ? must_stay_when_begun : must_stay);
    *failed = before.failed || after.failed;
    struct order a = { .options = buffer_span(&before) }, b = { .options = buffer_span(&after) };
    if (!*failed)
        name = order_difference(&a, &b);
    if (name.p) // the row's, for the buffers go
        name = span_of(options_find(~0u, name.p, name.n)->name);
    buffer_fini(&before);
    buffer_fini(&after);
    return name;
}

// Whether the records go behind those of the run before: 1, or 0: the file is another, or begins
// anew. Errors, said: -ESTALE it has become shorter, and nobody knows what it is; -ENOMEM.
static int look_at_records(const struct arguments *a, const struct ledger *l,
                           const struct order *was)
{
    struct stat st, former;
    const char *path = a->crawl.output;
    struct span before = order_value(was->options, "output");
    char *was_path = before.p ? strndup(before.p, before.n) : strdup("");
    bool same = was_path && stat(path, &st) == 0 && stat(was_path, &former) == 0 &&
                st.st_ino == former.st_ino && st.st_dev == former.st_dev;
    if (!was_path)
        return -ENOMEM;
    free(was_path);
    if (!same || st.st_size == 0)
        return 0;
    if ((uint64_t)st.st_size >= l->records)
        return 1;
    log_error("'%s' is shorter than the run before has left it: put it back as it was, or give "
              "another -o",
              path);
    return -ESTALE;
}

// Whether there is a list to begin with: who has mistyped its name should find the state as it was.
static bool has_list(const struct arguments *a)
{
    const char *path = a->crawl.input;
    if (!path || strcmp(path, "-") == 0 || access(path, R_OK) == 0)
        return true;
    log_error("%s: cannot be read: %s", path, strerror(errno));
    return false;
}

int fetch_refresh_begin(const struct arguments *a, struct state *s, const struct order *was)
{
    struct ledger l = { 0 };
    if (!has_list(a))
        return STATUS_USAGE;
    int r = read_ledger(s, &l);
    int records = r == 1 ? look_at_records(a, &l, was) : 0;
    struct renewal renewal = { .go_on = records == 1, .explore = a->crawl.explore.on };
    if (r == 1 && records >= 0)
        r = renew_state(s, &l, &renewal);
    ledger_fini(&l);
    if (records < 0)
        return records == -ENOMEM ? command_no_memory() : STATUS_USAGE;
    if (r < 0)
        log_error("'%s': %s", a->crawl.state_dir, state_error_text(r));
    return r < 0 ? STATUS_BROKEN : STATUS_OK;
}
